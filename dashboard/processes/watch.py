"""Watches processes that a run relies on: which of them end, and which stand still."""

import threading
import time
from collections.abc import Callable, Mapping

import psutil

from config import SECONDS

PERIOD_SECONDS = 0.1 * SECONDS
ALIVE, STOPPED, GONE = "alive", "stopped", "gone"

# Told as (kind, pid, at, seconds): ``at`` of time.monotonic(), kinds as "worker-exit".
Tell = Callable[[str, int, float, float], None]


class Watch:
    """Looks ten times a second at what ``pids`` names: {pid: "worker"}.

    A process that was stopped (SIGSTOP, a debugger, a freezer) has not ended, computes nothing and
    answers nobody; that is told once it goes on, or with ``close``.
    """

    def __init__(self, pids: Callable[[], Mapping[int, str]], tell: Tell) -> None:
        self._pids = pids
        self._tell = tell
        self._known: dict[int, str] = {}
        self._stopped: dict[int, float] = {}  # since when
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.look()
        self._thread = threading.Thread(target=self._work, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look a last time, and end."""
        self._over.set()
        self._thread.join()
        self.look()
        for pid in list(self._stopped):
            self._went_on(pid, time.monotonic())

    def _work(self) -> None:
        while not self._over.wait(PERIOD_SECONDS):
            self.look()

    def look(self) -> None:
        """Look now, as when somebody has said that a process has ended."""
        with self._lock:
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        self._known |= self._pids()
        for pid, kind in list(self._known.items()):
            state = state_of(pid)
            if state == STOPPED:
                self._stopped.setdefault(pid, now)
            elif pid in self._stopped:
                self._went_on(pid, now)
            if state == GONE:
                del self._known[pid]
                self._tell(f"{kind}-exit", pid, now, 0.0)

    def _went_on(self, pid: int, now: float) -> None:
        since = self._stopped.pop(pid)
        self._tell(f"{self._known[pid]}-stall", pid, since, round(now - since, 3))


def state_of(pid: int) -> str:
    """Whether a process is alive, stopped or gone; one that was ended but not reaped is gone."""
    try:
        status = psutil.Process(pid).status()
    except psutil.Error:
        return GONE
    if status in {psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP}:
        return STOPPED
    return GONE if status in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD} else ALIVE
