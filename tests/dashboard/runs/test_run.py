"""A live run gives a record: one snapshot, from which the same is derived as from a kept one."""

import json
from collections.abc import Callable
from typing import Any

from dashboard.analysis.forecast import forecast
from dashboard.exports import jsonl
from dashboard.marks.log import RunLog
from dashboard.marks.samples import Sample
from dashboard.runs import page_state
from dashboard.runs.page_state import TargetStatus
from dashboard.runs.run import Run
from settings import Settings
from target_app.probe.marks import Phase
from tests.dashboard.stories import marks

STORY = "queued 0 handling {0} waiting {0} executing {1} responding {2} done {3}"
STATUS = TargetStatus([42], 41)


def run_of(count: int, **more: Any) -> Run:
    """A run of which ``count`` requests went through one connection."""
    given = Settings(requests=4, pool_size=1, max_overflow=0)
    log = RunLog("r7", given.requests)
    log.release(0.0)
    run = Run("r7", given, forecast(given), log, status="running", **more)
    for seq in range(1, count + 1):
        add(run, seq)
    return run


def add(run: Run, seq: int) -> None:
    story = STORY.format(0.01 * seq, seq - 0.9, float(seq), seq + 0.01)
    for mark in marks(seq, story, worker=42, connection=1, detail="200"):
        run.log.add(mark)


def test_a_snapshot_stays_as_it_is_and_is_the_same_while_nothing_changes() -> None:
    run = run_of(2)
    first = run.record()
    assert run.record() is first
    add(run, 3)
    second = run.record()
    assert second is not first
    assert (first.counts["done"], second.counts["done"]) == (2, 3)
    assert [len(first.requests), len(first.marks)] == [2, 12]
    # What nothing was added to is not derived again.
    assert second.requests[0] is first.requests[0]


def test_whatever_changes_makes_another() -> None:
    run = run_of(3)
    seen = [run.record()]
    changes: tuple[Callable[[], None], ...] = (
        lambda: setattr(run, "status", "done"),
        lambda: setattr(run, "label", "mine"),
        lambda: setattr(run, "history_id", 7),
        lambda: run.notes.append("A note."),
        lambda: setattr(run, "generator", {"lag": 0.2, "stamps": "read"}),
        lambda: run.log.add_samples(9.0, lambda at: [Sample(at, "loop", 42, {"lag": 0.0})]),
        lambda: run.log.fail_rest("reset", "gone", 9.0),
    )
    for change in changes:
        change()
        seen.append(run.record())
    assert len({id(record) for record in seen}) == len(seen)
    assert (seen[-1].status, seen[-1].label, seen[-1].number) == ("done", "mine", 7)
    assert seen[-1].notes == ("A note.",)
    assert seen[-1].late_notes == [
        "The load generator read responses late, so their times are imprecise."
    ]


def test_its_requests_are_those_that_its_marks_tell_of() -> None:
    run = run_of(3)
    live = run.record()
    alone = jsonl.read(jsonl.write(run_of(3, label="x").record()).replace(b"running", b"failed"))
    assert [r.marks for r in live.requests] == [
        tuple(mark._replace(run="r7") for mark in r.marks) for r in alone.requests
    ]
    assert live.requests[0].marks[0].phase is Phase.QUEUED


def test_the_page_has_the_same_of_a_live_run_and_of_the_kept_one() -> None:
    run = run_of(4, started_at=1_795_000_000.0, history_id=7)
    run.status = "done"
    live = json.loads(json.dumps(page_state.page(run.record(), run.life(STATUS))))
    kept = json.loads(json.dumps(page_state.page(run.record())))
    assert live["state"].keys() == kept["state"].keys()
    changed = {name for name in live["state"] if live["state"][name] != kept["state"][name]}
    assert changed <= {"run", "step_seconds", "elapsed", "target"}
    assert kept["state"]["target"]["pids"] == [42]
    for name in ("frame", "gauges", "summary"):
        assert live[name] | {"run": "#7"} == kept[name]


def test_what_is_said_while_it_runs_is_not_what_is_said_of_its_end() -> None:
    run = run_of(2)
    assert run.record().sentence == "2 of 4 done · 2 waiting for a worker"
    run.status = "done"
    assert run.record().sentence.startswith("2 of 4 requests done")
