"""What is said where more requests come than the kernel queues, or the database has places for."""

from dataclasses import replace
from typing import Any

from dashboard.analysis.diagnosis import Diagnosis, diagnose
from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.evidence import Evidence
from dashboard.marks.requests import Request
from settings import Settings
from tests.dashboard.analysis.test_batches import from_backlog, from_pool, through
from tests.dashboard.records import record
from tests.dashboard.stories import request

# As a run of 10,000 has shown: sent at once, given up by the kernel 13.7 s later, by no worker.
GIVEN_UP = "queued 0 failed 13.7"


def told(requests: list[Request], held: int | None = None, **chosen: Any) -> Diagnosis:
    """The diagnosis where the kernel holds ``held`` connections."""
    given = Settings(requests=len(requests), **chosen)
    model = EffectiveModel.of(given)
    model = model if held is None else replace(model, backlog=held)
    return diagnose(Evidence.of(given, requests, model=model))


def given_up(first: int, count: int) -> list[Request]:
    return [
        request(first + n, GIVEN_UP, worker=0, detail="reset: Connection reset by peer")
        for n in range(count)
    ]


def test_what_the_kernel_gave_up_is_laid_to_the_backlog_and_not_to_a_worker() -> None:
    served = [from_backlog(*each) for each in through(10, [0.1] * 20)]
    late = [request(30 + n, "queued 3 handling 3.1 done 3.2", detail="200") for n in range(5)]
    found = told([*served, *late, *given_up(50, 15)], backlog=10)
    assert found.limit == "backlog"
    assert "15 of 40 requests never reached one: the kernel gave them up." in found.sentence
    assert found.suggestions[0].settings.backlog == 40


def test_a_backlog_that_the_kernel_caps_is_not_offered_to_be_raised() -> None:
    served = [from_backlog(*each) for each in through(10, [0.1] * 20)]
    late = [request(30 + n, "queued 3 handling 3.1 done 3.2", detail="200") for n in range(5)]
    found = told([*served, *late, *given_up(50, 15)], held=10, backlog=200)
    assert found.limit == "backlog"
    assert "the backlog of 10 full" in found.sentence
    assert "sysctl net.core.somaxconn=40 raises it." in found.sentence
    assert found.suggestions == ()


def test_resets_without_a_full_backlog_are_an_interruption() -> None:
    served = [from_backlog(*each) for each in through(10, [0.1] * 20)]
    assert told([*served, *given_up(50, 15)]).limit == "interrupted"


def test_a_database_that_refuses_is_named_whatever_else_failed() -> None:
    """The same settings, with fewer and with more resets beside the refusals."""
    served = [from_pool(*each) for each in through(5, [1.0] * 60)]
    story = "queued 0 handling 0.01 waiting 0.01 failed 1.01"
    refused = [request(100 + n, story, detail="too-many-connections: x") for n in range(10)]
    chosen: dict[str, Any] = {"pool_size": 180, "max_overflow": 0, "backlog": 20}
    for resets in (0, 5, 50):
        found = told([*served, *refused, *given_up(200, resets)], **chosen)
        assert found.limit == "max-connections", resets


def test_the_note_names_what_the_kernel_really_holds() -> None:
    run = record(100, settings=Settings(requests=100, backlog=90))
    for somaxconn, words in (
        (64, "(the backlog holds 64, net.core.somaxconn, not 90)"),
        (4096, "(the backlog holds 90)"),
        (None, "(the backlog holds 90)"),
    ):
        said = {"opened": 60} | ({} if somaxconn is None else {"somaxconn": somaxconn})
        (note,) = replace(run, generator=said, marks_lost=0).late_notes
        assert note.startswith(f"40 connections could not be opened before the release {words}: ")
