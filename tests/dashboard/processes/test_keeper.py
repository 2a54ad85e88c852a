"""The keeper ends the groups on its list when its pipe closes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dashboard.conftest import eventually, running

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def sleeper(command: str = "sleep 60") -> Iterator["subprocess.Popen[bytes]"]:
    """A child in a group of its own, which is ended in the end."""
    with subprocess.Popen(
        ["sh", "-c", f"echo; {command}"], start_new_session=True, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def keeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard.processes.keeper"], stdin=subprocess.PIPE, cwd=ROOT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ignores(pid: int, number: signal.Signals) -> bool:
    """Whether the process ignores the signal (proc(5), SigIgn)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (mask,) = (line.split()[1] for line in lines if line.startswith("SigIgn:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_it_asks_first_then_kills_and_leaves_those_that_were_taken_off() -> None:
    stubborn = 'trap "" QUIT TERM; while :; do sleep 0.1; done'
    with sleeper("exec sleep 60") as polite, sleeper(stubborn) as rude, sleeper() as released:
        lines = [f"+{polite.pid}", f"+{rude.pid}", f"+{released.pid}", f"-{released.pid}"]
        with keeper() as process:
            process.communicate("\n".join([*lines, "junk", "+", "+x1", ""]).encode(), timeout=10)
        assert process.returncode == 0
        # A shell that put us into the background has made us, and so it, ignore SIGQUIT.
        assert polite.wait(3) in {-signal.SIGQUIT, -signal.SIGKILL}
        assert rude.wait(1) == -signal.SIGKILL
        assert running(released.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_does_not_end_it_before_the_dashboard() -> None:
    with sleeper() as child, keeper() as process:
        assert process.stdin is not None
        process.stdin.write(f"+{child.pid}\n".encode())
        process.stdin.flush()
        assert eventually(lambda: ignores(process.pid, signal.SIGTERM))
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        assert running(child.pid)
        process.stdin.close()
        assert process.wait(10) == 0
        assert child.wait(1) != 0


def test_with_nothing_on_its_list_it_ends_at_once() -> None:
    with keeper() as process:
        process.communicate(b"+99999999\n-99999999\n", timeout=5)
        assert process.returncode == 0
