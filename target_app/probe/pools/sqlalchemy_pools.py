"""Puts marks on any SQLAlchemy pool, those of its async engines among them.

Works for SQLAlchemy 1.4, 2.0 and 2.1, whenever an engine is created.
"""

import contextlib
import functools
from typing import Any, Callable, Dict

from ..failures import last_line
from ..heartbeat import PoolState
from ..marks import Phase
from ..trail import current
from . import Kind, asking
from .instead import asked


def _described(pool: Any) -> Dict[str, Any]:
    """Class, size, overflow and timeout of a live pool; those that it does not have are None."""
    dialect = getattr(pool, "_dialect", None)
    size = getattr(pool, "size", None)
    return {
        "class": type(pool).__name__,
        "size": size() if callable(size) and hasattr(pool, "_max_overflow") else None,
        "overflow": getattr(pool, "_max_overflow", None),
        "timeout": getattr(pool, "_timeout", None),
        "dialect": str(getattr(dialect, "name", "")),
        "driver": str(getattr(dialect, "driver", "")),
        "asked": asked.get(pool),
    }


def _state(pool: Any) -> PoolState:
    return PoolState(pool.checkedout(), pool.checkedin(), max(0, pool.overflow()))


KIND = Kind(_described, _state)


def watch_pools() -> None:
    """Mark pool waits, connects, checkouts and statements of every SQLAlchemy engine.

    Those of an async engine run in a greenlet, which has the context variables of its task.

    There is no event for asking, so ``Pool.connect`` is wrapped: it is public, and what
    ``Engine.raw_connection`` calls. Calling this twice changes nothing.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.pool import Pool

    if getattr(Pool.connect, "poolscope", False):
        return
    connect = Pool.connect

    @functools.wraps(connect)
    def timed_connect(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        if trail is None:
            return connect(self, *given, **named)
        asking(trail, self, KIND)
        try:
            return connect(self, *given, **named)
        except Exception as error:
            trail.failed(last_line(error))
            raise

    timed_connect.poolscope = True  # type: ignore[attr-defined]
    Pool.connect = timed_connect  # type: ignore[method-assign]

    def enter(phase: Phase, connection: int = 0) -> None:
        trail = current()
        if trail is not None:
            trail.enter(phase, connection)

    def number(info: Dict[str, Any]) -> int:
        """The connection's number, given to it with its first use in a run."""
        trail = current()
        if trail is not None and "poolscope" not in info and trail.asking is not None:
            info["poolscope"] = next(trail.asking.numbers)
        return info.get("poolscope", 0)  # type: ignore[no-any-return]

    @_quiet
    def do_connect(*_: Any) -> None:
        enter(Phase.CONNECTING)

    @_quiet
    def checkout(_dbapi: Any, record: Any, _fairy: Any) -> None:
        enter(Phase.HOLDING, number(record.info))

    @_quiet
    def checkin(_dbapi: Any, _record: Any) -> None:
        trail = current()
        if trail is not None:
            trail.enter(trail.view)

    @_quiet
    def before_execute(conn: Any, *_: Any) -> None:
        enter(Phase.EXECUTING, number(conn.info))

    @_quiet
    def after_execute(conn: Any, *_: Any) -> None:
        enter(Phase.HOLDING, number(conn.info))

    @_quiet
    def failed(context: Any) -> None:
        trail = current()
        if trail is not None:
            trail.failed(last_line(context.original_exception))

    event.listen(Engine, "do_connect", do_connect)
    event.listen(Pool, "checkout", checkout)
    event.listen(Pool, "checkin", checkin)
    event.listen(Engine, "before_cursor_execute", before_execute)
    event.listen(Engine, "after_cursor_execute", after_execute)
    event.listen(Engine, "handle_error", failed)


def _quiet(listener: Callable[..., None]) -> Callable[..., None]:
    """A listener that never raises into a request, and costs nothing outside of runs."""

    def listening(*given: Any) -> None:
        if current() is None:
            return
        with contextlib.suppress(Exception):  # whatever it is, the request matters more
            listener(*given)

    return listening
