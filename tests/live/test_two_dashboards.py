"""A dashboard that is killed leaves nothing behind, and two of them do not meet."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dashboard.processes.leftovers import Ledger, identity
from tests.dashboard.conftest import eventually, running
from tests.served import Served, free_port, public, serving

pytestmark = pytest.mark.live

LONG = {"requests": 50, "sleep_seconds": 30, "pool_size": 10, "max_overflow": 0}
SHORT = {"requests": 10, "sleep_seconds": 0.1}


@pytest.fixture(scope="module")
def home(data_dir: Path) -> Path:
    """A data directory of this file's own: short enough for unix sockets, and filled but once."""
    return public(data_dir / "two")


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is none of ours, in a group of its own, as our children are."""
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as process:
        yield process
        process.kill()


def counts(record: dict[str, object]) -> dict[str, int]:
    found = record["summary"]
    assert isinstance(found, dict)
    return {name: found[name] for name in ("requests", "done", "failed")}


ALL_DONE = {"requests": 10, "done": 10, "failed": 0}


def kill_in_mid_run(served: Served, with_keeper: bool) -> dict[int, str]:
    """Kill the dashboard, and its keeper just before it or not; what it had running."""
    run = served.launch(**LONG)
    assert served.reaches(run, "running")
    family = served.family()
    names = " ".join(family.values())
    for part in ("gunicorn", "dashboard.burst", "dashboard.processes.keeper", "postgres"):
        assert part in names
    if with_keeper:
        for pid, words in family.items():
            if "dashboard.processes.keeper" in words:
                os.kill(pid, signal.SIGKILL)
    os.kill(served.process.pid, signal.SIGKILL)
    return family


def test_a_killed_dashboard_leaves_no_process_and_the_next_one_works(
    home: Path, stranger: "subprocess.Popen[bytes]"
) -> None:
    with serving(home) as served:
        assert counts(served.finish(endpoint="mysql", **SHORT)) == ALL_DONE
        family = kill_in_mid_run(served, with_keeper=False)
        start = time.monotonic()
        assert eventually(lambda: not any(map(running, family)), 5), served.family()
        assert time.monotonic() - start < 5
    postgres = home / "1" / "postgres"
    # What a dashboard before this one may have left; the pid is somebody else's by now.
    for stale in (postgres / ".s.PGSQL.5432", home / "1" / "mysql" / "mysql.sock"):
        stale.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(stale))
    for stale in (postgres / "data" / "postmaster.pid", postgres / ".s.PGSQL.5432.lock"):
        stale.write_text(f"{stranger.pid}\n{postgres}\n1\n5432\n{postgres}\n")
    with serving(home) as served:
        assert counts(served.finish(**SHORT)) == ALL_DONE
        assert counts(served.finish(endpoint="mysql", **SHORT)) == ALL_DONE
    assert running(stranger.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are told by /proc")
def test_the_next_start_ends_what_a_dashboard_left_that_was_killed_with_its_keeper(
    home: Path, stranger: "subprocess.Popen[bytes]"
) -> None:
    with serving(home) as served:
        family = kill_in_mid_run(served, with_keeper=True)
        served.process.wait()
    left = [pid for pid in family if running(pid)]
    assert left  # postgres, at least: it knows nothing of dashboards
    # A child of long ago, whose pid has been given to somebody else since.
    (home / "1" / "children" / identity(stranger.pid).replace("@", "@1")).touch()
    with serving(home) as served:
        assert not any(map(running, left))
        assert counts(served.finish(**SHORT)) == ALL_DONE
    assert running(stranger.pid)


def test_two_dashboards_at_once_do_not_disturb_each_other(home: Path) -> None:
    with serving(home) as first, serving(home) as second:
        runs = [each.launch(requests=20, sleep_seconds=0.3) for each in (first, second)]
        for each, run in zip((first, second), runs, strict=True):
            assert each.reaches(run, "done")
            assert counts(each.record(run)) == {"requests": 20, "done": 20, "failed": 0}
        assert not set(first.family()) & set(second.family())
        assert sorted(path.name for path in home.iterdir() if path.is_dir()) == ["1", "2"]
        os.kill(second.process.pid, signal.SIGKILL)
        second.process.wait()
        assert counts(first.finish(**SHORT)) == ALL_DONE


def test_a_port_that_is_taken_is_said_with_a_cure_and_nothing_is_started(home: Path) -> None:
    port = free_port()
    with serving(home, "--port", str(port)):
        other = subprocess.run(
            [sys.executable, "-m", "dashboard", "serve", "--port", str(port), "--no-browser"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert other.returncode == 3
        assert f"Port {port} is in use by another program" in other.stderr
        assert f"PORT={port + 1}" in other.stderr
        assert "Traceback" not in other.stderr


def test_the_ledger_ends_its_own_and_nobody_else(
    tmp_path: Path, stranger: "subprocess.Popen[bytes]"
) -> None:
    ledger = Ledger(tmp_path / "children")
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as ours:
        ledger.note(ours.pid)
        (tmp_path / "children" / identity(stranger.pid).replace("@", "@1")).touch()
        (tmp_path / "children" / "notes@of@others").touch()
        assert Ledger(tmp_path / "children").sweep() == [ours.pid]
        assert ours.wait(5) != 0
    assert running(stranger.pid)
    assert Ledger(tmp_path / "children").sweep() == []


def test_a_child_that_was_stopped_is_not_in_the_ledger(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "children")
    ledger.note(os.getpid())
    assert len(list((tmp_path / "children").iterdir())) == 1
    ledger.forget(os.getpid())
    assert list((tmp_path / "children").iterdir()) == []
    assert psutil.pid_exists(os.getpid())
