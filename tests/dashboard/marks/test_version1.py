"""What the one text of a mark meant in version 1: seven things, by where it stood."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.marks.version1 import mark_of_version1
from target_app.probe.marks import EXTRAS, PHASES, Mark, Phase, extras


@pytest.mark.parametrize(
    ("phase", "worker", "detail", "meant"),
    [
        ("done", 0, "200", {"status": 200}),
        ("done", 0, "", {}),
        ("failed", 0, "reset: gone", {"failure": "reset", "message": "gone"}),
        ("failed", 0, "deadline", {"failure": "deadline"}),
        (
            "failed",
            0,
            "http-4xx: status 404 Not Found",
            {"status": 404, "failure": "http-4xx", "message": "status 404 Not Found"},
        ),
        (
            "failed",
            0,
            "pool-timeout: TimeoutError: QueuePool limit: reached",
            {
                "status": 500,
                "failure": "pool-timeout",
                "message": "TimeoutError: QueuePool limit: reached",
            },
        ),
        (
            "failed",
            0,
            "http-5xx: the answer is not HTTP: bad",
            {"failure": "http-5xx", "message": "the answer is not HTTP: bad"},
        ),
        (
            "waiting",
            7,
            "error:pool-timeout: TimeoutError: QueuePool",
            {"failure": "pool-timeout", "message": "TimeoutError: QueuePool"},
        ),
        ("holding", 7, "todos", {"note": "todos"}),
        ("responding", 7, "Server-Timing: mine", {"note": "Server-Timing: mine"}),
        ("responding", 0, "Server-Timing: db;dur=5", {"timing": "db;dur=5"}),
        ("queued", 0, "opened after the release", {"message": "opened after the release"}),
    ],
)
def test_each_of_its_meanings_has_a_field(
    phase: str, worker: int, detail: str, meant: dict[str, Any]
) -> None:
    mark = mark_of_version1("r", 1, Phase(phase), 0.5, worker, 3, 4, detail)
    assert mark[:7] == ("r", 1, phase, 0.5, worker, 3, 4)
    assert extras(mark) == meant


def test_where_nothing_was_known_that_is_the_phase() -> None:
    mark = mark_of_version1("r", 1, Phase.QUEUED, 0.5, detail="unknown")
    assert mark == Mark("r", 1, Phase.UNKNOWN, 0.5)


@given(st.sampled_from(PHASES), st.sampled_from([0, 7]), st.text(max_size=30))
def test_any_text_has_some_meaning(phase: Phase, worker: int, detail: str) -> None:
    mark = mark_of_version1("r", 1, phase, 0.5, worker, detail=detail)
    assert extras(mark).keys() <= set(EXTRAS)
    assert 0 <= mark.status <= 999
