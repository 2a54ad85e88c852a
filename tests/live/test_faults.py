"""Parts that are killed in the middle of a run of 200: every request of it has an end, and the next
run works without a restart of the dashboard.
"""

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import psutil
import psycopg2
import pytest

from dashboard.databases.databases import APPLICATION_NAME
from dashboard.errors import Busy, StartError
from dashboard.exports import jsonl
from dashboard.runs.report import failures
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.targets import own_app
from dashboard.targets.own_app import TargetSpec
from settings import Settings, read_settings
from target_app.probe.failures import FAILURES
from tests.dashboard.conftest import eventually, marked, running
from tests.live.conftest import Launch

pytestmark = pytest.mark.live

REQUESTS = 200
# Four batches of fifty: the second is executing when the part dies.
BURST = {"requests": REQUESTS, "sleep_seconds": 0.5, "pool_size": 50, "max_overflow": 0}

ACTIVE = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND state = 'active'"

REFUSED = {"http-5xx", "connect-refused"}

Strike = Callable[[Runtime], int]


def kill(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)
    return pid


def kill_the_worker(runtime: Runtime) -> int:
    return kill(runtime.gunicorn.pids[0])


def kill_the_master(runtime: Runtime) -> int:
    assert runtime.gunicorn.master_pid is not None
    return kill(runtime.gunicorn.master_pid)


def kill_the_generator(_: Runtime) -> int:
    (found,) = (
        child.pid
        for child in psutil.Process().children()
        if child.cmdline()[-1:] == ["dashboard.burst"]
    )
    return kill(found)


def kill_postgres(runtime: Runtime) -> int:
    return kill(runtime.databases.pids()["postgres"])


def kill_mysql(runtime: Runtime) -> int:
    return kill(runtime.databases.pids()["mysql"])


def struck(runtime: Runtime, strike: Strike, settings: dict[str, object]) -> Run:
    """A run of 200 in whose second batch ``strike`` falls."""
    run = runtime.conductor.launch(read_settings({**BURST, **settings}))

    def hit() -> None:
        end = time.monotonic() + 40
        while run.is_running and time.monotonic() < end:
            if any(request.done for request in run.record().requests):
                killed.append(strike(runtime))
                return
            time.sleep(0.01)

    killed: list[int] = []
    hand = threading.Thread(target=hit)
    hand.start()
    runtime.conductor.wait()
    hand.join()
    assert len(killed) == 1, (run.status, run.error)
    assert not running(killed[0])
    return run


def ends(run: Run) -> Counter[str]:
    """How the requests ended, by word: each of them did, and each failure has a cause."""
    requests = run.record().requests
    assert [request.seq for request in requests] == list(range(1, REQUESTS + 1))
    assert all(request.done or request.failed for request in requests)
    assert all(request.outcome for request in requests if request.failed)
    assert {each["word"] for each in failures(requests)} <= set(FAILURES)
    return Counter(request.failure or "done" for request in requests)


def says_what_happened(run: Run, kind: str) -> None:
    """The record knows the event, and the diagnosis names it and offers no setting."""
    record = run.record()
    found = [event for event in record.events if event.kind == kind]
    assert found, record.events
    assert 0.3 < found[0].at < record.total_seconds + 1
    assert record.diagnosis is not None
    assert (record.diagnosis.limit, record.diagnosis.suggestions) == ("interrupted", ())
    told = found[0].words
    assert told[1:] in record.diagnosis.sentence
    assert any(told[1:] in note for note in record.notes)
    kept = jsonl.read(jsonl.write(record))
    assert kept.events == record.events


def the_next_run_works(launch: Launch, endpoint: str = "postgres") -> None:
    run = launch(endpoint=endpoint, requests=20, sleep_seconds=0.1, pool_size=10, max_overflow=0)
    assert [request.done for request in run.record().requests] == [True] * 20


@pytest.mark.parametrize(
    ("strike", "endpoint", "event", "words"),
    [
        pytest.param(kill_the_worker, "postgres", "worker-exit", {"reset"}, id="worker"),
        # Its workers notice within a second, and end what they can.
        pytest.param(kill_the_master, "postgres", "server-exit", {"reset"}, id="master"),
        pytest.param(kill_the_generator, "postgres", "", {"reset"}, id="generator"),
        pytest.param(kill_postgres, "postgres", "database-lost", REFUSED, id="pg"),
        pytest.param(kill_mysql, "mysql", "database-lost", REFUSED, id="mysql"),
    ],
)
def test_a_part_that_is_killed_ends_every_request_and_the_next_run_works(  # noqa: PLR0917
    runtime: Runtime, launch: Launch, strike: Strike, endpoint: str, event: str, words: set[str]
) -> None:
    run = struck(runtime, strike, {"endpoint": endpoint})
    found = ends(run)
    assert run.status == ("done" if event else "failed")
    assert found["done"] >= 1
    assert set(found) <= words | {"done"}
    if strike is not kill_the_master:
        assert set(found) & words
    if event and set(found) & words:
        says_what_happened(run, event)
    the_next_run_works(launch, endpoint)


