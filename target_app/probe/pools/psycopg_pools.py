"""Puts marks on psycopg_pool's pools, sync and async, which Django may use as well.

``getconn`` and ``putconn`` are public, and what ``connection()`` comes down to.
"""

import functools
from typing import Any, Dict

from ..failures import last_line
from ..heartbeat import PoolState
from ..marks import Phase
from ..trail import current
from . import Kind, Numbers, asking

STATEMENTS = ("execute", "executemany")


def _described(pool: Any) -> Dict[str, Any]:
    return {
        "class": "psycopg_pool." + type(pool).__name__,
        "size": pool.max_size,
        "overflow": 0,
        "timeout": pool.timeout,
        "dialect": "postgresql",
        "driver": "psycopg",
        "asked": None,
    }


def _state(pool: Any) -> PoolState:
    stats = pool.get_stats()
    idle = stats.get("pool_available", 0)
    return PoolState(stats.get("pool_size", 0) - idle, idle, 0)


KIND = Kind(_described, _state)
_numbers = Numbers()


def watch_psycopg_pool(module: Any) -> None:
    """Mark waits and statements of psycopg_pool's pools; ``module`` is ``psycopg_pool``."""
    from psycopg import AsyncCursor, Cursor

    if getattr(module.ConnectionPool.getconn, "poolscope", False):
        return
    for name in ("ConnectionPool", "NullConnectionPool"):
        _watch(getattr(module, name, None))
    for name in ("AsyncConnectionPool", "AsyncNullConnectionPool"):
        _watch_async(getattr(module, name, None))
    for name in STATEMENTS:
        setattr(Cursor, name, _marked(getattr(Cursor, name)))
        setattr(AsyncCursor, name, _marked_async(getattr(AsyncCursor, name)))


def _watch(pool_class: Any) -> None:
    if pool_class is None or getattr(pool_class.getconn, "poolscope", False):
        return  # a subclass has them from its base
    getconn, putconn = pool_class.getconn, pool_class.putconn

    @functools.wraps(getconn)
    def marked_getconn(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        if trail is None:
            return getconn(self, *given, **named)
        pool = asking(trail, self, KIND)
        try:
            connection = getconn(self, *given, **named)
        except Exception as error:
            trail.failed(last_line(error))
            raise
        trail.enter(Phase.HOLDING, _numbers.of(connection, pool))
        return connection

    @functools.wraps(putconn)
    def marked_putconn(self: Any, conn: Any) -> None:
        putconn(self, conn)
        trail = current()
        if trail is not None:
            trail.enter(trail.view)

    marked_getconn.poolscope = True  # type: ignore[attr-defined]
    pool_class.getconn, pool_class.putconn = marked_getconn, marked_putconn


def _watch_async(pool_class: Any) -> None:
    if pool_class is None or getattr(pool_class.getconn, "poolscope", False):
        return
    getconn, putconn = pool_class.getconn, pool_class.putconn

    @functools.wraps(getconn)
    async def marked_getconn(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        if trail is None:
            return await getconn(self, *given, **named)
        pool = asking(trail, self, KIND)
        try:
            connection = await getconn(self, *given, **named)
        except Exception as error:
            trail.failed(last_line(error))
            raise
        trail.enter(Phase.HOLDING, _numbers.of(connection, pool))
        return connection

    @functools.wraps(putconn)
    async def marked_putconn(self: Any, conn: Any) -> None:
        await putconn(self, conn)
        trail = current()
        if trail is not None:
            trail.enter(trail.view)

    marked_getconn.poolscope = True  # type: ignore[attr-defined]
    pool_class.getconn, pool_class.putconn = marked_getconn, marked_putconn


def _marked(statement: Any) -> Any:
    @functools.wraps(statement)
    def marked(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        number = _numbers.known(self.connection) if trail is not None else 0
        if trail is None or not number:
            return statement(self, *given, **named)
        trail.enter(Phase.EXECUTING, number)
        try:
            return statement(self, *given, **named)
        except Exception as error:
            trail.failed(last_line(error))
            raise
        finally:
            trail.enter(Phase.HOLDING, number)

    return marked


def _marked_async(statement: Any) -> Any:
    @functools.wraps(statement)
    async def marked(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        number = _numbers.known(self.connection) if trail is not None else 0
        if trail is None or not number:
            return await statement(self, *given, **named)
        trail.enter(Phase.EXECUTING, number)
        try:
            return await statement(self, *given, **named)
        except Exception as error:
            trail.failed(last_line(error))
            raise
        finally:
            trail.enter(Phase.HOLDING, number)

    return marked
