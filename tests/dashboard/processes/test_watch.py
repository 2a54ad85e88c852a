"""Processes that end or stand still are told with when and how long."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from dashboard.processes.watch import Watch
from tests.dashboard.conftest import eventually

Told = list[tuple[str, int, float, float]]


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_process_that_ends_is_told_once(child: "subprocess.Popen[bytes]") -> None:
    told: Told = []
    watch = Watch(
        lambda: {child.pid: "worker"} if not told else {}, lambda *each: told.append(each)
    )
    child.kill()
    assert eventually(lambda: told)
    watch.close()
    ((kind, pid, at, seconds),) = told
    assert (kind, pid, seconds) == ("worker-exit", child.pid, 0.0)
    assert abs(time.monotonic() - at) < 5


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_process_that_is_stopped_is_told_with_how_long(
    child: "subprocess.Popen[bytes]", goes_on: bool
) -> None:
    told: Told = []
    watch = Watch(lambda: {child.pid: "worker"}, lambda *each: told.append(each))
    began = time.monotonic()
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(0.5)
    if goes_on:
        os.kill(child.pid, signal.SIGCONT)
        assert eventually(lambda: told)
    watch.close()
    ((kind, pid, at, seconds),) = told
    assert (kind, pid) == ("worker-stall", child.pid)
    assert at >= began - 0.01
    assert 0.2 < seconds <= time.monotonic() - began


def test_of_what_lives_nothing_is_told(child: "subprocess.Popen[bytes]") -> None:
    told: Told = []
    watch = Watch(lambda: {child.pid: "worker", os.getpid(): "server"}, lambda *e: told.append(e))
    time.sleep(0.25)
    watch.close()
    assert told == []
