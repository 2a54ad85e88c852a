"""Batches are generations of whatever limits: told from who took whose place."""

import random
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.batches import Batch, find_batches
from dashboard.marks.requests import Request
from tests.dashboard.stories import request

SYNC, NO_LIMIT = 1, 1000
HANDOVER = 0.001
CPU = 0.0005  # what the loop spends on each request before it waits
Served = tuple[int, float, float, int]  # seq, start, end, and the place that it had


def from_pool(seq: int, start: float, end: float, place: int, worker: int = 1) -> Request:
    """Accepted at once, then served from ``start``, after a wait for connection ``place``."""
    asked = min(CPU * seq, start)
    story = f"queued 0 handling {asked} waiting {asked} executing {start} handling {end}"
    told = f"{story} responding {end + 0.0002} done {end + 0.0005}"
    return request(seq, told, worker=worker, connection=place)


def from_backlog(
    seq: int, start: float, end: float, place: int | None = None, worker: int = 1
) -> Request:
    """Queued until ``start``; then thread ``place`` has it, or a greenlet of its own."""
    story = f"queued 0 handling {start} responding {end} done {end + 0.0005}"
    return request(seq, story, worker=worker, lane=seq if place is None else place)


def sizes(requests: Iterable[Request], width: int) -> list[int]:
    return [batch.count for batch in find_batches(requests, width)]


def through(
    places: int, durations: Sequence[float], first: Sequence[float] | None = None
) -> list[Served]:
    """Requests that go through ``places`` in order, each taking the first that is free."""
    free: list[tuple[float, int]] = []
    for place in range(1, places + 1):
        heappush(free, (first[place - 1] if first else CPU * place, place))
    served = []
    for seq, seconds in enumerate(durations, 1):
        start, place = heappop(free)
        served.append((seq, start, start + seconds, place))
        heappush(free, (start + seconds + HANDOVER, place))
    return served


def waves(counts: Sequence[int], kept: int) -> list[Request]:
    """Requests that a pool lets in wave after wave: ``kept`` connections stay, others are new."""
    seq, found = 0, []
    for wave, count in enumerate(counts):
        for place in range(1, count + 1):
            seq += 1
            start = wave * (1 + HANDOVER) + CPU * place
            connection = place if place <= kept else 1000 + seq
            found.append(from_pool(seq, start, start + 1, connection))
    return found


def test_a_sync_worker_makes_a_diagonal_of_ones() -> None:
    diagonal = [from_backlog(*each) for each in through(1, [1.0] * 5)]
    assert sizes(diagonal, SYNC) == [1] * 5
    assert [batch.seqs for batch in find_batches(diagonal, SYNC)] == [(n,) for n in range(1, 6)]


def test_a_held_event_loop_makes_the_same_diagonal() -> None:
    # gevent with a driver that blocks: wide by its class, yet one at a time.
    greenlets = [from_backlog(*each[:3]) for each in through(1, [1.0] * 5)]
    assert sizes(greenlets, NO_LIMIT) == [1] * 5


def test_a_pool_of_fifteen_makes_fifteens() -> None:
    assert sizes([from_pool(*each) for each in through(15, [1.0] * 40)], NO_LIMIT) == [15, 15, 10]


def test_an_overflow_that_collapses_is_seen_as_it_happened() -> None:
    measured = [15, 11, 11, *[6] * 10, 3]
    assert sum(measured) == 100
    assert sizes(waves(measured, kept=5), NO_LIMIT) == measured


def test_batches_whose_edges_smear_into_each_other_stay_apart() -> None:
    # Connections start apart and drift: no gap between completions says where a batch ends.
    pick = random.Random(1)  # noqa: S311
    first = [0.01 * place for place in range(60)]
    served = through(60, [1 + pick.uniform(0, 0.02) for _ in range(1000)], first)
    found = find_batches([from_pool(*each) for each in served], NO_LIMIT)
    assert [batch.count for batch in found] == [60] * 16 + [40]
    ends = sorted(end for _, _, end, _ in served)[:900]
    gaps = [later - earlier for earlier, later in pairwise(ends)]
    assert max(gaps) < 0.5
    assert found[15].at > found[14].at > found[13].at


def test_threads_make_batches_though_some_neighbours_finish_early() -> None:
    pick = random.Random(2)  # noqa: S311
    served = through(8, [1 - pick.choice([0, 0, 0, 0.05, 0.1]) for _ in range(40)])
    assert sizes([from_backlog(*each) for each in served], 8) == [8] * 5


def test_two_workers_make_batches_side_by_side() -> None:
    both = [
        from_backlog(seq + 10 * worker, start, end, place, worker)
        for worker in (1, 2)
        for seq, start, end, place in through(1, [1.0] * 5)
    ]
    assert sizes(both, SYNC) == [2] * 5


