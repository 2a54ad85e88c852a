"""Puts marks on any WSGI app and any SQLAlchemy pool.

``Probe.wrap`` times the app; ``watch_pools`` times every engine of the process, whenever it is
created. Nothing happens on requests that do not carry the run's header. The current request
travels in a context variable, which both threads and greenlets keep for themselves.
"""

import itertools
import os
import threading
import weakref
from contextvars import ContextVar
from time import monotonic
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from .beacon import Beacon
from .marks import Mark, Phase, encode, parse_run_header, server_timing
from .pulse import PoolState

WSGIApp = Callable[[Dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_lanes = itertools.count(1)
_connections = itertools.count(1)
_pools: "weakref.WeakSet[Any]" = weakref.WeakSet()  # every pool that a run has asked
_here = threading.local()  # greenlet-local where gevent has patched


def _lane() -> int:
    """A small number for the thread or greenlet that this call runs in."""
    try:
        return _here.lane  # type: ignore[no-any-return]
    except AttributeError:
        _here.lane = next(_lanes)
        return _here.lane  # type: ignore[no-any-return]


class Trail:
    """The marks of one request so far, each sent as it is made."""

    def __init__(self, run: str, seq: int, beacon: Beacon) -> None:
        self._run = run
        self._seq = seq
        self._beacon = beacon
        self._worker = os.getpid()
        self._lane = _lane()
        self.marks: List[Mark] = []

    def enter(self, phase: Phase, connection: int = 0, detail: str = "") -> None:
        """Mark that the request enters ``phase`` now."""
        mark = Mark(
            self._run, self._seq, phase, monotonic(), self._worker, self._lane, connection, detail
        )
        self.marks.append(mark)
        self._beacon.send(encode(mark))

    def header(self) -> Tuple[str, str]:
        """The durations so far as a ``Server-Timing`` header."""
        return "Server-Timing", server_timing(tuple(self.marks), monotonic())


_current: "ContextVar[Optional[Trail]]" = ContextVar("poolscope_trail", default=None)


def note(detail: str) -> None:
    """Say in the marks of the current request what it does from here on; free of cost elsewhere."""
    trail = _current.get()
    if trail is not None and trail.marks:
        last = trail.marks[-1]
        trail.enter(last.phase, last.connection, detail)


class Probe:
    """Times the requests of a WSGI app that carry the run's header."""

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon

    def wrap(self, app: WSGIApp) -> WSGIApp:
        """The same app with marks and, for runs only, a ``Server-Timing`` header."""

        def timed(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            header = environ.get("HTTP_X_POOLSCOPE")
            if header is None:
                return app(environ, start_response)
            try:
                run, seq = parse_run_header(header)
            except ValueError:  # somebody else's header of that name
                return app(environ, start_response)
            trail = Trail(run, seq, self._beacon)
            _current.set(trail)
            trail.enter(Phase.HANDLING)
            try:
                return _Answer(app, environ, start_response, trail)
            except BaseException:
                _current.set(None)
                raise

        return timed


class _Answer:
    """The app's answer, its status line held back until the body begins.

    Frameworks give the connection back after they have called ``start_response``; a header
    written then would miss the end of the request. PEP 3333 lets us wait until the first chunk,
    unless the app uses the ``write`` callable.
    """

    def __init__(
        self,
        app: WSGIApp,
        environ: Dict[str, Any],
        start_response: Callable[..., Any],
        trail: Trail,
    ) -> None:
        self._start_response = start_response
        self._trail = trail
        self._held: Optional[Tuple[str, List[Tuple[str, str]], Any]] = None
        self._write: Optional[Callable[[bytes], Any]] = None
        self._body = app(environ, self._hold)
        if self._held is not None:
            self._trail.enter(Phase.RESPONDING)

    def _hold(
        self, status: str, headers: List[Tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], Any]:
        if self._write is not None:  # too late to hold: an error after the first write
            return self._start_response(  # type: ignore[no-any-return]
                status, headers, exc_info
            )
        self._held = (status, headers, exc_info)
        return self._write_through

    def _write_through(self, data: bytes) -> Any:
        self._flush()
        return self._write(data)  # type: ignore[misc]

    def _flush(self) -> None:
        if self._held is None:
            return
        status, headers, exc_info = self._held
        self._held = None
        self._write = self._start_response(
            status, [*headers, self._trail.header()], *([exc_info] if exc_info else [])
        )

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._flush()
            yield chunk
        self._flush()

    def close(self) -> None:
        """Close the app's body and let go of the request."""
        _current.set(None)
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def pool_states() -> List[PoolState]:
    """How the pools stand that a run has asked; those that keep no count are left out."""
    states = []
    for pool in list(_pools):
        try:
            states.append(PoolState(pool.checkedout(), pool.checkedin(), max(0, pool.overflow())))
        except AttributeError:  # NullPool keeps no count
            continue
    return states


def watch_pools() -> None:
    """Mark pool waits, connects, checkouts and statements of every SQLAlchemy engine.

    There is no event for asking, so ``Pool.connect`` is wrapped: it is public, and what
    ``Engine.raw_connection`` calls. Calling this twice changes nothing.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.pool import Pool

    if getattr(Pool.connect, "poolscope", False):
        return
    connect = Pool.connect

    def timed_connect(self: Any) -> Any:
        trail = _current.get()
        if trail is not None:
            _pools.add(self)
            trail.enter(Phase.WAITING)
        return connect(self)

    timed_connect.poolscope = True  # type: ignore[attr-defined]
    Pool.connect = timed_connect  # type: ignore[method-assign]

    def enter(phase: Phase, connection: int = 0) -> None:
        trail = _current.get()
        if trail is not None:
            trail.enter(phase, connection)

    def number(record: Any) -> int:
        if record is None:  # an invalidated connection on its way out
            return 0
        return record.info.get("poolscope", 0)  # type: ignore[no-any-return]

    def do_connect(*_: Any) -> None:
        enter(Phase.CONNECTING)

    def connected(_dbapi: Any, record: Any) -> None:
        record.info["poolscope"] = next(_connections)

    def checkout(_dbapi: Any, record: Any, _fairy: Any) -> None:
        enter(Phase.HOLDING, number(record))

    def checkin(_dbapi: Any, _record: Any) -> None:
        enter(Phase.HANDLING)

    def before_execute(conn: Any, *_: Any) -> None:
        enter(Phase.EXECUTING, conn.info.get("poolscope", 0))

    def after_execute(conn: Any, *_: Any) -> None:
        enter(Phase.HOLDING, conn.info.get("poolscope", 0))

    event.listen(Engine, "do_connect", do_connect)
    event.listen(Pool, "connect", connected)
    event.listen(Pool, "checkout", checkout)
    event.listen(Pool, "checkin", checkin)
    event.listen(Engine, "before_cursor_execute", before_execute)
    event.listen(Engine, "after_cursor_execute", after_execute)
