"""What a dashboard that was killed, its keeper with it, has left running: found and ended.

One empty file for each child, named after its process and when that started. A number alone would
not do: the system gives it away again (pid reuse), and then it is somebody else's.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

from config import SECONDS

# Postgres: immediate shutdown; gunicorn: quick shutdown. SIGKILL follows for whoever stays.
FIRST = signal.SIGQUIT
PATIENCE_SECONDS = 1.5 * SECONDS


class Ledger:
    """The children of one dashboard, in ``folder``, which its successor reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with contextlib.suppress(OSError):  # a full disk: the keeper does without a ledger
            folder.mkdir(mode=0o700, exist_ok=True)

    def note(self, pid: int) -> None:
        """Remember a child that was started just now."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)  # somebody may have deleted it
            (self._folder / identity(pid)).touch()

    def forget(self, pid: int) -> None:
        """Forget a child that has ended."""
        with contextlib.suppress(OSError):
            for path in self._folder.glob(f"{pid}@*"):
                path.unlink(missing_ok=True)

    def sweep(self) -> list[int]:
        """End what an earlier dashboard left; the pids of what was still there.

        Call it only while the dashboard's directory is ours alone.
        """
        names = [path.name for path in self._folder.glob("*@*")]
        left = [_pid(name) for name in names if _is_there(name)]
        _signal_groups(left, FIRST)
        end = time.monotonic() + PATIENCE_SECONDS
        while any(map(_is_there, names)) and time.monotonic() < end:
            time.sleep(0.02)
        _signal_groups([_pid(name) for name in names if _is_there(name)], signal.SIGKILL)
        for name in names:
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()
        return left


def identity(pid: int) -> str:
    """A name that no other process has had or will have: pid, start and boot; "0@" when it is gone.

    The start is the kernel's own count of ticks since the boot (proc(5), field 22), which no change
    of the wall clock moves; elsewhere than on Linux it is the wall clock's.
    """
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{pid}@{words[19]}@{boot}"
    except OSError:
        pass
    try:
        return f"{pid}@{psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return "0@"


def _pid(name: str) -> int:
    digits = name.partition("@")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _is_there(name: str) -> bool:
    pid = _pid(name)
    if pid == 0 or identity(pid) != name:
        return False
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _signal_groups(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        # Each child leads a group of its own; of a group that it does not lead we know nothing.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, number)
