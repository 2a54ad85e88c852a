"""What each mode does with a burst, on real gunicorn and real databases."""

from typing import Any

import pytest

from dashboard.analysis.batches import find_batches
from dashboard.cli.burst_report import send_burst
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from target_app.probe.marks import Phase
from tests.live.conftest import Launch, sizes, total

pytestmark = pytest.mark.live

SLEEP = 0.5


def all_done(run: Run) -> bool:
    return [request.done for request in run.record().requests] == [True] * run.settings.requests


@pytest.mark.parametrize(
    ("mode", "endpoint", "batches"),
    [
        ("blocking", "python", [1] * 5),
        ("blocking", "postgres", [1] * 5),
        ("blocking", "mysql", [1] * 5),
        ("gevent", "python", [5]),
        ("gevent", "postgres", [1] * 5),
        ("gevent", "mysql", [1] * 5),
        ("gevent-green", "python", [5]),
        ("gevent-green", "postgres", [5]),
        ("gevent-green", "mysql", [5]),
    ],
)
def test_five_requests_go_together_or_one_at_a_time(
    launch: Launch, mode: str, endpoint: str, batches: list[int]
) -> None:
    run = launch(mode=mode, endpoint=endpoint, requests=5, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == batches
    expected = SLEEP * len(batches)
    assert expected <= total(run) < expected + 3


def test_eight_threads_make_batches_of_eight(launch: Launch) -> None:
    run = launch(mode="threads", endpoint="python", requests=40, threads=8, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == [8] * 5
    assert total(run) < 5 * SLEEP + 4


@pytest.mark.parametrize("endpoint", ["postgres", "mysql"])
def test_a_pool_without_overflow_makes_exact_batches(launch: Launch, endpoint: str) -> None:
    run = launch(endpoint=endpoint, requests=40, pool_size=15, max_overflow=0, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == [15, 15, 10]
    assert total(run) < 3 * SLEEP + 4


def test_the_default_pool_starts_with_fifteen_and_then_collapses(launch: Launch) -> None:
    # Only the first batch is certain: what returns together is closed together.
    run = launch(requests=60, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run)[0] == 15
    assert max(sizes(run)) == 15
    low, high = run.promised.low_seconds, run.promised.high_seconds
    assert low - 0.2 <= total(run) <= 2 * high + 2


def test_threads_through_the_default_pool_never_exceed_fifteen(launch: Launch) -> None:
    # Mostly the pool keeps its fifteen, but it may shrink as well.
    run = launch(mode="threads", threads=40, requests=40, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run)[0] == 15
    assert max(sizes(run)) == 15
    assert total(run) <= 2 * run.promised.high_seconds + 2


def test_a_null_pool_has_no_staircase(launch: Launch) -> None:
    run = launch(pool_class="NullPool", requests=40, sleep_seconds=SLEEP)
    assert all_done(run)
    assert sizes(run) == [40]


def test_a_request_is_seen_in_every_phase_it_goes_through(launch: Launch) -> None:
    run = launch(requests=6, pool_size=3, max_overflow=0, sleep_seconds=SLEEP)
    # Which three wait is the kernel's and gevent's choice, not ours.
    late = max(run.record().requests, key=lambda request: request.seconds_in("waiting"))
    assert [mark.phase for mark in late.marks][:3] == [
        Phase.QUEUED,
        Phase.HANDLING,
        Phase.WAITING,
    ]
    assert late.end is not None
    assert late.marks[-1].phase is Phase.DONE
    assert late.seconds_in("waiting") >= 0.8 * SLEEP
    assert late.seconds_in("executing") >= 0.9 * SLEEP
    assert sum(span.seconds for span in late.spans) == pytest.approx(
        late.response_seconds, abs=0.005
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": "blocking", "requests": 3},
        {"mode": "gevent", "requests": 3},
        {"mode": "gevent-green", "requests": 25, "pool_size": 10, "max_overflow": 0},
        {"mode": "threads", "endpoint": "python", "requests": 12, "threads": 4},
    ],
    ids=lambda settings: settings["mode"],
)
def test_the_release_changes_nothing_in_what_the_server_does(
    runtime: Runtime, launch: Launch, settings: dict[str, Any]
) -> None:
    """The same batches whether connections are opened before the release or only then."""
    warm = launch(sleep_seconds=SLEEP, **settings)
    plan = Plan(
        host="127.0.0.1",
        port=runtime.gunicorn.port,
        request_specs=(RequestSpec(path=warm.settings.path),),
        requests=warm.settings.requests,
        token="0" * 32,
        cold=True,
    )
    cold = find_batches(send_burst(plan).log.seen(), warm.settings.concurrency)
    assert [batch.count for batch in cold] == sizes(warm)


def test_the_target_is_restarted_only_when_it_was_started_with_something_else(
    runtime: Runtime, launch: Launch
) -> None:
    launch(requests=3, sleep_seconds=0.1)
    starts, pids = runtime.gunicorn.starts, runtime.gunicorn.pids
    launch(requests=5, sleep_seconds=0.2)
    launch(requests=2, sleep_seconds=0.1, endpoint="python", threads=3)  # gevent has no threads
    assert (runtime.gunicorn.starts, runtime.gunicorn.pids) == (starts, pids)
    launch(requests=2, sleep_seconds=0.1, pool_size=6)
    assert runtime.gunicorn.starts == starts + 1
    assert runtime.gunicorn.pids != pids
