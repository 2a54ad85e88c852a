"""Gives an app's SQLAlchemy engines another pool for a run, to be tried instead of its own."""

import functools
import sys
import weakref
from typing import Any, Dict, Optional

asked: "weakref.WeakKeyDictionary[Any, Dict[str, Any]]" = weakref.WeakKeyDictionary()


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
        own = _asked_for(url, options)
        if own is None:
            return original(url, *given, **options)
        engine = original(url, *given, **_instead(options, wanted))
        asked[getattr(engine, "pool", None)] = own
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
    from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool, QueuePool

    usual = AsyncAdaptedQueuePool if options.get("_is_async") else QueuePool
    kind = options.get("poolclass") or usual
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
    from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool, QueuePool

    of_queue = ("pool_size", "max_overflow", "pool_timeout", "pool_use_lifo")
    if wanted["pool_class"] == "NullPool":
        kept = {name: value for name, value in options.items() if name not in of_queue}
        return {**kept, "poolclass": NullPool}
    usual = AsyncAdaptedQueuePool if options.get("_is_async") else QueuePool
    kind = options.get("poolclass")
    subclass = isinstance(kind, type) and issubclass(kind, QueuePool)
    return {
        **options,
        "poolclass": kind if subclass else usual,
        **{name: wanted[name] for name in of_queue[:3]},
    }
