"""What a run shows: who waited, what was in use, and how the workers shared."""

import pytest
from hypothesis import given, settings

from dashboard.analysis.evidence import Evidence
from dashboard.marks.requests import Request
from dashboard.marks.samples import Sample
from settings import Settings
from tests.dashboard.analysis.test_batches import from_backlog, from_pool, through, waves
from tests.dashboard.stories import any_requests, any_settings, request

PROPERTY = settings(max_examples=60, deadline=None)


def shown(requests: list[Request], *, lag: float = 0.0, **chosen: object) -> Evidence:
    given = Settings(requests=max(1, len(requests)), **chosen)  # type: ignore[arg-type]
    return Evidence.of(given, requests, lag=lag)


POOLED = [from_pool(*each) for each in through(15, [1.0] * 40)]
QUEUED = [from_backlog(*each) for each in through(4, [1.0] * 16)]


def test_the_total_is_the_last_end_and_the_service_the_median() -> None:
    lengths = [from_backlog(seq, 0.1, 0.1 + seconds) for seq, seconds in enumerate([1, 9, 2], 1)]
    found = shown(lengths)
    assert found.total == pytest.approx(9.1005)
    assert found.service_seconds == pytest.approx(2)
    assert (shown([]).total, shown([]).service_seconds) == (0.0, 0.001)


def test_waiters_for_the_pool_are_those_behind_the_first_batch() -> None:
    found = shown(POOLED)
    assert sorted(each.seq for _, each in found.pool_waiters) == list(range(16, 41))
    assert found.queue_waiters == []
    assert found.pool_wait_share == pytest.approx(2 / 3, abs=0.05)


def test_waiters_for_a_worker_are_those_behind_the_first_batch() -> None:
    found = shown(QUEUED)
    assert sorted(each.seq for _, each in found.queue_waiters) == list(range(5, 17))
    assert (found.pool_waiters, found.pool_wait_share) == ([], 0.0)


def test_a_short_wait_is_nobodys_limit() -> None:
    # A fifth of a service of one second; and a tenth of a second behind no service at all.
    assert shown([from_backlog(1, 0.2, 1.2)]).queue_waiters == []
    assert shown([from_backlog(1, 0.09, 0.09)]).queue_waiters == []
    assert len(shown([from_backlog(1, 0.3, 1.3)]).queue_waiters) == 1


@pytest.mark.parametrize(
    ("requests", "most"), [(POOLED, 15), (QUEUED, 4), ([], 0), (POOLED[:1], 1)]
)
def test_the_most_at_once_is_of_one_worker(requests: list[Request], most: int) -> None:
    found = shown(requests)
    assert (found.at_once(), found.serial()) == (most, most <= 1)


def test_one_after_the_other_is_serial_though_the_instants_touch() -> None:
    touching = [from_backlog(seq, seq, seq + 1) for seq in range(1, 4)]
    assert shown(touching).serial()


def test_shares_are_of_the_workers_that_served() -> None:
    found = shown(
        [from_backlog(seq, 0.1, 1, worker=worker) for seq, worker in enumerate([7, 7, 9], 1)]
        + [request(4, "queued 0 handling 0.1 failed 1", worker=9), request(5, "queued 0")]
    )
    assert dict(found.shares) == {7: 2, 9: 1}


def test_connections_in_use_while_requests_waited() -> None:
    steady = shown(POOLED)
    assert steady.mean_in_use() == pytest.approx(15, abs=0.2)
    assert steady.min_in_use() == 15
    shrunk = shown(waves([15, 11, 11, *[6] * 10, 3], kept=5))
    assert 6 < shrunk.mean_in_use() < 9
    assert shrunk.min_in_use() == 6


def test_where_nobody_waited_nothing_was_kept() -> None:
    found = shown(POOLED[:15])
    assert (found.mean_in_use(), found.min_in_use()) == (float("inf"), 0)


def test_the_worker_with_the_fewest_connections_counts() -> None:
    sizes = {1: 10, 2: 4}
    both = [
        from_pool(seq + 100 * worker, start, end, place, worker)
        for worker, size in sizes.items()
        for seq, start, end, place in through(size, [1.0] * 30)
    ]
    assert shown(both).min_in_use() == 4


def test_failures_are_counted_by_word() -> None:
    detail = "pool-timeout: QueuePool limit"
    failed = [request(seq, "queued 0 failed 1", detail=detail) for seq in (1, 2)]
    found = shown([*failed, request(3, "queued 0 failed 1", detail="reset: x")])
    assert [found.failed(word) for word in ("pool-timeout", "reset", "deadline")] == [2, 1, 0]


def test_a_run_is_overdue_against_a_backlog_that_holds_everybody() -> None:
    late = [request(1, "queued 0 handling 0.1 done 20")]
    assert shown(late, backlog=1, mode="blocking").overdue == pytest.approx(20, abs=0.3)


def test_the_busiest_worker_is_seen_in_the_samples() -> None:
    samples = [Sample(at, "loop", 1, {"lag": 0, "cpu": at / 2}) for at in (0.0, 1.0)]
    assert Evidence.of(Settings(), [], samples).cpu_share == pytest.approx(0.5)


@given(any_settings(), any_requests())
@PROPERTY
def test_any_log_has_evidence_within_its_bounds(chosen: Settings, requests: list[Request]) -> None:
    found = Evidence.of(chosen, requests)
    assert 0 <= found.pool_wait_share <= 1 + 1e-9
    assert sum(found.shares.values()) == len(found.services) <= len(requests)
    assert found.at_once() <= max(found.shares.values(), default=0)
    assert found.total >= max((service.end for service, _ in found.services), default=0)
    assert found.service_seconds >= 0.001
    assert found.overdue >= 0
