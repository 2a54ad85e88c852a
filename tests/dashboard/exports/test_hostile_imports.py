"""Runs made by hand: refused with a reason, or a run of which everything can be derived."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import Environment
from dashboard.exports import FORMATS, jsonl
from dashboard.history import rows
from dashboard.history.listing import Listing
from dashboard.history.store import History
from dashboard.runs.comparison import compare
from dashboard.runs.page_state import page
from dashboard.runs.record import Record
from target_app.probe.marks import PHASES
from tests.dashboard.records import record

HEAD, *REST = (json.loads(line) for line in jsonl.write(record(2)).splitlines())
SUMMARY = REST[-1]
MARKS = [line for line in REST if "seq" in line]
BEFORE_ENDS = [line for line in MARKS if line["phase"] != "done"]


def lines(*values: dict[str, Any], **head: Any) -> bytes:
    """A file with the head, changed as given, and these lines."""
    return "\n".join(json.dumps(each) for each in (HEAD | head, *values, SUMMARY)).encode()


def end(seq: int, at: float = 1.0) -> dict[str, Any]:
    return {"seq": seq, "phase": "done", "at": at, "status": 200}


HUGE = lines(*MARKS).replace(b'"at": 0.1', b'"at": ' + b"9" * 4000, 1)
BAD = {
    "only ends": (lines(end(1), end(2)), "request 1 ends without having begun"),
    "two ends": (lines(*MARKS, end(2)), "request 2 ends 2 times"),
    "no marks": (lines(), "the run is done, but request 1 has no end"),
    "an end is missing": (lines(*BEFORE_ENDS, end(1)), "the run is done, but request 2 has no"),
    "4,000 digits": (HUGE, "at must be a number from 0 to"),
    "lag as text": (lines(*MARKS, generator={"lag": "late"}), "generator.lag must be a number"),
    "spread as nothing": (lines(*MARKS, generator={"spread": None}), "generator.spread must be"),
    "a pulse without cpu": (
        lines(*MARKS, {"gauge": "loop", "at": 1, "worker": 7, "values": {"lag": 1}}),
        "a sample of loop lacks cpu",
    ),
    "a pool without out": (
        lines(*MARKS, {"gauge": "pool", "at": 1, "worker": 7, "values": {}}),
        "a sample of pool lacks out",
    ),
}


@pytest.mark.parametrize(("data", "why"), BAD.values(), ids=BAD)
def test_what_no_run_of_ours_can_have_is_refused(data: bytes, why: str) -> None:
    assert lines(*MARKS) != HUGE
    with pytest.raises(ValueError, match=why):
        jsonl.read(data)


def test_a_run_that_was_broken_off_may_lack_ends() -> None:
    broken = lines(*BEFORE_ENDS, status="cancelled")
    assert jsonl.read(broken).counts["done"] == 0


def derive(run: Record) -> None:
    """Everything that is ever made of a run, but the two files that take a moment."""
    rows.columns_of(run)
    rows.marks_of(1, run)
    page(run)
    compare([run, run])
    for name, kind in FORMATS.items():
        if name not in {"png", "html"}:
            kind.write(run)


times = st.sampled_from([0, 0.1, 0.1, 0.5, 1.0, 1.5, 3.0, 1e6, 0.0000001]) | st.floats(0, 10)
odd = st.none() | st.booleans() | st.text(max_size=5) | times | st.just(10**400) | st.lists(times)
mark_lines = st.fixed_dictionaries(
    {
        "seq": st.integers(1, 3),
        "phase": st.sampled_from([phase.value for phase in PHASES]),
        "at": times,
    },
    optional={
        "worker": st.integers(0, 2),
        "lane": st.integers(0, 2),
        "connection": st.integers(0, 40),
        "status": st.sampled_from([0, 200, 999]),
        "failure": st.sampled_from(["", "reset", "http-5xx", "teapot"]),
        "message": st.sampled_from(["", "é\n"]),
        "note": st.sampled_from(["", "tidies up"]),
        "timing": st.sampled_from(["", "db;dur=5", ";;;", 'poolscope;desc="']),
    },
)
sample_lines = st.fixed_dictionaries(
    {
        "gauge": st.sampled_from(jsonl.GAUGES),
        "at": times,
        "worker": st.integers(0, 2),
        "values": st.dictionaries(
            st.sampled_from(["lag", "cpu", "out", "idle", "overflow", "active"]), times
        ),
    }
)
said = st.dictionaries(
    st.sampled_from(["lag", "spread", "opened", "stamps", "took", "release", "finished"]), odd
)


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    marks=st.lists(mark_lines, max_size=25),
    samples=st.lists(sample_lines, max_size=4),
    generator=said,
    status=st.sampled_from(["done", "cancelled", "failed", "broken-off"]),
    complete=st.booleans(),
)
def test_of_what_is_taken_everything_can_be_derived(
    marks: list[dict[str, Any]],
    samples: list[dict[str, Any]],
    generator: dict[str, Any],
    status: str,
    complete: bool,
) -> None:
    if complete:  # else next to nothing would be taken
        marks = [mark for mark in marks if mark["phase"] not in {"done", "failed"}]
        marks += [{"seq": seq, "phase": "queued", "at": 0} for seq in (1, 2, 3)]
        marks += [end(1), end(2, 0.0), {"seq": 3, "phase": "failed", "at": 2, "failure": "reset"}]
        samples = [
            {**each, "values": {**dict.fromkeys(["lag", "cpu", "out", "idle", "overflow"], 0)}}
            for each in samples
        ]
        generator = {}
    settings_given = HEAD["settings"] | {"requests": 3}
    data = lines(*marks, *samples, settings=settings_given, generator=generator, status=status)
    try:
        run = jsonl.read(data)
    except ValueError:
        assert not complete
        return
    derive(run)


def test_what_cannot_be_written_leaves_no_row(tmp_path: Path) -> None:
    """An import is one transaction."""
    history = History(Environment(tmp_path))
    history.add(record(2))
    hostile = replace(record(2), generator={"lag": "late"})
    with pytest.raises(ValueError, match="late"):
        history.add(hostile)
    kept, total = history.list(Listing())
    assert (total, [run["status"] for run in kept]) == (1, ["done"])
    assert history.add(record(3)) == 2
    history.close()
