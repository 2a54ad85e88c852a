"""Compare runs: only what differs, ratios, and one sentence."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.runs.comparison import compare, differing, sentence
from dashboard.runs.record import Record
from settings import Settings
from tests.dashboard.records import record

FAST = record(40, 40, settings=Settings(requests=40, pool_size=40, max_overflow=0), number=7)
SLOW = record(40, 15, settings=Settings(requests=40), number=6)
SLOWEST = record(40, 5, settings=Settings(requests=40, mode="threads", threads=5), number=5)


def lasting(run: Record, seconds: float) -> Record:
    """The same run, stretched to a total."""
    factor = seconds / run.total_seconds
    return replace(run, marks=tuple(mark._replace(at=mark.at * factor) for mark in run.marks))


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (
            [lasting(FAST, 7.2), lasting(SLOW, 14.4)],
            "A is 2.0 times as fast as B: max_overflow 0 instead of 10, pool_size 40 instead of 5",
        ),
        (
            [lasting(SLOW, 14.4), lasting(FAST, 7.2)],
            "B is 2.0 times as fast as A: max_overflow 0 instead of 10, pool_size 40 instead of 5",
        ),
        (
            [lasting(SLOW, 3.0), lasting(SLOW, 3.02)],
            "A and B take about the same time (3.0 s and 3.0 s), with the same settings",
        ),
        (
            [lasting(FAST, 3.02), lasting(SLOW, 3.0)],
            "A and B take about the same time (3.0 s and 3.0 s): "
            "max_overflow 0 instead of 10, pool_size 40 instead of 5",
        ),
        ([lasting(FAST, 1), lasting(SLOW, 250)], "A is 250 times as fast as B: "),
        (
            [lasting(SLOWEST, 8), lasting(SLOW, 4), lasting(FAST, 2)],
            "C is 2.0 times as fast as B (max_overflow 0 instead of 10, pool_size 40 instead of 5)"
            " and 4.0 times as fast as A (max_overflow 0 instead of 10,"
            " mode gevent-green instead of threads, pool_size 40 instead of 5,"
            " threads 8 instead of 5)",
        ),
        (
            [lasting(SLOW, 2), lasting(SLOW, 2), lasting(SLOW, 4)],
            "A is about as fast as B (the same settings) and"
            " 2.0 times as fast as C (the same settings)",
        ),
        (
            [
                lasting(record(100, 15), 7.1),
                lasting(record(60, 15, settings=Settings(requests=60, sleep_seconds=0.3)), 1.0),
            ],
            "Different work, so the times are not comparable (A 7.1 s, B 1.0 s): ",
        ),
        (
            [replace(SLOW, request_specs=("/orders",)), SLOW],
            "Different work, so the times are not comparable (A 3.0 s, B 3.0 s): ",
        ),
        (
            [replace(SLOW, status="cancelled"), FAST],
            "A did not finish (40 of 40 done), so the times say little: ",
        ),
    ],
)
def test_the_sentence_names_the_faster_run_and_what_differs(
    runs: list[Record], expected: str
) -> None:
    said = sentence(runs)
    assert said.startswith(expected) if expected.endswith(": ") else said == expected


def test_only_the_settings_that_differ_are_listed_in_the_forms_order() -> None:
    body = compare([FAST, SLOW, SLOWEST])
    assert [each["name"] for each in body["settings"]] == [
        "mode",
        "threads",
        "pool_size",
        "max_overflow",
    ]
    assert body["settings"][2]["values"] == [40, 5, 5]
    assert differing([FAST, FAST]) == []


def test_figures_have_ratios_to_the_first() -> None:
    body = compare([lasting(FAST, 2.0), lasting(SLOW, 3.0)])
    figures: dict[str, Any] = {each["name"]: each for each in body["figures"]}
    assert figures["total_seconds"]["values"] == [2.0, 3.0]
    assert figures["total_seconds"]["ratios"] == [1.0, 1.5]
    assert figures["batches"]["values"] == [1, 3]
    assert figures["failed"]["ratios"] == [None, None]
    assert figures["limit"]["ratios"] == [None, None]
    assert [run["letter"] for run in body["runs"]] == ["A", "B"]
    assert [run["number"] for run in body["runs"]] == [7, 6]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_two_to_four_runs_can_be_compared(count: int) -> None:
    with pytest.raises(ValueError, match="compare 2 to 4 runs"):
        compare([FAST] * count)


def test_runs_without_marks_can_be_compared() -> None:
    empty = record(0, marks=(), status="broken-off", settings=Settings(requests=40))
    assert compare([empty, empty])["sentence"].startswith("A did not finish (0 of 40 done) and B")


def test_a_run_without_batches_has_none_and_not_0() -> None:
    empty = record(0, marks=(), status="broken-off", settings=Settings(requests=40))
    figures = {each["name"]: each for each in compare([empty, FAST])["figures"]}
    assert figures["batches"]["values"] == ["none", 1]
    assert figures["largest_batch"]["values"] == ["none", 40]
    assert figures["batches"]["ratios"] == [None, None]
