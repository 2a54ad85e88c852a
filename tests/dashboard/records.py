"""A finished run to keep, send, compare and judge."""

from typing import Any

from dashboard.marks.samples import Sample
from dashboard.runs.record import Record
from settings import Settings
from tests.dashboard.stories import marks

STORY = "queued 0 handling 0.01 waiting 0.011 executing {0} responding {1} done {2}"


def record(count: int = 40, width: int = 15, **given: Any) -> Record:
    """A finished run of ``count`` requests that went through in batches of ``width``."""
    log = []
    for seq in range(1, count + 1):
        start = 0.1 + (seq - 1) // width
        at = (start, start + 0.9, round(start + 0.91, 6))
        log += marks(seq, STORY.format(*at), worker=7, connection=1 + seq % width, detail="200")
    log = sorted((mark._replace(at=round(mark.at, 6)) for mark in log), key=lambda mark: mark.at)
    facts: dict[str, Any] = {
        "settings": Settings(requests=count, pool_size=width, max_overflow=0),
        "status": "done",
        "marks": tuple(log),
        "samples": (Sample(0.5, "pool", 7, {"out": 15.0, "idle": 0.0, "overflow": 0.0}),),
        "started_at": 1_795_000_000.25,
        "versions": {"Python": "3.11"},
        "generator": {"lag": 0.001, "stamps": "kernel"},
        "notes": ("A note.",),
        "marks_lost": 2,
    }
    return Record(**(facts | given))
