"""What the asyncio modes do with a burst, on a real uvicorn and real databases."""

import pytest

from dashboard.runs.run import Run
from target_app.probe.marks import Phase
from tests.live.conftest import Launch, sizes, total

pytestmark = pytest.mark.live

SLEEP = 0.5


def all_done(run: Run) -> bool:
    return [request.done for request in run.record().requests] == [True] * run.settings.requests


def limit_of(run: Run) -> str:
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    return diagnosis.limit


@pytest.mark.parametrize("endpoint", ["python", "postgres", "mysql"])
def test_a_blocking_call_in_async_def_serves_one_at_a_time(launch: Launch, endpoint: str) -> None:
    run = launch(mode="asyncio-blocking", endpoint=endpoint, requests=5, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == [1] * 5
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    assert diagnosis.limit == "event-loop-blocked"
    assert f"in sleep_{endpoint}" in diagnosis.sentence
    assert "asgi_views.py:" in diagnosis.sentence
    assert [each.title for each in diagnosis.suggestions][:2] == [
        "mode asyncio",
        "mode asyncio-threads",
    ]


def test_forty_threads_make_batches_of_forty(launch: Launch) -> None:
    run = launch(mode="asyncio-threads", endpoint="python", requests=100, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == [40, 40, 20]
    assert limit_of(run) == "anyio-threads"
    late = max(run.record().requests, key=lambda request: request.seconds_in("thread-queued"))
    assert late.seconds_in("thread-queued") >= 1.8 * SLEEP
    assert [mark.phase for mark in late.marks][:4] == [
        *(Phase.QUEUED, Phase.HANDLING, Phase.THREAD_QUEUED, Phase.HANDLING)
    ]
    lanes = {request.service.lane for request in run.record().requests if request.service}
    assert len(lanes) == 40


def test_another_number_of_thread_tokens_makes_other_batches(launch: Launch) -> None:
    run = launch(
        mode="asyncio-threads", endpoint="python", requests=24, sleep_seconds=SLEEP, thread_tokens=8
    )
    assert all_done(run)
    assert sizes(run) == [8, 8, 8]


@pytest.mark.parametrize("endpoint", ["postgres", "mysql"])
@pytest.mark.parametrize("mode", ["asyncio", "asyncio-threads"])
def test_a_pool_without_overflow_makes_exact_batches(
    launch: Launch, mode: str, endpoint: str
) -> None:
    # Of the threads forty have a request each, so all of them wait for the pool alone.
    run = launch(
        mode=mode, endpoint=endpoint, requests=40, sleep_seconds=1, pool_size=15, max_overflow=0
    )
    assert all_done(run)
    assert sizes(run) == [15, 15, 10]
    assert total(run) < 3 + 4
    assert limit_of(run) == "pool-capacity"
    for request in run.record().requests:
        assert {mark.phase for mark in request.marks} >= {Phase.WAITING, Phase.EXECUTING}


def test_the_default_pool_starts_with_fifteen_and_may_collapse(launch: Launch) -> None:
    run = launch(mode="asyncio", requests=60, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run)[0] == 15
    assert max(sizes(run)) == 15
    assert limit_of(run) in {"pool-capacity", "overflow-collapse"}


def test_a_null_pool_has_no_staircase(launch: Launch) -> None:
    run = launch(mode="asyncio", requests=30, sleep_seconds=SLEEP, pool_class="NullPool")
    assert all_done(run)
    assert sizes(run) == [30]


def test_psycopg_is_async_as_well(launch: Launch) -> None:
    run = launch(mode="asyncio", driver="psycopg", requests=5, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == [5]


@pytest.mark.parametrize("workers", [1, 2])
def test_gunicorn_serves_the_asyncio_modes_too(launch: Launch, workers: int) -> None:
    run = launch(
        mode="asyncio", server="gunicorn", requests=10, sleep_seconds=SLEEP, workers=workers
    )
    assert all_done(run)
    assert {request.worker for request in run.record().requests} != {0}
    assert limit_of(run) == "none"


def test_limit_concurrency_is_named_with_what_would_lift_it(launch: Launch) -> None:
    run = launch(mode="asyncio", requests=20, sleep_seconds=0.1, limit_concurrency=10)
    assert limit_of(run) == "limit-concurrency"
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    lifted = launch(**diagnosis.suggestions[0].settings.as_dict())
    assert all_done(lifted)
