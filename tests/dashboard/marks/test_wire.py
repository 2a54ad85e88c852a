"""Marks off the wire: what was written is read back, also by 0.1, everything else is refused."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboard.marks.wire import decode, parse_server_timing
from target_app.probe.failures import FAILURES
from target_app.probe.marks import PHASES, Mark, Phase, encode, server_timing

NUMBERS = st.integers(0, 2**40)
MARKS = st.builds(
    Mark,
    run=st.text(max_size=40),
    seq=NUMBERS,
    phase=st.sampled_from(PHASES),
    at=st.floats(-1e9, 1e9),
    worker=NUMBERS,
    lane=NUMBERS,
    connection=NUMBERS,
    status=st.integers(0, 999),
    failure=st.text(),
    message=st.text(),
    note=st.text(),
    timing=st.text(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def refuses(read: Callable[..., Any], *given: Any) -> bool:
    """Whether ``read`` raises a ValueError; any other error is the test's."""
    try:
        read(*given)
    except ValueError:
        return True
    return False


GOOD: list[Any] = [2, "r1", 1, "queued", 0.5, 2, 3, 4, {"note": "a"}]
WRONG: list[tuple[tuple[int, ...], list[Any]]] = [
    ((0,), [1, 3, 2.5, None, [], {}]),
    ((2, 5, 6, 7), ["1", 1.0, True, None, [1]]),
    ((1,), [1, None, [], {}]),
    ((3,), ["QUEUED", "sleeping", 0, None, [], {}]),
    ((4,), ["1", None, True, float("nan"), float("inf"), 1e12, 10**400]),
    ((8,), ["", None, 1, [], {"note": 1}, {"note": None}, {"detail": "a"}, {"at": 1}]),
    ((8,), [{"status": wrong} for wrong in ("200", True, 2.0, -1, 1000)]),
]
VERSION_1: list[Any] = ["r1", 1, "queued", 0.5, 2, 3, 4, "a"]
WRONG_1: list[tuple[tuple[int, ...], list[Any]]] = [
    *((tuple(index - 1 for index in indices), wrong) for indices, wrong in WRONG[1:5]),
    ((7,), [1, None, [], {}]),
]


@given(MARKS)
@settings(max_examples=100, deadline=None)
def test_a_mark_is_read_back_as_it_was_written(mark: Mark) -> None:
    line = encode(mark)
    assert decode(line) == mark
    assert b"\n" not in line


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"\xff\xfe[")
@settings(max_examples=100, deadline=None)
def test_anything_else_is_refused_with_a_value_error_only(line: bytes) -> None:
    assert refuses(decode, line)


@pytest.mark.parametrize(
    ("good", "index", "wrong"),
    [
        (good, index, wrong)
        for good, cases in ((GOOD, WRONG), (VERSION_1, WRONG_1))
        for indices, wrongs in cases
        for index in indices
        for wrong in wrongs
    ],
    ids=lambda value: str(value)[:9],
)
def test_a_field_of_another_type_is_refused(good: list[Any], index: int, wrong: Any) -> None:
    mark = Mark("r1", 1, Phase.QUEUED, 0.5, 2, 3, 4, note="a")
    assert decode(json.dumps(good).encode()) == mark
    fields = [*good[:index], wrong, *good[index + 1 :]]
    assert refuses(decode, json.dumps(fields).encode())


@pytest.mark.parametrize(
    "fields",
    [
        *(GOOD[:-2], [*GOOD, {}], VERSION_1[:-1], [*VERSION_1, ""], [], ["r1"]),
        *(dict.fromkeys("abcdefgh"), "abcdefgh"),
    ],
    ids=str,
)
def test_a_mark_has_eight_fields_or_nine(fields: Any) -> None:
    with pytest.raises(ValueError, match="JSON array"):
        decode(json.dumps(fields).encode())


def test_json_nested_too_deep_to_read_is_refused_like_all_other() -> None:
    line = b"[" * 2000
    assert refuses(decode, line)


def test_a_whole_number_of_seconds_is_a_time() -> None:
    mark = decode(b'[2,"r",1,"done",5,0,0,0]')
    assert (mark.at, type(mark.at)) == (5.0, float)


@st.composite
def trails(draw: st.DrawFn) -> tuple[Mark, ...]:
    """The marks of one request, in order of time."""
    worker, lane = draw(NUMBERS), draw(NUMBERS)
    at = draw(st.floats(0, 1e6))
    failures = st.sampled_from(["", "", *FAILURES])
    steps = st.tuples(st.sampled_from(PHASES), st.floats(0, 100), st.integers(0, 999), failures)
    marks = []
    for phase, step, connection, word in draw(st.lists(steps, min_size=1, max_size=12)):
        at += step
        marks.append(Mark("t", 7, phase, at, worker, lane, connection, failure=word))
    return tuple(marks)


@given(trails(), st.floats(0, 10))
@settings(max_examples=100, deadline=None)
def test_server_timing_carries_the_marks_themselves(marks: tuple[Mark, ...], rest: float) -> None:
    value = server_timing(marks, marks[-1].at + rest)
    told = parse_server_timing(value, "t", 7)
    assert [mark._replace(at=0) for mark in told] == [mark._replace(at=0) for mark in marks]
    for mark, original in zip(told, marks, strict=True):
        assert mark.at == pytest.approx(original.at, abs=1.01e-6, rel=0)


@pytest.mark.parametrize("value", ["", "db;dur=53", 'miss, cache;desc="Cache Read";dur=23.2'])
def test_other_servers_metrics_hold_no_marks(value: str) -> None:
    assert parse_server_timing(value, "t", 1) == ()


@pytest.mark.parametrize(
    "inside",
    [
        *("", "1 2", "1 2 x 1.0.0", "1 2 nan 1.0.0", "1 2 inf 1.0.0"),
        *("1 2 3.0 ", "1 2 3.0 99.0.0", "1 2 3.0 -1.0.0", "1 2 3.0 1.0"),
        *("v2", "v2 1 2", "v3 1 2 3.0", "v 1 2 3.0", "v2 1 2 3.0 1.0.0.", "v2 1 2 3.0 1.0.0.A"),
        *("v2 1 2 3.0 1.0.0.reset.x", "v2 1 2 3.0 1.0.0." + "x" * 41),
        pytest.param(f"1 2 3.0 1.{'9' * 400}.0", id="offset-beyond-floats"),
    ],
)
def test_a_broken_metric_of_ours_is_refused(inside: str) -> None:
    assert refuses(parse_server_timing, f'poolscope;desc="{inside}"', "t", 1)


@given(st.text() | st.from_regex(r"[0-9. ]+", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_whatever_a_server_says_raises_nothing_but_value_errors(inside: str) -> None:
    with contextlib.suppress(ValueError):
        parse_server_timing(f'poolscope;desc="{inside}"', "t", 1)


def test_a_server_that_has_the_probe_of_0_1_is_still_understood() -> None:
    header = 'db;dur=5, poolscope;desc="4711 3 12.500000 1.0.0 2.250000.0 4.500000.7"'
    expected = [(Phase.HANDLING, 12.5, 0), (Phase.WAITING, 12.75, 0), (Phase.EXECUTING, 13.0, 7)]
    told = parse_server_timing(header, "t", 9)
    assert [(mark.phase, mark.at, mark.connection) for mark in told] == expected
    assert {mark[4:6] for mark in told} == {(4711, 3)}
