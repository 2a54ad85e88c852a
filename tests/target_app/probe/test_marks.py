"""The record's wire forms: what was written is read back, everything else is refused."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from target_app.probe.marks import (
    PHASES,
    Mark,
    Phase,
    decode,
    encode,
    parse_run_header,
    parse_server_timing,
    run_header,
    server_timing,
    traceparent,
)

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
    detail=st.text(),
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


GOOD: list[Any] = ["r1", 1, "queued", 0.5, 2, 3, 4, ""]
WRONG: list[tuple[tuple[int, ...], list[Any]]] = [
    ((1, 4, 5, 6), ["1", 1.0, True, None, [1]]),
    ((0, 7), [1, None, [], {}]),
    ((2,), ["QUEUED", "sleeping", 0, None, [], {}]),
    ((3,), ["1", None, True, float("nan"), float("inf"), 1e12, 10**400]),
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
    ("index", "wrong"),
    [(index, wrong) for indices, wrongs in WRONG for index in indices for wrong in wrongs],
    ids=lambda value: str(value)[:9],
)
def test_a_field_of_another_type_is_refused(index: int, wrong: Any) -> None:
    assert decode(json.dumps(GOOD).encode()) == Mark("r1", 1, Phase.QUEUED, 0.5, 2, 3, 4)
    fields = [*GOOD[:index], wrong, *GOOD[index + 1 :]]
    assert refuses(decode, json.dumps(fields).encode())


@pytest.mark.parametrize("fields", [GOOD[:-1], [*GOOD, ""], dict.fromkeys("abcdefgh"), "abcdefgh"])
def test_a_mark_has_eight_fields(fields: Any) -> None:
    with pytest.raises(ValueError, match="JSON array of 8"):
        decode(json.dumps(fields).encode())


def test_json_nested_too_deep_to_read_is_refused_like_all_other() -> None:
    line = b"[" * 2000
    assert refuses(decode, line)


def test_a_whole_number_of_seconds_is_a_time() -> None:
    mark = decode(b'["r",1,"done",5,0,0,0,""]')
    assert (mark.at, type(mark.at)) == (5.0, float)


@given(st.text("0123456789abcdef", min_size=1, max_size=64), st.integers(0, 999_999_999))
@settings(max_examples=100, deadline=None)
def test_a_run_header_is_read_back(token: str, seq: int) -> None:
    assert parse_run_header(run_header(token, seq)) == (token, seq)


@pytest.mark.parametrize(
    "value",
    ["", "/", "abc", "abc/", "/1", "abc/x", "abc/-1", "abc/1.0", "abc/²", "abc/٣", "a/1/2"],
)
def test_somebody_elses_header_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a run header"):
        parse_run_header(value)


@pytest.mark.parametrize("value", ["x" * 65 + "/1", "abc/" + "1" * 10])
def test_a_run_header_has_bounds(value: str) -> None:
    assert refuses(parse_run_header, value)


def test_the_trace_context_has_the_form_of_the_standard() -> None:
    token = "0123456789abcdef" * 2
    assert traceparent(token, 255) == f"00-{token}-00000000000000ff-01"


@st.composite
def trails(draw: st.DrawFn) -> tuple[Mark, ...]:
    """The marks of one request, in order of time."""
    worker, lane = draw(NUMBERS), draw(NUMBERS)
    at = draw(st.floats(0, 1e6))
    steps = st.tuples(st.sampled_from(PHASES), st.floats(0, 100), st.integers(0, 999))
    marks = []
    for phase, step, connection in draw(st.lists(steps, min_size=1, max_size=12)):
        at += step
        marks.append(Mark("t", 7, phase, at, worker, lane, connection))
    return tuple(marks)


@given(trails(), st.floats(0, 10))
@settings(max_examples=100, deadline=None)
def test_server_timing_carries_the_marks_themselves(marks: tuple[Mark, ...], rest: float) -> None:
    value = server_timing(marks, marks[-1].at + rest)
    told = parse_server_timing(value, "t", 7)
    assert [mark._replace(at=0) for mark in told] == [mark._replace(at=0) for mark in marks]
    for mark, original in zip(told, marks, strict=True):
        assert mark.at == pytest.approx(original.at, abs=1.01e-6, rel=0)


def test_server_timing_sums_milliseconds_by_phase_for_any_other_tool() -> None:
    at = [(Phase.HANDLING, 1.0), (Phase.WAITING, 1.5), (Phase.HANDLING, 3.5)]
    marks = tuple(Mark("t", 1, phase, when, 11, 2) for phase, when in at)
    value = server_timing(marks, 4.0)
    assert value.startswith("handling;dur=1000.000, waiting;dur=2000.000, poolscope;desc=")


@pytest.mark.parametrize("value", ["", "db;dur=53", 'miss, cache;desc="Cache Read";dur=23.2'])
def test_other_servers_metrics_hold_no_marks(value: str) -> None:
    assert parse_server_timing(value, "t", 1) == ()


@pytest.mark.parametrize(
    "inside",
    [
        *("", "1 2", "1 2 x 1.0.0", "1 2 nan 1.0.0", "1 2 inf 1.0.0"),
        *("1 2 3.0 ", "1 2 3.0 9.0.0", "1 2 3.0 -1.0.0", "1 2 3.0 1.0"),
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
