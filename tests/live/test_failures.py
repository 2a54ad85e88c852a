"""Limits that turn into errors: each failed request ends, with a stable word."""

import os
import signal
import threading
import time
from collections import Counter

import pytest

from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from settings import read_settings
from tests.live.conftest import Launch, sizes, total

pytestmark = pytest.mark.live


def words(run: Run) -> Counter[str]:
    """How the requests of a run ended, by word."""
    requests = run.record().requests
    assert len(requests) == run.settings.requests
    assert all(request.end for request in requests)
    return Counter(request.failure or "done" for request in requests)


@pytest.mark.parametrize("endpoint", ["postgres", "mysql"])
def test_a_null_pool_meets_max_connections(launch: Launch, endpoint: str) -> None:
    run = launch(
        endpoint=endpoint,
        requests=150,
        pool_class="NullPool",
        sleep_seconds=1,
        **{f"{endpoint}_max_connections": 50},
    )
    found = words(run)
    assert set(found) == {"done", "too-many-connections"}
    assert found["done"] + found["too-many-connections"] == 150
    assert 40 <= found["done"] <= 60
    # No staircase: those that got a connection sleep all at once.
    assert sizes(run) == [found["done"]]


def test_a_short_pool_timeout_fails_those_that_wait(launch: Launch) -> None:
    run = launch(requests=20, sleep_seconds=0.5, pool_size=5, max_overflow=0, pool_timeout=0.8)
    found = words(run)
    assert set(found) == {"done", "pool-timeout"}
    assert found["done"] >= 5
    assert total(run) < 4


def test_the_clients_own_deadline_ends_what_is_left(launch: Launch) -> None:
    run = launch(
        mode="blocking", endpoint="python", requests=4, sleep_seconds=1, deadline_seconds=1.5
    )
    assert words(run) == {"done": 1, "deadline": 3}


def test_a_killed_worker_resets_its_requests_and_the_next_run_works(
    runtime: Runtime, launch: Launch
) -> None:
    settings = read_settings({"requests": 10, "sleep_seconds": 2})
    run = runtime.conductor.launch(settings)

    def kill_the_worker() -> None:
        while run.is_running and not any(r.phase == "executing" for r in run.record().requests):
            time.sleep(0.02)
        os.kill(runtime.gunicorn.pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_the_worker)
    killer.start()
    runtime.conductor.wait()
    killer.join()
    assert words(run) == {"reset": 10}
    assert words(launch(requests=3, sleep_seconds=0.1)) == {"done": 3}


def test_cancel_ends_every_request_and_the_next_run_works(runtime: Runtime, launch: Launch) -> None:
    run = runtime.conductor.launch(read_settings({"requests": 30, "sleep_seconds": 5}))
    while run.status == "starting":
        time.sleep(0.02)
    start = time.monotonic()
    assert runtime.conductor.cancel(run.id)
    runtime.conductor.wait()
    assert time.monotonic() - start < 3
    assert run.status == "cancelled"
    assert words(run) == {"cancelled": 30}
    assert words(launch(requests=3, sleep_seconds=0.1)) == {"done": 3}
