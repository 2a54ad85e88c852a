"""How late an event loop is, and what held it: asyncio's, and gevent's.

A beat runs in the loop. A thread that the loop cannot hold looks, whenever a beat is late, at what
the loop's thread is doing: the line of the app that it is in, and the call that it waits for.
"""

import asyncio
import contextvars
import functools
import importlib
import json
import os
import sys
import sysconfig
import threading
import time
from pathlib import Path
from types import CodeType
from typing import Any, Callable, Dict, NamedTuple, Optional

from .heartbeat import PERIOD_SECONDS, Pulse

LOOK_SECONDS = 0.02
LATE_SECONDS = 0.1  # of a beat, from which on the loop counts as held
TELL_SECONDS = 1.0  # after which a hold that goes on is told so far
MOST_TEXT = 200  # characters of a name

_NAMELESS = frozenset({"<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>", "<lambda>"})
_paths = sysconfig.get_paths()
_NOT_OF_APPS = tuple(
    os.path.realpath(_paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_OURS = str(Path(__file__).resolve().parent)


class Place(NamedTuple):
    """Where a thread is: the innermost line of the app's own code, and the call that it made."""

    file: str
    line: int
    function: str
    call: str  # module and function of the innermost frame, "" where the app's line itself waits


def place_of(frame: Any) -> Optional[Place]:
    """The place of a frame; the innermost line at all where none is the app's; None for none."""
    # First all of it: while another thread runs on, a generator's frame loses who called it.
    stack = []
    while frame is not None:
        stack.append((frame.f_code, frame.f_lineno, frame.f_globals.get("__name__", "")))
        frame = frame.f_back
    stack = [each for each in stack if not each[0].co_filename.startswith(_OURS)]
    if not stack:
        return None
    apps = next((n for n, (code, _, _) in enumerate(stack) if not _is_of_library(code)), 0)
    code, line, _ = stack[apps]
    # A line of a lambda is one of the function round it.
    named = (each.co_name for each, _, _ in stack[apps:] if each.co_name not in _NAMELESS)
    function = next(named, code.co_name)[:MOST_TEXT]
    inner, _, module = stack[0]
    call = ("%s.%s" % (module, inner.co_name))[-MOST_TEXT:] if apps else ""
    return Place(code.co_filename[-MOST_TEXT:], line, function, call)


@functools.lru_cache(maxsize=4096)
def _is_of_library(code: CodeType) -> bool:
    path = code.co_filename
    if path.startswith("<"):
        return True
    real = os.path.realpath(path)
    return real.startswith(_NOT_OF_APPS) or "site-packages" in real or "dist-packages" in real


class Hold(NamedTuple):
    """The loop was held from ``at`` (``time.monotonic()``) for ``seconds``, mostly at ``place``."""

    pid: int
    at: float
    seconds: float
    place: Place

    @property
    def ended(self) -> float:
        """When it was let go."""
        return self.at + self.seconds


def encode(hold: Hold, token: str) -> bytes:
    """A hold as one line of JSON."""
    notice = {"event": "held", "token": token, "pid": hold.pid, "at": hold.at}
    return json.dumps({**notice, "seconds": hold.seconds, **hold.place._asdict()}).encode()


def decode(notice: Dict[str, Any]) -> Hold:
    """The hold that ``encode`` wrote; ValueError for anything else."""
    try:
        at, seconds = float(notice["at"]), float(notice["seconds"])
        texts = {name: str(notice[name])[:MOST_TEXT] for name in ("file", "function", "call")}
        place = Place(line=int(notice["line"]), **texts)
        hold = Hold(int(notice["pid"]), at, seconds, place)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("not a hold") from error
    if not (abs(at) < 1e12 and 0 <= seconds < 1e9):
        raise ValueError("a hold's times are numbers")
    return hold


class Watchdog:
    """Looks at a loop's thread whenever its beat is late; ``tell`` gets each hold.

    ``thread_id`` is the system's, ``period`` the seconds between two beats, ``over`` says when
    there is nothing left to look at, and ``meanwhile`` is called with each look.
    """

    def __init__(
        self,
        thread_id: int,
        period: float,
        tell: Callable[[Hold], None],
        over: Callable[[], bool] = lambda: False,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._meanwhile = meanwhile
        self._thread_id = thread_id
        self._over = over
        self._period = period
        self._tell = tell
        self._beat_at = time.monotonic()

    def beat(self) -> None:
        """The loop runs."""
        self._beat_at = time.monotonic()

    def start(self) -> None:
        """Look from a thread of the system, also where gevent has made greenlets of threads."""
        real("_thread", "start_new_thread")(self._watch, (real("time", "sleep"),))

    def _watch(self, sleep: Callable[[float], None]) -> None:
        seen: Dict[Place, int] = {}
        beat_at = told = self._beat_at
        while not self._over():
            sleep(LOOK_SECONDS)
            self._meanwhile()
            if self._beat_at != beat_at:  # it runs again, or all the time
                if seen:
                    self._told(seen, told, self._beat_at, began=told == beat_at)
                    seen = {}
                beat_at = told = self._beat_at
            now = time.monotonic()
            if now - beat_at < self._period + LATE_SECONDS / 2:
                continue
            place = place_of(sys._current_frames().get(self._thread_id))
            if place is not None:
                seen[place] = seen.get(place, 0) + 1
            if seen and now - told > TELL_SECONDS:
                self._told(seen, told, now, began=told == beat_at)
                seen, told = {}, now
        self._meanwhile()  # what came last

    def _told(self, seen: Dict[Place, int], since: float, until: float, *, began: bool) -> None:
        # A hold begins somewhere between two beats.
        seconds = until - since - (self._period if began else 0.0)
        if seconds >= LATE_SECONDS or not began:
            place = max(seen, key=lambda each: seen[each])
            self._tell(Hold(os.getpid(), until - seconds, seconds, place))


def watch_asyncio(
    pulse: Pulse, tell: Callable[[Hold], None], meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Beat in the running asyncio loop, for as long as it runs, and watch who holds it.

    ``meanwhile`` is called every fiftieth of a second from a thread that the loop cannot hold.
    """
    loop = asyncio.get_running_loop()
    thread = threading.get_ident()
    watchdog = Watchdog(thread, PERIOD_SECONDS, tell, loop.is_closed, meanwhile)
    empty = contextvars.Context()  # the beats are of no request

    def beat(due: float) -> None:
        watchdog.beat()
        pulse.beat(due)
        again()

    def again() -> None:
        loop.call_later(PERIOD_SECONDS, beat, time.monotonic() + PERIOD_SECONDS, context=empty)

    again()
    watchdog.start()


def gevent_watchdog(tell: Callable[[Hold], None]) -> Optional[Watchdog]:
    """A watchdog for the gevent loop of this thread, where gevent has patched; else None."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return None
    return Watchdog(real("_thread", "get_ident")(), PERIOD_SECONDS, tell)


def real(module: str, name: str) -> Any:
    """What was there before gevent patched it."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        return monkey.get_original(module, name)
    return getattr(importlib.import_module(module), name)
