"""What the probe and the generator write: headers of a request, and an answer's Server-Timing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from target_app.probe.marks import (
    Mark,
    Phase,
    encode,
    parse_run_header,
    run_header,
    server_timing,
    traceparent,
)


def refuses(value: str) -> bool:
    """Whether it is no run header: with a ValueError; any other error is the test's."""
    try:
        parse_run_header(value)
    except ValueError:
        return True
    return False


def test_a_mark_is_a_short_line_with_what_there_is_to_tell() -> None:
    mark = Mark("r1", 7, Phase.WAITING, 0.5, 42, 3)
    assert encode(mark) == b'[2,"r1",7,"waiting",0.5,42,3,0]'
    failed = mark._replace(failure="pool-timeout", message='of "5"', status=500)
    told = b'{"status": 500, "failure": "pool-timeout", "message": "of \\"5\\""}'
    assert encode(failed) == b'[2,"r1",7,"waiting",0.5,42,3,0,' + told + b"]"


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
    assert refuses(value)


def test_the_trace_context_has_the_form_of_the_standard() -> None:
    token = "0123456789abcdef" * 2
    assert traceparent(token, 255) == f"00-{token}-00000000000000ff-01"


def test_server_timing_sums_milliseconds_by_phase_for_any_other_tool() -> None:
    at = [(Phase.HANDLING, 1.0), (Phase.WAITING, 1.5), (Phase.HANDLING, 3.5)]
    marks = tuple(Mark("t", 1, phase, when, 11, 2) for phase, when in at)
    value = server_timing(marks, 4.0)
    assert value.startswith("handling;dur=1000.000, waiting;dur=2000.000, poolscope;desc=")
