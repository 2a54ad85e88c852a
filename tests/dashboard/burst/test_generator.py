"""The generator process, read into a log."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from config import LOOPBACK
from dashboard.burst.generator import Generator
from dashboard.errors import StartError
from dashboard.marks.log import RunLog
from dashboard.processes.children import Children
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from tests.dashboard.conftest import Server, eventually, running

TOKEN = "ab" * 16


@pytest.fixture
def children() -> Iterator[Children]:
    owned = Children()
    yield owned
    owned.close()


def plan(server: Server, path: str, requests: int = 3) -> Plan:
    request_specs = (RequestSpec(path=path),)
    return Plan(LOOPBACK, server.server_port, request_specs, requests, TOKEN, deadline_seconds=20)


def test_a_burst_ends_up_in_the_log(server: Server, children: Children) -> None:
    log = RunLog("r1", 3)
    released: list[float | None] = []
    with Generator(children, plan(server, "/ok"), log) as generator:
        generator.read_all(lambda: released.append(log.released_at))
        facts = generator.facts
    assert [request.done for request in log.seen()] == [True] * 3
    assert {mark.run for mark in log.marks()} == {"r1"}
    assert all(0 <= mark.at < 5 for mark in log.marks())
    assert released == [facts["release"]]
    assert facts["finished"]
    assert (facts["opened"], "timing" in facts) == (3, False)


def test_what_answers_tell_of_the_target_is_restored(server: Server, children: Children) -> None:
    log = RunLog("r1", 1)
    with Generator(children, plan(server, "/timed", 1), log) as generator:
        generator.read_all(lambda: None)
    (request,) = log.seen()
    assert [m.phase.value for m in request.marks] == ["queued", "handling", "executing", "done"]
    assert (request.worker, request.marks[2].lane, request.marks[2].connection) == (4711, 3, 9)
    assert log.marks_lost == 2


def test_cancelling_ends_the_reading_at_once(server: Server, children: Children) -> None:
    log = RunLog("r1", 3)
    with Generator(children, plan(server, "/silent"), log) as generator:
        cancel = threading.Timer(0.3, generator.cancel)
        reading = threading.Thread(target=generator.read_all, args=[cancel.start])
        start = time.monotonic()
        reading.start()
        reading.join(5)
        assert not reading.is_alive()
        assert time.monotonic() - start < 4
        assert eventually(lambda: not running(generator.pid))
    assert [request.end for request in log.seen()] == [None] * 3


def test_leaving_ends_the_process(server: Server, children: Children) -> None:
    with Generator(children, plan(server, "/silent"), RunLog("r1", 3)) as generator:
        assert running(generator.pid)
    assert not running(generator.pid)


def test_a_generator_that_dies_is_told_with_cause_and_cure(
    server: Server, children: Children
) -> None:
    with (
        Generator(children, plan(server, "/silent"), RunLog("r1", 3)) as generator,
        pytest.raises(StartError) as caught,
    ):
        generator.read_all(lambda: os.kill(generator.pid, signal.SIGKILL))
    assert "ended before its burst did" in caught.value.cause
    assert caught.value.cure


def test_a_generator_that_breaks_shows_its_last_lines(server: Server, children: Children) -> None:
    broken = Plan(
        LOOPBACK, server.server_port, (RequestSpec(),), 1, "\u2192"
    )  # no such token on the wire
    with (
        Generator(children, broken, RunLog("r1", 1)) as generator,
        pytest.raises(StartError) as caught,
    ):
        generator.read_all(lambda: None)
    assert "UnicodeEncodeError" in caught.value.log
