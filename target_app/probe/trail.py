"""The marks of one request, wherever it goes: a context variable takes it along.

Threads, greenlets and tasks each keep that variable for themselves, and asyncio, anyio and asgiref
hand it on to what a request starts.
"""

import itertools
import os
import threading
from contextvars import ContextVar
from time import monotonic
from typing import Any, List, Optional, Tuple

from .failures import classify
from .marks import Mark, Phase, server_timing

_lanes = itertools.count(1)
_here = threading.local()  # greenlet-local where gevent has patched
_HANDLING, _RESPONDING = Phase.HANDLING, Phase.RESPONDING  # a hash of an enum is slow


def lane() -> int:
    """A small number for the thread or greenlet that this call runs in."""
    try:
        return _here.lane  # type: ignore[no-any-return]
    except AttributeError:
        _here.lane = next(_lanes)
        return _here.lane  # type: ignore[no-any-return]


class Trail:
    """The marks of one request so far, each sent as it is made.

    ``own_lane`` gives it a lane of its own in the thread where it begins, which an event loop
    shares among many requests.
    """

    def __init__(self, run: str, seq: int, beacon: Any, own_lane: bool = False) -> None:
        self._run = run
        self._seq = seq
        self._beacon = beacon
        self._worker = os.getpid()
        self._home = threading.get_ident()
        self._lane = next(_lanes) if own_lane else lane()
        self._entering = threading.Lock()
        self.marks: List[Mark] = []
        self.open = True  # until its header is written
        self.over = False  # the app has left it; a task that it started may still run
        self.asking: Any = None  # the pool that it asked last, as pools.py knows it
        self.view = Phase.HANDLING  # what it goes back to without a connection

    def enter(
        self,
        phase: Phase,
        connection: int = 0,
        failure: str = "",
        message: str = "",
        note: str = "",
    ) -> None:
        """Mark that the request enters ``phase`` now."""
        with self._entering:
            self._enter(phase, connection, failure, message, note)

    def resume(self, before: Mark, phase: Phase, connection: int) -> None:
        """Enter ``phase`` unless something has been marked since ``before``, in any thread."""
        with self._entering:
            if self.marks[-1] is before:
                self._enter(phase, connection)

    def _enter(
        self,
        phase: Phase,
        connection: int = 0,
        failure: str = "",
        message: str = "",
        note: str = "",
    ) -> None:
        if self.over:
            return
        if phase is _HANDLING or phase is _RESPONDING:
            self.view = phase
        at_home = threading.get_ident() == self._home
        where = (self._worker, self._lane if at_home else lane(), connection)
        mark = Mark(self._run, self._seq, phase, monotonic(), *where, 0, failure, message, note)
        self.marks.append(mark)
        self._beacon.mark(mark)

    def failed(self, message: str) -> None:
        """Say in the marks why the request is about to fail: its answer may not."""
        last = self.marks[-1]
        if not last.failure:  # the same error passes through several hands
            word = classify(message)
            self.enter(last.phase, last.connection, word, message)

    def header(self) -> Tuple[str, str]:
        """The durations so far as a ``Server-Timing`` header."""
        return "Server-Timing", server_timing(tuple(self.marks), monotonic())


current_trail: "ContextVar[Optional[Trail]]" = ContextVar("poolscope_trail", default=None)


def current() -> Optional[Trail]:
    """The marks of the request that this call belongs to; None outside of runs."""
    return current_trail.get()


def note(text: str) -> None:
    """Say in the marks of the current request what it does from here on; free of cost elsewhere."""
    trail = current_trail.get()
    if trail is not None and trail.marks:
        last = trail.marks[-1]
        trail.enter(last.phase, last.connection, note=text)
