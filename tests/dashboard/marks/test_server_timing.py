"""Server-Timing headers as servers send them, and as they should not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.marks.server_timing import (
    MOST_METRICS,
    Metric,
    as_header,
    own_metrics,
    parse,
)
from target_app.probe.marks import Mark, Phase, server_timing


@pytest.mark.parametrize(
    ("header", "metrics"),
    [
        ("db;dur=53.2", [Metric("db", 53.2)]),
        ("miss, db;dur=53, app;dur=47.2", [Metric("miss"), Metric("db", 53), Metric("app", 47.2)]),
        ('cache;desc="Cache Read";dur=23.2', [Metric("cache", 23.2, "Cache Read")]),
        ('a;desc="x, \\"y\\"; z" , b', [Metric("a", None, 'x, "y"; z'), Metric("b")]),
        ("a ; DUR = 5 ; dur=6;desc=word", [Metric("a", 5, "word")]),
        ("a;dur=soon, b;dur=nan, c;dur=-1", [Metric("a"), Metric("b"), Metric("c")]),
        ("a;flag;dur=1", [Metric("a", 1)]),
        ("a;;dur=1", [Metric("a", 1)]),
        ("", []),
        (",, ,a", [Metric("a")]),
        ('=5, "x,y", b', [Metric("b")]),
        ("a/b, c", [Metric("a"), Metric("c")]),
    ],
)
def test_metrics_are_read_by_the_specification(header: str, metrics: list[Metric]) -> None:
    assert parse(header) == metrics
    assert parse(as_header(metrics)) == metrics


def test_ours_are_left_out_where_the_probe_has_spoken() -> None:
    marks = (Mark("t", 1, Phase.HANDLING, 0.0), Mark("t", 1, Phase.EXECUTING, 0.5))
    ours = server_timing(marks, 1.0)
    assert own_metrics(f"db;dur=1, {ours}") == [Metric("db", 1)]
    assert own_metrics("executing;dur=5") == [Metric("executing", 5)]
    assert as_header([]) == ""


@given(st.text(max_size=80) | st.text(';,="\\ ab1', max_size=60))
def test_any_text_is_read_within_bounds(header: str) -> None:
    found = parse(header)
    assert len(found) <= MOST_METRICS
    assert all(metric.name for metric in found)
    assert parse(as_header(found)) == found


def test_a_long_header_is_read_in_time() -> None:
    assert len(parse('a;desc="' + "\\" * 8000)) <= 1
    assert len(parse("a;" * 4000 + "b")) == 1
