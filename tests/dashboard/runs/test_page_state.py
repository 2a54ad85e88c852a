"""A run as the page receives it: JSON whose numbers are the log's own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import Environment
from dashboard.analysis.forecast import forecast
from dashboard.conductor import Conductor
from dashboard.errors import StartError
from dashboard.marks.log import RunLog
from dashboard.marks.samples import Sample
from dashboard.runs import page_state
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from settings import Settings
from target_app.probe.marks import EXTRAS, PHASES, TEXTS, Mark, Phase
from tests.dashboard.stories import marks

STORIES = [
    "queued 0 handling 0.01 waiting 0.01 executing 0.02 responding 1.02 done 1.03",
    "queued 0 handling 0.02 waiting 0.02 executing 1.03 responding 2.03 done 2.04",
]


@pytest.fixture
def conductor(tmp_path: Path) -> Iterator[Conductor]:
    """The conductor of a dashboard that has started nothing."""
    with Runtime(Environment(tmp_path)) as runtime:
        yield runtime.conductor


def run_of(stories: list[str], status: str = "done", **more: Any) -> Run:
    """A run with these requests through one connection."""
    given = Settings(requests=len(stories), pool_size=1, max_overflow=0)
    log = RunLog("r7", given.requests)
    log.release(0.0)
    for seq, story in enumerate(stories, 1):
        for mark in marks(seq, story, worker=42, connection=1, detail="200"):
            log.add(mark)
    return Run("r7", given, forecast(given), log, status=status, **more)


def rebuilt(frame: Any) -> list[Mark]:
    """The marks that the page makes of a frame."""
    names = ("seq", "phase", "at", "worker", "lane", "connection")
    columns = zip(*(frame[name] for name in names), strict=True)
    return [
        Mark(frame["run"], seq, PHASES[code], at, worker, lane, link)._replace(
            **{name: frame[name][str(n)] for name in EXTRAS if str(n) in frame[name]}
        )
        for n, (seq, code, at, worker, lane, link) in enumerate(columns)
    ]


def test_a_frame_is_columns_from_which_the_marks_come_back() -> None:
    log = run_of(STORIES).log.marks()
    frame = json.loads(json.dumps(page_state.frame("r7", 3, log[3:])))
    assert (frame["run"], frame["index"]) == ("r7", 3)
    assert rebuilt(frame) == log[3:]
    assert set(frame["status"].values()) == {200}
    assert not any(frame[name] for name in TEXTS)


def test_every_phase_has_a_code_of_its_own() -> None:
    one_each = [Mark("r", 1, phase, 0.0) for phase in PHASES]
    assert page_state.frame("r", 0, one_each)["phase"] == list(range(len(PHASES)))
    assert rebuilt(page_state.frame("r", 0, [])) == []


def test_samples_are_rows_from_an_index_on() -> None:
    frame = page_state.gauge_frame("r7", 5, [Sample(0.1, "pool", 42, {"out": 3.0})])
    assert frame == {"run": "r7", "index": 5, "samples": [[0.1, "pool", 42, {"out": 3.0}]]}


def test_before_the_first_run_the_state_is_idle(conductor: Conductor) -> None:
    found = page_state.idle(conductor.target_status)
    assert (found["run"], found["status"], found["error"]) == (None, "idle", None)
    assert found["target"] == {"kind": "example", "pids": [], "master": None, "state": "stopped"}


@pytest.mark.parametrize(
    ("status", "step", "error", "target"),
    [
        ("starting", "starting Postgres", None, "stopped"),
        ("starting", "starting the target (gevent)", None, "starting"),
        ("done", "", None, "stopped"),
        ("failed", "", StartError("It ended", "Look", "line 1\nline 2"), "failed"),
    ],
)
def test_the_state_says_how_far_run_and_target_are(
    conductor: Conductor, status: str, step: str, error: StartError | None, target: str
) -> None:
    run = run_of(STORIES, status, step=step, error=error)
    found = json.loads(
        json.dumps(page_state.state(run.record(), run.life(conductor.target_status)))
    )
    assert (found["run"], found["status"], found["step"]) == ("r7", status, step)
    assert found["target"]["state"] == target
    assert (found["target"]["mode"], found["target"]["worker_class"]) == ("gevent-green", "gevent")
    told = {"cause": "It ended", "cure": "Look", "stderr": "line 1\nline 2"}
    assert found["error"] == (told if error else None)
    assert found["settings"] == run.settings.as_dict()
    assert found["forecast"]["limit"] == "pool-capacity"
    assert found["step_seconds"] >= 0


def test_the_summary_of_a_finished_run_is_sentence_batches_and_diagnosis() -> None:
    found = json.loads(json.dumps(page_state.summary(run_of(STORIES).record())))
    assert found["sentence"].startswith("2 requests, one at a time; all done after 2.0 s")
    assert [batch["count"] for batch in found["batches"]] == [1, 1]
    assert (found["done"], found["failed"], found["requests"]) == (2, 0, 2)
    assert found["counts"]["done"] == 2
    assert found["total_seconds"] == 2.04
    assert found["diagnosis"]["limit"] == "pool-capacity"
    assert found["failures"] == []


def test_the_summary_of_a_run_that_goes_on_says_what_its_requests_do() -> None:
    story = STORIES[1].partition(" executing")[0]
    found = page_state.summary(run_of([STORIES[0], story], "running").record())
    assert found["sentence"] == "1 of 2 done · 1 waiting for a connection"
    assert found["diagnosis"] is None


def test_a_record_is_all_of_it_at_once(conductor: Conductor) -> None:
    run = run_of(STORIES)
    found = json.loads(json.dumps(page_state.page(run.record(), run.life(conductor.target_status))))
    assert list(found) == ["state", "frame", "gauges", "summary"]
    assert rebuilt(found["frame"]) == run.log.marks()
    assert [mark.phase for mark in rebuilt(found["frame"])][-1] is Phase.DONE
    assert found["gauges"] == {"run": "r7", "index": 0, "samples": []}


def test_what_could_not_start_is_not_said_to_be_done() -> None:
    run = run_of([], status="failed", error=StartError("No server", "Install one"))
    run.settings = Settings(requests=20)
    assert page_state.summary(run.record())["sentence"] == "Could not start: No server"
    cancelled = run_of([], status="cancelled")
    assert page_state.summary(cancelled.record())["sentence"].startswith(
        "Cancelled before the release"
    )