def test_two_workers_have_a_pool_each() -> None:
    shares = {1: 25, 2: 15}  # as uneven as accepting can be
    both = [
        from_pool(seq + 100 * worker, start, end, place, worker)
        for worker, share in shares.items()
        for seq, start, end, place in through(10, [1.0] * share)
    ]
    assert sizes(both, NO_LIMIT) == [20, 15, 5]


@pytest.mark.parametrize("spread", [0.0005, 0.002, 0.005])
def test_without_any_limit_there_is_one_batch_however_long_the_cpu_takes_to_start_them(
    spread: float,
) -> None:
    found = find_batches(
        [from_backlog(seq, spread * seq, spread * seq + 1) for seq in range(1, 401)], NO_LIMIT
    )
    assert [batch.count for batch in found] == [400]


def test_a_full_worker_behind_worker_connections_makes_batches() -> None:
    greenlets = [from_backlog(*each[:3]) for each in through(20, [1.0] * 50)]
    assert sizes(greenlets, 20) == [20, 20, 10]


def test_one_place_after_the_other_in_a_pool_of_one() -> None:
    assert sizes([from_pool(*each) for each in through(1, [0.5] * 4)], NO_LIMIT) == [1] * 4


def test_failed_requests_are_not_counted_and_unfinished_ones_ignored() -> None:
    served = [from_pool(*each) for each in through(5, [1.0] * 10)]
    failed = request(11, "queued 0 handling 0.1 waiting 0.1 failed 1.5", detail="pool-timeout: x")
    running = request(12, "queued 0 handling 0.1 waiting 0.1 executing 2.1")
    fresh = request(13, "queued 0")
    assert sizes([*served, failed, running, fresh], NO_LIMIT) == [5, 5]
    assert find_batches([failed, running, fresh], NO_LIMIT) == []


def test_without_the_targets_marks_there_is_one_batch() -> None:
    loose = [request(seq, f"queued 0 done {1 + seq}") for seq in range(1, 4)]
    assert find_batches(loose, NO_LIMIT) == [Batch(3, 4.0, (1, 2, 3))]


def test_a_lane_that_is_not_known_is_no_place_that_requests_share() -> None:
    together = [from_backlog(seq, 0.01 * seq, 1 + 0.01 * seq, place=0) for seq in range(1, 9)]
    assert sizes(together, NO_LIMIT) == [8]


def test_a_batch_ends_with_its_last_completion_and_names_its_requests_in_that_order() -> None:
    found = find_batches([from_backlog(*each) for each in ((1, 0.1, 3), (2, 0.2, 2))], NO_LIMIT)
    assert found == [Batch(2, 3.0005, (2, 1))]


@st.composite
def any_requests(draw: st.DrawFn) -> list[Request]:
    """Requests of up to three workers that wait and end in any way."""
    found = []
    for seq in range(1, draw(st.integers(0, 20)) + 1):
        at = [0.0]
        for _ in range(5):
            at.append(at[-1] + draw(st.floats(0, 2)))
        names = ["queued", "handling", "waiting", "executing", "responding"]
        names.append(draw(st.sampled_from(["done", "done", "failed", "handling"])))
        kept = [0, *sorted(draw(st.sets(st.integers(1, 4)))), 5]
        story = " ".join(f"{names[index]} {at[index]:.6f}" for index in kept)
        worker, lane, connection = (draw(st.integers(low, 3)) for low in (1, 1, 0))
        found.append(request(seq, story, worker=worker, lane=lane, connection=connection))
    return draw(st.permutations(found))


@given(any_requests(), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_every_request_that_is_done_is_in_exactly_one_batch(
    requests: list[Request], width: int
) -> None:
    found = find_batches(requests, width)
    done = {each.seq: each for each in requests if each.done}
    assert sum(batch.count for batch in found) == len(done)
    assert sorted(seq for batch in found for seq in batch.seqs) == sorted(done)
    for batch in found:
        ends = [end.at for seq in batch.seqs if (end := done[seq].end)]
        assert batch.count == len(ends)
        assert batch.at == pytest.approx(max(ends), abs=1e-6)


@given(any_requests(), st.integers(1, 20), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_requests_are_given_does_not_matter(
    requests: list[Request], width: int, shuffle: random.Random
) -> None:
    def members(batches: list[Batch]) -> list[tuple[set[int], float]]:
        return [(set(batch.seqs), batch.at) for batch in batches]

    shuffled = shuffle.sample(requests, len(requests))
    assert members(find_batches(shuffled, width)) == members(find_batches(requests, width))
