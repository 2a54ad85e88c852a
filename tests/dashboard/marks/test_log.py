"""The log: marks of two sides in order of arrival, complete even where datagrams were lost."""

import threading
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.marks.log import RunLog
from target_app.probe.marks import (
    ENDS,
    PHASES,
    Mark,
    Phase,
    server_timing,
)
from tests.dashboard.stories import marks

RELEASE = 1000.0
STORY = "handling 0.1 waiting 0.2 executing 1.2 holding 2.2 handling 2.3 responding 2.4"


def on_the_wire(told: list[Mark]) -> list[Mark]:
    """The marks as they come: on the machine's clock, with the token for a name."""
    return [mark._replace(run="token", at=RELEASE + mark.at) for mark in told]


def header_of(told: list[Mark]) -> str:
    return server_timing(tuple(on_the_wire(told)), RELEASE + 2.5)


def shapes(log: RunLog) -> list[tuple[int, str]]:
    return [(mark.seq, mark.phase.value) for mark in log.marks()]


@pytest.fixture
def log() -> RunLog:
    """The log of a run of three that was released."""
    released = RunLog("r1", 3)
    released.release(RELEASE)
    return released


def test_marks_wait_for_the_release_and_then_count_from_it() -> None:
    log = RunLog("r1", 2)
    for mark in on_the_wire([*marks(2, "queued 0.001"), *marks(1, "queued 0.002 handling 0.5")]):
        log.add(mark)
    assert (len(log), log.marks(), log.seen(), log.released_at) == (0, [], [], None)
    log.release(RELEASE)
    assert shapes(log) == [(2, "queued"), (1, "queued"), (1, "handling")]
    assert [mark.at for mark in log.marks()] == [0.001, 0.002, 0.5]
    assert {mark.run for mark in log.marks()} == {"r1"}


def test_the_order_of_arrival_is_kept_whatever_the_times(log: RunLog) -> None:
    told = [*marks(1, "queued 0"), *marks(1, "executing 3 handling 1"), *marks(2, "queued 0.5")]
    for mark in on_the_wire(told):
        log.add(mark)
    assert shapes(log) == [(1, "queued"), (1, "executing"), (1, "handling"), (2, "queued")]
    assert [mark.phase for mark in log.seen()[0].marks] == ["queued", "handling", "executing"]


def test_marks_are_read_from_an_index(log: RunLog) -> None:
    for mark in on_the_wire(marks(1, "queued 0 " + STORY)):
        log.add(mark)
    assert len(log) == 7
    assert log.marks(5) == log.marks()[5:]
    assert log.marks(1, 3) == log.marks()[1:3]
    assert log.marks(7) == []


@pytest.mark.parametrize("seq", [0, -1, 4, 10**9])
@pytest.mark.parametrize("released", [True, False])
def test_requests_that_the_run_does_not_have_are_dropped(seq: int, released: bool) -> None:
    log = RunLog("r1", 3)
    if released:
        log.release(RELEASE)
    log.add(Mark("token", seq, Phase.HANDLING, RELEASE, 7))
    log.release(RELEASE)
    log.add_timing(seq, header_of(marks(1, STORY)))
    assert len(log) == 0
    assert log.marks_lost == 0


