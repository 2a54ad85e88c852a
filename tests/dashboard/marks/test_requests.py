"""One request, read off its marks in whatever order they came."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.marks.requests import Request, Service, service_order
from target_app.probe.marks import ENDS, PHASES, Mark, Phase
from tests.dashboard.stories import marks, request

FULL = "queued 0 handling 1 waiting 1.5 executing 4 holding 9 handling 9.5 responding 10 done 11"


def stretches(each: Request) -> list[tuple[str, float, float]]:
    return [(span.phase, span.start, span.end) for span in each.spans]


def test_a_request_is_told_in_stretches_from_sent_to_its_end() -> None:
    each = request(1, FULL)
    assert stretches(each) == [
        ("queued", 0, 1),
        ("handling", 1, 1.5),
        ("waiting", 1.5, 4),
        ("executing", 4, 9),
        ("holding", 9, 9.5),
        ("handling", 9.5, 10),
        ("responding", 10, 11),
    ]
    assert (each.sent, each.response_seconds, each.worker) == (0, 11, 1)
    assert each.done
    assert not each.failed
    assert each.failure == ""
    assert each.seconds_in("handling") == 1
    assert each.seconds_in("waiting", "queued") == 3.5


@given(st.permutations(marks(1, FULL)))
@settings(max_examples=100, deadline=None)
def test_the_order_of_arrival_does_not_matter(arrived: list[Mark]) -> None:
    assert Request.of(1, arrived) == request(1, FULL)


def test_while_it_runs_it_has_a_phase_and_no_end() -> None:
    each = request(1, "queued 0 handling 1 waiting 2")
    assert (each.phase, each.end, each.response_seconds) == (Phase.WAITING, None, None)
    assert not each.done
    assert not each.failed
    assert stretches(each) == [("queued", 0, 1), ("handling", 1, 2)]


def test_a_failure_is_known_by_its_word() -> None:
    each = request(1, "queued 0.5 failed 2", detail="pool-timeout: QueuePool limit: reached")
    assert each.failed
    assert (each.failure, each.phase, each.response_seconds) == ("pool-timeout", "failed", 1.5)
    assert each.outcome == "pool-timeout: QueuePool limit: reached"


def test_where_the_answer_says_no_more_than_its_status_the_worker_knows_why() -> None:
    each = request(1, "queued 0.5 failed 2", detail="http-5xx: status 500")
    saw = Mark("r", 1, Phase.WAITING, 1.9, 7, 1, failure="pool-timeout", message="QueuePool limit")
    assert (each.failure, Request.of(1, [*each.marks, saw]).failure) == ("http-5xx", "pool-timeout")
    assert {span.note for span in Request.of(1, [*each.marks, saw]).spans} == {""}


def test_marks_after_the_end_lengthen_nothing() -> None:
    # The kernel stamps the last byte before the worker has marked that it gave it out.
    each = request(1, "queued 0 handling 1 done 2 responding 2.1")
    assert stretches(each) == [("queued", 0, 1), ("handling", 1, 2)]
    assert each.phase is Phase.DONE


def test_a_note_of_the_app_holds_until_the_end() -> None:
    each = request(1, "queued 0 handling 1 handling/todos 2 waiting 3 executing 4 done 5")
    assert [span.note for span in each.spans] == ["", "", "todos", "todos", "todos"]


def test_where_marks_were_lost_the_stretch_is_unknown() -> None:
    each = Request.of(1, [*marks(1, "queued 0 done 2"), Mark("r", 1, Phase.UNKNOWN, 0)])
    assert stretches(each) == [("unknown", 0, 2)]
    assert each.service is None


@pytest.mark.parametrize(
    ("story", "service"),
    [
        (FULL, Service(4, 10, queued=1, waited=2.5, lane=3, connection=5)),
        ("queued 0 handling 1 waiting 2 executing 3 done 8", Service(3, 8, 1, 1, 3, 5)),
        # A sleep in Python: the todos are read afterwards, whatever the pool says then.
        ("queued 0 handling 1 waiting 6 executing 8 done 9", Service(1, 6, 1, 0, 3)),
        ("queued 0 handling 1 handling/todos 2 executing 2 done 9", Service(1, 2, 1, 0, 3)),
        ("queued 0 handling 1", None),
        ("queued 0 handling 1 waiting 2", Service(1, 2, 1, 0, 3)),
        ("queued 0 done 5", None),
        ("queued 0 failed 5", None),
    ],
)
def test_the_service_is_the_longest_stretch_without_a_wait(
    story: str, service: Service | None
) -> None:
    assert request(1, story, lane=3, connection=5).service == service


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request that was sent, did anything in any order, and may have ended."""
    at = draw(st.floats(0, 1))
    told = [Mark("r", 1, Phase.QUEUED, at)]
    for phase in draw(st.lists(st.sampled_from(PHASES[1:7]), max_size=8)):
        at += draw(st.floats(0, 5))
        told.append(Mark("r", 1, phase, at, 7))
    if draw(st.booleans()):
        told.append(Mark("r", 1, draw(st.sampled_from(sorted(ENDS))), at + draw(st.floats(0, 5))))
    return Request.of(1, draw(st.permutations(told)))


@given(requests())
@settings(max_examples=100, deadline=None)
def test_stretches_have_no_gaps_and_sum_to_the_response_time(each: Request) -> None:
    for span, following in zip(each.spans, each.spans[1:], strict=False):
        assert span.end == following.start
        assert span.seconds > 0
    if each.response_seconds is not None:
        total = sum(span.seconds for span in each.spans)
        assert total == pytest.approx(each.response_seconds, abs=1e-9)
        if each.spans:
            assert each.end is not None
            assert (each.spans[0].start, each.spans[-1].end) == (each.sent, each.end.at)


@given(requests())
@settings(max_examples=100, deadline=None)
def test_the_service_lies_within_the_request(each: Request) -> None:
    if each.service is not None:
        assert each.sent <= each.service.start < each.service.end <= each.spans[-1].end
        assert each.service.queued + each.service.waited <= each.service.start - each.sent + 1e-9


def test_rows_are_in_order_of_service() -> None:
    stories = [
        "queued 0",
        "queued 0 handling 2 waiting 3",
        "queued 0 handling 1 waiting 2 executing 5 done 9",
        "queued 0",
        "queued 0 handling 1 waiting 2 executing 3 done 9",
    ]
    rows = service_order([request(seq, story) for seq, story in enumerate(stories, 1)])
    assert [row.seq for row in rows] in ([5, 3, 2, 1, 4], [2, 5, 3, 1, 4])
    assert [row.seq for row in rows][-2:] == [1, 4]


def test_who_was_never_served_stands_behind_all_that_were() -> None:
    """As where a run is cancelled: its millisecond of handling is no service."""
    stories = [
        "queued 0 handling 0.001 waiting 0.002 failed 1.5",
        "queued 0 handling 0.001 waiting 0.002 executing 0.003 done 1",
        "queued 0 failed 1.5",
        "queued 0 handling 0.001 waiting 0.002 executing 1.003 failed 1.5",
        "queued 0 handling 0.001 waiting 0.0015 failed 1.5 executing 1.6",  # tidied up late
    ]
    rows = service_order([request(seq, story) for seq, story in enumerate(stories, 1)])
    assert [row.seq for row in rows] == [2, 4, 5, 1, 3]
