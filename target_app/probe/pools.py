"""Puts marks on any SQLAlchemy pool, tells how each is set, and tries other settings for a run.

Works for SQLAlchemy 1.4, 2.0 and 2.1, whenever an engine is created. Import it in a worker only:
what gunicorn's master imports has missed gevent's patching.
"""

import contextlib
import functools
import itertools
import sys
import weakref
from typing import Any, Callable, Dict, List, Optional

from .failures import last_line
from .heartbeat import PoolState
from .marks import Phase
from .wsgi import current

# Connections of one pool; a connection's number says which pool of its worker it is of.
NUMBERS_PER_POOL = 100_000
MOST_POOLS = 8  # that are told of: one datagram holds them


class _Watched:
    """A pool that a run has asked: which it is, and the numbers that its connections get."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.numbers = itertools.count(index * NUMBERS_PER_POOL + 1)


_pools: "weakref.WeakKeyDictionary[Any, _Watched]" = weakref.WeakKeyDictionary()
_asked: "weakref.WeakKeyDictionary[Any, Dict[str, Any]]" = weakref.WeakKeyDictionary()
_indexes = itertools.count()
_heard: List[Callable[[], None]] = []  # called when a run asks a pool for the first time


def on_new_pool(hear: Callable[[], None]) -> None:
    """Have ``hear`` called whenever a run asks a pool that no run has asked before."""
    _heard.append(hear)


def pool_states() -> List[PoolState]:
    """How the pools stand that a run has asked; those that keep no count are left out."""
    states = []
    for pool in list(_pools):
        try:
            states.append(PoolState(pool.checkedout(), pool.checkedin(), max(0, pool.overflow())))
        except AttributeError:  # NullPool keeps no count
            continue
    return states


def observed_pools() -> List[Dict[str, Any]]:
    """The settings of the pools that a run has asked, in the order in which it did."""
    watched = sorted(_pools.items(), key=lambda pair: pair[1].index)
    return [{"index": one.index, **_described(pool)} for pool, one in watched[:MOST_POOLS]]


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
        "asked": _asked.get(pool),
    }


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

    @functools.wraps(connect)
    def timed_connect(self: Any, *given: Any, **named: Any) -> Any:
        trail = current()
        if trail is None:
            return connect(self, *given, **named)
        trail.asking = _watched(self)
        trail.enter(Phase.WAITING)
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
        enter(Phase.HANDLING)

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


def _watched(pool: Any) -> _Watched:
    found = _pools.get(pool)
    if found is None:
        found = _pools[pool] = _Watched(next(_indexes))
        for hear in _heard:
            hear()
    return found


def _quiet(listener: Callable[..., None]) -> Callable[..., None]:
    """A listener that never raises into a request, and costs nothing outside of runs."""

    def listening(*given: Any) -> None:
        if current() is None:
            return
        with contextlib.suppress(Exception):  # whatever it is, the request matters more
            listener(*given)

    return listening


def try_instead(wanted: Dict[str, Any]) -> None:
    """Give every engine from now on the pool of ``wanted``; what it asked for is kept for telling.

    ``wanted`` has pool_class, pool_size, max_overflow and pool_timeout. ``create_engine`` is
    wrapped wherever SQLAlchemy holds it, which ``engine_from_config`` and Flask-SQLAlchemy call.
    Engines that bring a pool of their own, or one that is no QueuePool and no NullPool, and those
    of SQLite, whose pools hold the database itself, are left as they are.
    """
    from sqlalchemy.engine import create

    original = create.create_engine
    if getattr(original, "poolscope", False):
        return

    @functools.wraps(original)
    def create_engine(url: Any, *given: Any, **options: Any) -> Any:
        asked = _asked_for(url, options)
        if asked is None:
            return original(url, *given, **options)
        engine = original(url, *given, **_instead(options, wanted))
        _asked[getattr(engine, "pool", None)] = asked
        return engine

    create_engine.poolscope = True  # type: ignore[attr-defined]
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "sqlalchemy":
            for key, value in list(vars(module).items()):
                if value is original:
                    setattr(module, key, create_engine)


def _asked_for(url: Any, options: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The pool that ``create_engine`` was asked for, None for one that has to stay."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool, QueuePool

    kind = options.get("poolclass") or QueuePool
    if options.get("pool") is not None or not isinstance(kind, type):
        return None
    if not issubclass(kind, (QueuePool, NullPool)):
        return None
    try:
        if make_url(url).get_backend_name() == "sqlite":
            return None
    except Exception:  # noqa: BLE001  the app hears of its broken URL from SQLAlchemy itself
        return None
    if issubclass(kind, NullPool):
        return {"class": kind.__name__, "size": None, "overflow": None, "timeout": None}
    return {
        "class": kind.__name__,
        "size": _number(options.get("pool_size"), 5),
        "overflow": _number(options.get("max_overflow"), 10),
        "timeout": _number(options.get("pool_timeout"), 30),
    }


def _number(given: Any, default: float) -> float:
    try:
        return default if given is None else float(given)
    except (TypeError, ValueError):
        return default


def _instead(options: Dict[str, Any], wanted: Dict[str, Any]) -> Dict[str, Any]:
    """The options of ``create_engine`` with the pool of ``wanted`` in place of their own."""
    from sqlalchemy.pool import NullPool, QueuePool

    of_queue = ("pool_size", "max_overflow", "pool_timeout", "pool_use_lifo")
    if wanted["pool_class"] == "NullPool":
        kept = {name: value for name, value in options.items() if name not in of_queue}
        return {**kept, "poolclass": NullPool}
    kind = options.get("poolclass")
    subclass = isinstance(kind, type) and issubclass(kind, QueuePool)
    return {
        **options,
        "poolclass": kind if subclass else QueuePool,
        **{name: wanted[name] for name in of_queue[:3]},
    }