@pytest.mark.parametrize("name", ["postgres", "mysql"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_a_database_that_ended_between_two_runs_is_started_again(
    runtime: Runtime, launch: Launch, name: str, number: signal.Signals
) -> None:
    the_next_run_works(launch, name)
    before = runtime.databases.pids()[name]
    # A smart shutdown would wait for the connections in the target's pool.
    os.kill(before, signal.SIGINT if (name, number) == ("postgres", signal.SIGTERM) else number)
    assert eventually(lambda: not running(before), 20)
    the_next_run_works(launch, name)
    assert runtime.databases.pids()[name] != before


def test_one_killed_session_of_postgres_fails_its_own_request_only(
    runtime: Runtime, launch: Launch
) -> None:
    """Postgres then restarts all of its sessions, and is never told to by us."""

    def kill_a_session(runtime: Runtime) -> int:
        with closing(psycopg2.connect(runtime.databases.admin_url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                row = None
                while row is None:  # between two batches nobody is active
                    cursor.execute(ACTIVE, [APPLICATION_NAME])
                    row = cursor.fetchone()
        return kill(row[0])

    found = ends(struck(runtime, kill_a_session, {}))
    assert set(found) <= {"done", "http-5xx", "connect-refused", "too-many-connections"}
    the_next_run_works(launch)


class Broken(TargetSpec):
    """A target whose program is another than gunicorn."""

    code = ""

    def argv(self, timeout_seconds: int) -> list[str]:
        return [sys.executable, "-c", self.code, str(timeout_seconds)]


def fails_to_start(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, code: str) -> StartError:
    """Launch with a target that runs ``code`` instead; what the person is told."""
    with monkeypatch.context() as patch:
        patch.setattr(TargetSpec, "argv", Broken.argv)
        patch.setattr(TargetSpec, "code", code, raising=False)
        patch.setattr(own_app, "START_TIMEOUT", 1.5)
        # No other run's target may be taken for this one.
        run = runtime.conductor.launch(read_settings({"requests": 5, "backlog": 777}))
        runtime.conductor.wait()
    assert run.status == "failed"
    assert run.error is not None
    assert runtime.gunicorn.master_pid is None
    assert not marked({"POOLSCOPE_BEACON": runtime.receiver.address})
    return run.error


def test_a_target_that_never_becomes_ready_is_told_with_its_last_lines(
    runtime: Runtime, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys, time; print('looking for my glasses', file=sys.stderr); time.sleep(60)"
    error = fails_to_start(runtime, monkeypatch, code)
    assert error.cause == "The target did not become ready within 1.5 s"
    assert error.cure
    assert error.log == "looking for my glasses"
    the_next_run_works(launch)


def test_a_target_that_exits_at_start_is_told_at_once_with_its_last_lines(
    runtime: Runtime, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = time.monotonic()
    error = fails_to_start(runtime, monkeypatch, "import no_such_module")
    assert time.monotonic() - start < 10
    assert error.cause == "The target ended while it started"
    assert "make run" in error.cure
    assert error.log.endswith("No module named 'no_such_module'")
    the_next_run_works(launch)


def test_a_target_that_is_deaf_is_told_too(
    runtime: Runtime, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else answers on its port: everything is announced, and nothing is ours."""
    code = (
        "import json, os, socket, sys, time; s = socket.create_server(('127.0.0.1', 0))\n"
        "print('Listening at: http://127.0.0.1:%d' % s.getsockname()[1], file=sys.stderr)\n"
        "host, port = os.environ['POOLSCOPE_BEACON'].split(':')\n"
        "told = {'event': 'worker-ready', 'token': os.environ['POOLSCOPE_TOKEN'], 'pid': 1}\n"
        "beacon = socket.socket(type=socket.SOCK_DGRAM)\n"
        "beacon.sendto(json.dumps(told).encode(), (host, int(port)))\n"
        "while True: time.sleep(0.1); s.accept()[0].close()"
    )
    error = fails_to_start(runtime, monkeypatch, code)
    assert error.cause == "The target listens but does not answer /healthz"
    the_next_run_works(launch)


def test_of_many_launches_at_once_one_goes_and_the_others_are_told_which(runtime: Runtime) -> None:
    settings = Settings(requests=5, sleep_seconds=20)
    told: list[str] = []
    won: list[str] = []
    gate = threading.Barrier(10)

    def press() -> None:
        gate.wait()
        try:
            won.append(runtime.conductor.launch(settings).id)
        except Busy as busy:
            told.append(busy.run)

    people = [threading.Thread(target=press) for _ in range(10)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(won) == 1
    assert told == won * 9
    # Cancel works for whoever presses it.
    assert runtime.conductor.cancel(won[0])
    runtime.conductor.wait()
    assert runtime.conductor.runs[won[0]].status == "cancelled"
    assert not runtime.conductor.cancel(won[0])


def test_a_worker_that_stands_still_is_named_with_how_long_and_no_setting_is_offered(
    runtime: Runtime, launch: Launch
) -> None:
    run = runtime.conductor.launch(read_settings(BURST))
    assert eventually(lambda: any(each.done for each in run.record().requests), 40)
    (pid,) = runtime.gunicorn.pids
    os.kill(pid, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(pid, signal.SIGCONT)
    runtime.conductor.wait()
    assert ends(run) == {"done": REQUESTS}
    (event,) = run.record().events
    assert (event.kind, event.pid) == ("worker-stall", pid)
    assert 1.2 < event.seconds < 4
    says_what_happened(run, "worker-stall")
    the_next_run_works(launch)
