"""Puts marks on asyncpg's own pool, which an app may use without SQLAlchemy.

``Pool._acquire`` is what both ``await pool.acquire()`` and ``async with`` come down to; the pool's
own ``fetch`` and ``execute`` go through it as well.
"""

import functools
from typing import Any, Dict

from ..failures import last_line
from ..heartbeat import PoolState
from ..marks import Phase
from ..trail import current
from . import Kind, Numbers, asking

STATEMENTS = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


def _described(pool: Any) -> Dict[str, Any]:
    return {
        "class": "asyncpg.Pool",
        "size": pool.get_max_size(),
        "overflow": 0,
        "timeout": None,  # it waits for as long as the caller does
        "dialect": "postgresql",
        "driver": "asyncpg",
        "asked": None,
    }


def _state(pool: Any) -> PoolState:
    idle = pool.get_idle_size()
    return PoolState(pool.get_size() - idle, idle, 0)


KIND = Kind(_described, _state)
_numbers = Numbers()


def watch_asyncpg(module: Any) -> None:
    """Mark waits and statements of every ``asyncpg.pool.Pool``; ``module`` is ``asyncpg.pool``."""
    from asyncpg.connection import Connection

    pool_class = module.Pool
    acquire, release = pool_class._acquire, pool_class.release
    if getattr(acquire, "poolscope", False):
        return

    @functools.wraps(acquire)
    async def marked_acquire(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        if trail is None:
            return await acquire(self, *given, **named)
        pool = asking(trail, self, KIND)
        try:
            connection = await acquire(self, *given, **named)
        except BaseException as error:  # a timeout too, which comes as a cancellation
            trail.failed(last_line(error))
            raise
        trail.enter(Phase.HOLDING, _numbers.of(connection._con, pool))
        return connection

    @functools.wraps(release)
    async def marked_release(self: Any, connection: Any, **named: Any) -> Any:
        try:
            return await release(self, connection, **named)
        finally:
            trail = current()
            if trail is not None:
                trail.enter(trail.view)

    marked_acquire.poolscope = True  # type: ignore[attr-defined]
    pool_class._acquire, pool_class.release = marked_acquire, marked_release
    for name in STATEMENTS:
        setattr(Connection, name, _marked(getattr(Connection, name)))


def _marked(statement: Any) -> Any:
    @functools.wraps(statement)
    async def marked(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        number = _numbers.known(self) if trail is not None else 0
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