@given(lost=st.sets(st.integers(0, 5)), late=st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_answers_header_restores_what_was_lost_and_nothing_comes_twice(
    lost: set[int], late: bool
) -> None:
    told = marks(1, STORY)
    log = RunLog("r1", 1)
    log.release(RELEASE)
    log.add(*on_the_wire(marks(1, "queued 0")))
    for index, mark in enumerate(on_the_wire(told)):
        if index not in lost:
            log.add(mark)
    log.add_timing(1, header_of(told))
    log.add(*on_the_wire(marks(1, "done 2.5")))
    assert log.marks_lost == len(lost)
    if late:
        for index in sorted(lost):
            log.add(on_the_wire(told)[index])
        assert log.marks_lost == 0

    (request,) = log.seen()
    expected = marks(1, f"queued 0 {STORY} done 2.5")
    assert [mark.phase for mark in request.marks] == [mark.phase for mark in expected]
    assert len(log) == len(expected)
    for mark, original in zip(request.marks, expected, strict=True):
        assert mark.at == pytest.approx(original.at, abs=2e-6)
        assert mark.worker == original.worker


def test_what_a_worker_marks_after_its_header_is_added(log: RunLog) -> None:
    told = marks(1, "handling 0.1 responding 1")
    log.add_timing(1, header_of(told))
    log.add(*on_the_wire(marks(1, "handling 1.5")))
    assert shapes(log)[-1] == (1, "handling")
    assert log.marks_lost == 2


def test_two_marks_of_one_phase_are_two() -> None:
    log = RunLog("r1", 1)
    log.release(RELEASE)
    log.add_timing(1, header_of(marks(1, "executing 1 holding 2 executing 3 holding 4")))
    assert [mark.at for mark in log.marks()] == [1, 2, 3, 4]


@pytest.mark.parametrize("header", ["", "db;dur=5", 'poolscope;desc="broken"', "é" * 1000])
def test_another_servers_header_adds_nothing(log: RunLog, header: str) -> None:
    log.add_timing(1, header)
    assert len(log) == 0


def test_an_answer_without_a_mark_of_the_targets_is_unknown_between(log: RunLog) -> None:
    for mark in on_the_wire(marks(1, "queued 0.1 done 2")):
        log.add(mark)
    assert [span.phase for span in log.seen()[0].spans] == ["unknown"]
    for mark in on_the_wire(marks(2, "queued 0.1 handling 1 done 2")):
        log.add(mark)
    assert [span.phase for span in log.seen()[1].spans] == ["queued", "handling"]


def test_a_reader_wakes_when_a_mark_comes(log: RunLog) -> None:
    adding = threading.Timer(0.1, log.add, on_the_wire(marks(1, "queued 0")))
    start = time.monotonic()
    adding.start()
    assert log.follow(0, timeout=10)
    assert time.monotonic() - start < 5
    adding.join()
    assert log.follow(0, timeout=0)


def test_a_reader_wakes_when_no_more_marks_come(log: RunLog) -> None:
    closing = threading.Timer(0.1, log.close)
    start = time.monotonic()
    closing.start()
    assert not log.follow(0, timeout=10)
    assert time.monotonic() - start < 5
    closing.join()


def test_a_reader_gives_up_in_time(log: RunLog) -> None:
    start = time.monotonic()
    assert not log.follow(0, timeout=0.1)
    assert 0.1 <= time.monotonic() - start < 2


def test_what_is_left_fails_and_ends_exactly_once(log: RunLog) -> None:
    for mark in on_the_wire(
        [*marks(1, "queued 0 handling 1 done 2"), *marks(2, "queued 0 handling 9")]
    ):
        log.add(mark)
    for _ in range(2):
        log.fail_rest("cancelled", "the run was broken off", 5)
    ended = {mark.seq: (mark.phase, mark.at) for mark in log.marks() if mark.phase in ENDS}
    assert ended == {1: (Phase.DONE, 2), 2: (Phase.FAILED, 9), 3: (Phase.FAILED, 5)}
    assert [request.failure for request in log.seen()] == ["", "cancelled", "cancelled"]
    assert [request.sent for request in log.seen()] == [0, 0, 0]


@given(
    st.lists(
        st.builds(
            Mark,
            run=st.just("token"),
            seq=st.integers(1, 5),
            phase=st.sampled_from(PHASES),
            at=st.floats(RELEASE, RELEASE + 9),
            worker=st.integers(0, 2),
        ),
        max_size=30,
    )
)
@settings(max_examples=100, deadline=None)
def test_after_that_every_request_has_an_end_whatever_came_before(came: list[Mark]) -> None:
    log = RunLog("r1", 5)
    log.release(RELEASE)
    for mark in came:
        log.add(mark)
    before = Counter(mark.seq for mark in log.marks() if mark.phase in ENDS)
    log.fail_rest("reset", "gone", 5)
    after = Counter(mark.seq for mark in log.marks() if mark.phase in ENDS)
    assert after == {seq: before[seq] or 1 for seq in range(1, 6)}
    assert [request.seq for request in log.seen()] == [1, 2, 3, 4, 5]


def test_two_threads_lose_no_mark() -> None:
    log = RunLog("r1", 1000)

    def send(phase: Phase) -> None:
        for seq in range(1, 1001):
            log.add(Mark("token", seq, phase, RELEASE + seq, 7))

    threads = [threading.Thread(target=send, args=[phase]) for phase in PHASES[:4]]
    for thread in threads:
        thread.start()
    log.release(RELEASE)
    for thread in threads:
        thread.join()
    assert Counter(mark.phase for mark in log.marks()) == dict.fromkeys(PHASES[:4], 1000)
    assert len(log.seen()) == 1000
