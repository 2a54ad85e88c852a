"""The diagnosis in words: numbers, ranges, and what comes next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.explanations import evidence_for, sentence_for
from dashboard.analysis.limits.phrases import ranges
from dashboard.analysis.suggestions import Suggestion
from dashboard.marks.requests import Request
from settings import Settings
from tests.dashboard.analysis.test_batches import from_backlog, from_pool, through
from tests.dashboard.stories import request

POOLED = [from_pool(*each) for each in through(5, [1.0] * 20)]
SERIAL = [from_backlog(*each) for each in through(1, [1.0] * 4)]


def shown(requests: list[Request], **chosen: object) -> Evidence:
    given = {"requests": len(requests), "pool_size": 5, "max_overflow": 0, **chosen}
    return Evidence.of(Settings(**given), requests)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([7], "7"),
        ([1, 2, 3], "1-3"),
        ([1, 3, 4, 9], "1, 3-4, 9"),
        ([1, 3, 5, 7], "1, 3, 5, 7"),
        ([1, 3, 5, 7, 9], "1, 3, 5 and others"),
    ],
)
def test_numbers_are_told_asranges(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


@given(st.sets(st.integers(1, 30)))
def test_few_ranges_name_every_number(numbers: set[int]) -> None:
    text = ranges(sorted(numbers))
    named: set[int] = set()
    for part in text.removesuffix(" and others").split(", ") if text else []:
        first, _, last = part.partition("-")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == numbers or (text.endswith("and others") and named < numbers)


def test_the_evidence_names_requests_their_waits_and_the_share_of_all_time() -> None:
    assert evidence_for("pool-capacity", shown(POOLED)) == (
        "Requests 6-20 waited 1.0 to 3.0 s for a connection: 30 of 50 request-seconds (60%)."
    )
    assert evidence_for("sync-workers", shown(SERIAL)) == (
        "Requests 2-4 waited 1.0 to 3.0 s for a worker: 6 of 10 request-seconds (60%)."
    )


@pytest.mark.parametrize("limit", ["none", "max-connections", "generator"])
def test_where_nobody_waited_there_is_no_evidence(limit: str) -> None:
    assert not evidence_for(limit, shown(POOLED[:5]))
    assert not evidence_for(limit, shown([]))


@pytest.mark.parametrize(
    ("next_limit", "words"),
    [
        ("none", "; no request would have to wait."),
        ("pool-capacity", "; the next limit is the pool's capacity."),
        ("overflow-collapse", "; the next limit is the pool, which may lose its overflow."),
        ("pool-timeout", "; the next limit is pool_timeout."),
        ("max-connections", "; the next limit is the database's max_connections."),
        ("sync-workers", "; the next limit is the number of workers."),
        ("threads", "; the next limit is the number of threads."),
        ("worker-connections", "; the next limit is worker_connections."),
        ("blocking-driver", "; the next limit is the driver, which blocks the event loop."),
    ],
)
def test_the_next_limit_is_named(next_limit: str, words: str) -> None:
    cure = Suggestion("pool_size 20", Settings(), 1.23, next_limit)
    text = sentence_for("pool-capacity", shown(POOLED), [cure])
    assert text == (
        "15 of 20 requests waited for a connection: "
        "1 worker x (pool_size 5 + max_overflow 0) = 5 at a time."
        f" pool_size 20 would take 1.2 s instead of 4.0 s{words}"
    )


@pytest.mark.parametrize(
    ("limit", "next_limit", "many"),
    [
        ("pool-timeout", "none", "all"),
        ("pool-timeout", "pool-timeout", "more"),
        ("max-connections", "pool-capacity", "all"),
        ("max-connections", "max-connections", "more"),
    ],
)
def test_failures_are_cured_for_all_or_for_some(limit: str, next_limit: str, many: str) -> None:
    cure = Suggestion("pool_size 20", Settings(), 1.23, next_limit)
    text = sentence_for(limit, shown(POOLED), [cure])
    assert f" With pool_size 20 {many} would be answered, in 1.2 s" in text


def test_without_a_cure_the_sentence_ends_with_the_arithmetic() -> None:
    text = sentence_for("sync-workers", shown(SERIAL, mode="blocking", workers=2), [])
    assert (
        text
        == "3 of 4 requests waited for a worker: 2 workers of class sync x 1 request = 2 at a time."
    )


def test_a_pool_that_shrank_in_one_of_several_workers_says_where() -> None:
    chosen = {"workers": 2, "pool_size": 2, "max_overflow": 6}
    text = sentence_for("overflow-collapse", shown(POOLED, **chosen), [])
    assert "2 workers x (pool_size 2 + max_overflow 6) = 16 at a time at first" in text
    assert "then 5 in one of the workers: while requests waited, 3 overflow connections" in text


def test_a_worker_without_a_request_is_named_among_the_uneven() -> None:
    text = sentence_for("uneven-workers", shown(SERIAL, workers=3), [])
    assert "among the workers: 4 and 0 and 0 of 4, instead of 2 each" in text


def test_failures_that_are_nobodys_limit_are_named_with_their_cause() -> None:
    failed = [request(seq, "queued 0 failed 1", detail="login-failed: no") for seq in (1, 2)]
    assert sentence_for("none", shown(failed), []) == (
        "Requests did not wait for each other, but 2 failed (login-failed): "
        "the database refused the user or the password."
    )
