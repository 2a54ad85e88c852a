"""Assertions: what is measured, what is refused, and what a CI system reads."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.limits import LIMITS
from dashboard.runs import assertions, junit
from dashboard.runs.assertions import LIMIT_WORDS, MEASURES, Assertion, parse_all
from dashboard.runs.record import Record
from settings import Settings, SettingsError
from tests.dashboard.records import record
from tests.dashboard.stories import marks

RUN = record(40, 15)


def some_failed() -> Record:
    log = [
        mark
        for seq in (1, 2, 3)
        for mark in marks(
            seq, f"queued 0 handling 0.5 waiting 1 failed {seq + 1}", detail="pool-timeout: no"
        )
    ]
    log += marks(4, "queued 0 handling 0 waiting 0 executing 0.25 done 1", detail="200")
    return record(4, marks=tuple(log))


@pytest.mark.parametrize(
    ("expression", "measured", "holds"),
    [
        ("failed==0", 0, True),
        ("done == 40", 40, True),
        (" requests>=41 ", 40, False),
        ("batches<=2", 3, False),
        ("batches!=2", 3, True),
        ("largest_batch==15", 15, True),
        ("total<3.5", 3.01, True),
        ("total>3.01", 3.01, False),
        ("pool_wait_p95<0.1", 2.089, False),
        ("pool_wait_p50<=2", 1.089, True),
        ("queue_wait_max<0.011", 0.01, True),
        ("response_max==3.01", 3.01, True),
        ("marks_lost<=2", 2, True),
        ("limit==none", "pool-capacity", False),
        ("limit!=overflow-collapse", "pool-capacity", True),
        ("status==done", "done", True),
        ("failed>-1", 0, True),
    ],
)
def test_an_assertion_holds_or_not_and_tells_what_was_measured(
    expression: str, measured: float | str, holds: bool
) -> None:
    run = record(40, 15, settings=Settings(requests=40, pool_size=15, max_overflow=0))
    outcome = Assertion.parse(expression).check(run)
    assert (outcome.measured, outcome.holds) == (measured, holds)
    assert outcome.as_text().startswith("ok    " if holds else "FAIL  ")
    assert f"(measured {measured})" in outcome.as_text()


def test_failures_are_counted_and_have_no_service() -> None:
    run = some_failed()
    found = {text: Assertion.parse(text).check(run) for text in ("failed==0", "response_p50<9")}
    assert found["failed==0"].measured == 3
    assert found["response_p50<9"].measured == 2
    assert Assertion.parse("pool_wait_max==3").check(run).holds


def test_a_run_without_an_end_has_no_limit() -> None:
    run = record(4, status="cancelled")
    assert Assertion.parse("limit==unknown").check(run).holds
    assert not Assertion.parse("limit==none").check(run).holds
    assert not Assertion.parse("status==done").check(run).holds


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "NAME OPERATOR VALUE"),
        ("failed", "NAME OPERATOR VALUE"),
        ("failed=0", "NAME OPERATOR VALUE"),
        ("failed==", "NAME OPERATOR VALUE"),
        ("failed==0 and done==1", "NAME OPERATOR VALUE"),
        ("0==failed", "NAME OPERATOR VALUE"),
        ("failed===0", "must be a number"),
        ("failed==zero", "must be a number"),
        ("failed==1e3", "must be a number"),
        ("failed==nan", "must be a number"),
        ("failed==0x10", "must be a number"),
        ("failed==٣", "must be a number"),
        ("__import__('os').system('true')==0", "NAME OPERATOR VALUE"),
        ("colour==3", "unknown name colour; available: requests, done, failed"),
        ("limit<none", "only be compared with == or !="),
        ("limit==nothing", "must be one of none, interrupted"),
        ("limit==0", "must be one of"),
        ("x" * 10_000, "NAME OPERATOR VALUE"),
    ],
)
def test_bad_expressions_are_refused_with_what_would_be_right(
    expression: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message) as refused:
        parse_all(["failed==0", expression])
    assert len(refused.value.errors) == 1
    assert len(str(refused.value)) < 700


@given(st.text(max_size=30))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        assertion = Assertion.parse(text)
    except ValueError:
        return
    assert assertion.name in MEASURES
    assertion.check(RUN)


def test_every_limit_that_a_diagnosis_names_can_be_asserted() -> None:
    assert set(LIMITS) <= set(LIMIT_WORDS)


def test_a_ci_system_reads_every_assertion() -> None:
    outcomes = [Assertion.parse(text).check(RUN) for text in ("failed==0", "batches<=2")]
    suite = ET.fromstring(junit.as_xml(outcomes, 3.01, "40 <requests>"))  # noqa: S314
    assert suite.tag == "testsuites"
    (inner,) = suite
    assert (inner.get("tests"), inner.get("failures"), inner.get("errors")) == ("2", "1", "0")
    cases = inner.findall("testcase")
    assert [case.get("name") for case in cases] == ["failed==0", "batches<=2"]
    assert [len(case) for case in cases] == [0, 1]
    failure = cases[1].find("failure")
    assert failure is not None
    assert failure.get("message") == "measured 3"
    assert inner.findtext("system-out") == "40 <requests>"


def test_a_run_that_cannot_start_is_an_error_there() -> None:
    suite = ET.fromstring(junit.as_error("No \x00database", "Start <it>"))  # noqa: S314
    (inner,) = suite
    assert inner.get("errors") == "1"
    error = inner.find("testcase/error")
    assert error is not None
    assert (error.get("message"), error.text) == ("No \\u0000database", "Start <it>")


def test_only_assertions_about_failures_replace_the_plain_exit_code() -> None:
    assert assertions.judges_failures(parse_all(["batches<3", "failed<=5"]))
    assert not assertions.judges_failures(parse_all(["batches<3"]))
