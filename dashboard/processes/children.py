"""Child processes: each in a group of its own, and none outlives the dashboard.

A keeper process (``dashboard.processes.keeper``) holds the list of our groups and ends them
when the pipe from the dashboard closes, however the dashboard died. A parent-death signal would not
do: Linux sends it when the *thread* that started the child ends (prctl(2), PR_SET_PDEATHSIG).
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from config import ROOT, SECONDS, own_environ

from .leftovers import Ledger

TAIL_LINES = 40


class Keeper:
    """The process that ends our children when this process is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def keep(self, group: int) -> None:
        """End process group ``group`` when this process is gone; the first starts the keeper."""
        with self._lock:
            self._groups.add(group)
            if self._process is not None and self._process.poll() is not None:
                self._end()  # somebody killed it: the next one gets the whole list
            if self._process is None:
                self._start()
                for each in self._groups - {group}:
                    self._write(f"+{each}")
            self._write(f"+{group}")

    def release(self, group: int) -> None:
        """Forget a group that has ended."""
        with self._lock:
            self._groups.discard(group)
            self._write(f"-{group}")

    def close(self) -> None:
        """End the keeper; it ends whatever children are left."""
        with self._lock:
            self._end()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.processes.keeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=own_environ(),
            cwd=ROOT,
            start_new_session=True,
        )

    def _write(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it is gone: the next child starts another
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()

    def _end(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()
            self._process = None


class Children:
    """Starts and stops the child processes of one dashboard, written down in ``ledger``."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._keeper = Keeper()
        self._ledger = ledger

    def start(  # noqa: PLR0913
        self,
        argv: Sequence[str | Path],
        *,
        environ: Mapping[str, str] | None = None,
        user: str | None = None,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[Any] = subprocess.DEVNULL,
        stderr: int | IO[Any] = subprocess.DEVNULL,
        cwd: Path = ROOT,
    ) -> subprocess.Popen[bytes]:
        """Start ``argv`` in a process group of its own, known to the keeper."""
        process = subprocess.Popen(
            [str(word) for word in argv],
            env=dict(environ) if environ is not None else own_environ(),
            user=user,
            extra_groups=[] if user else None,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            start_new_session=True,
        )
        self._keeper.keep(process.pid)
        if self._ledger is not None:
            self._ledger.note(process.pid)
        return process

    def run(
        self, argv: Sequence[str | Path], *, user: str | None = None, cwd: Path = ROOT
    ) -> tuple[int, str]:
        """Run a program to its end: its exit code and all that it wrote."""
        process = self.start(
            argv, user=user, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        written, _ = process.communicate()
        self.stop(process)
        return process.returncode, written.decode(errors="replace")

    def stop(
        self,
        process: subprocess.Popen[bytes],
        first: signal.Signals = signal.SIGTERM,
        patience: float = 5 * SECONDS,
    ) -> None:
        """Send ``first`` to the child and, after ``patience`` seconds, SIGKILL to its group."""
        if process.poll() is None and first != signal.SIGKILL:
            process.send_signal(first)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        # Also after a clean end: a worker may have outlived its master.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._keeper.release(process.pid)
        if self._ledger is not None:
            self._ledger.forget(process.pid)

    def close(self) -> None:
        """End whatever is left."""
        self._keeper.close()


class Tail:
    """The last lines that a child wrote to a pipe, read by a thread until the pipe closes."""

    def __init__(self, stream: IO[bytes], on_line: Any = None) -> None:
        self._lines: deque[str] = deque(maxlen=TAIL_LINES)
        self._on_line = on_line
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def text(self) -> str:
        """The lines read so far; complete once the child has ended."""
        self._thread.join(0.2 * SECONDS)
        return "\n".join(list(self._lines))

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip()
                self._lines.append(text)
                if self._on_line is not None:
                    self._on_line(text)
