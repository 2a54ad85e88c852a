"""Child processes end when they are stopped, and when the dashboard ends in whatever way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dashboard.processes.children import TAIL_LINES, Children, Tail
from tests.dashboard.conftest import eventually, running

ROOT = Path(__file__).resolve().parents[3]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True)"


@pytest.fixture
def children() -> Iterator[Children]:
    owned = Children()
    yield owned
    owned.close()


def test_a_child_has_a_group_of_its_own(children: Children) -> None:
    child = children.start(["sleep", "60"])
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    children.stop(child)
    assert child.returncode == -signal.SIGTERM


def test_a_stubborn_child_is_killed_when_patience_ends(children: Children) -> None:
    code = STUBBORN + "; time.sleep(60)"
    child = children.start([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    start = time.monotonic()
    children.stop(child, patience=0.2)
    assert 0.2 <= time.monotonic() - start < 3
    assert child.returncode == -signal.SIGKILL
    child.stdout.close()


def test_stopping_ends_what_the_child_has_started(children: Children) -> None:
    child = children.start(["sh", "-c", "sleep 60 & exec sleep 61"])
    assert eventually(lambda: psutil.Process(child.pid).children())
    (grandchild,) = psutil.Process(child.pid).children()
    children.stop(child)
    assert eventually(lambda: not running(grandchild.pid))


def test_stopping_a_child_that_has_ended_is_no_error(children: Children) -> None:
    child = children.start(["true"])
    child.wait()
    children.stop(child)
    children.stop(child)
    assert child.returncode == 0


def test_a_program_that_is_not_there_is_an_error(children: Children) -> None:
    with pytest.raises(FileNotFoundError):
        children.start(["no-such-program"])


def test_a_childs_environment_is_the_given_one(children: Children) -> None:
    child = children.start(["env"], environ={"ONLY": "this"}, stdout=subprocess.PIPE)
    assert child.communicate()[0] == b"ONLY=this\n"
    children.stop(child)


def test_closing_ends_whatever_is_left() -> None:
    children = Children()
    left = [children.start(["sleep", "60"]) for _ in range(2)]
    children.close()
    # A shell that put us into the background has made us, and so them, ignore SIGQUIT.
    assert {child.wait(3) for child in left} <= {-signal.SIGQUIT, -signal.SIGKILL}


def test_a_dashboard_that_is_killed_leaves_no_child() -> None:
    code = (
        "import time; from dashboard.processes.children import Children; children = Children()\n"
        "print(children.start(['sleep', '60']).pid, children.start(['sleep', '60']).pid,"
        " flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as dashboard:
        assert dashboard.stdout is not None
        pids = [int(word) for word in dashboard.stdout.readline().split()]
        assert [running(pid) for pid in pids] == [True, True]
        dashboard.kill()
    assert eventually(lambda: not any(running(pid) for pid in pids))


def keepers() -> set[int]:
    found = psutil.Process().children()
    return {child.pid for child in found if child.cmdline()[-1:] == ["dashboard.processes.keeper"]}


def test_a_keeper_that_died_is_replaced_and_knows_every_child() -> None:
    before = keepers()
    children = Children()
    started = [children.start(["sleep", "60"])]
    (keeper,) = keepers() - before
    os.kill(keeper, signal.SIGKILL)
    assert eventually(lambda: not running(keeper))
    started.append(children.start(["sleep", "60"]))
    children.close()
    left = [child for child in started if child.poll() is None]
    for child in left:
        child.kill()
        child.wait()
    assert left == []


def test_the_tail_keeps_the_last_lines_and_tells_each(children: Children) -> None:
    told: list[str] = []
    code = "for n in range(100): print('line', n)"
    child = children.start([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    tail = Tail(child.stdout, told.append)
    child.wait()
    assert eventually(lambda: len(told) == 100)
    assert tail.text().splitlines() == [f"line {n}" for n in range(100 - TAIL_LINES, 100)]
    children.stop(child)


def test_the_tail_bears_bytes_that_are_no_text(children: Children) -> None:
    child = children.start(["sh", "-c", r"printf '\377 x\nend' >&2"], stderr=subprocess.PIPE)
    assert child.stderr is not None
    tail = Tail(child.stderr)
    child.wait()
    assert tail.text() == "\ufffd x\nend"
    children.stop(child)
