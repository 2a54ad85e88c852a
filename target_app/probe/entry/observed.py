"""Watches what an app uses as soon as the app imports it, and tells what that is."""

import importlib.util
import sys
from typing import Any, Dict, Optional

from .imports import await_module

DRIVERS = (
    "psycopg2", "psycopg", "asyncpg", "MySQLdb", "pymysql", "mysql.connector", "asyncmy",
    "aiomysql", "sqlite3",
)  # fmt: skip


def await_libraries(pool: Optional[Dict[str, Any]] = None) -> None:
    """Have every pool of connections or threads watched from its import on.

    ``pool`` is what SQLAlchemy's engines get instead of their own. The marks come with the
    import: what gunicorn's master imports has missed gevent's patching.
    """

    def sqlalchemy_arrived(_module: Any) -> None:
        from ..pools import instead, sqlalchemy_pools

        sqlalchemy_pools.watch_pools()
        if pool is not None:
            instead.try_instead(pool)

    def asyncpg_arrived(module: Any) -> None:
        from ..pools.asyncpg_pool import watch_asyncpg

        watch_asyncpg(module)

    def psycopg_pool_arrived(module: Any) -> None:
        from ..pools.psycopg_pools import watch_psycopg_pool

        watch_psycopg_pool(module)

    def anyio_arrived(module: Any) -> None:
        from ..threads import watch_anyio

        watch_anyio(module)

    await_module("sqlalchemy", sqlalchemy_arrived)
    await_module("asyncpg.pool", asyncpg_arrived)
    await_module("psycopg_pool", psycopg_pool_arrived)
    await_module("anyio.to_thread", anyio_arrived)


def observed() -> Dict[str, Any]:
    """What this worker's app uses, as the dashboard shows it beside what its server was given."""
    from ..pools import observed_pools

    return {
        "pools": observed_pools(),
        "drivers": [name for name in DRIVERS if name in sys.modules],
        "green": is_green(),
        "flask_sqlalchemy": "flask_sqlalchemy" in sys.modules,
        "sqlalchemy": "sqlalchemy" in sys.modules,
        "django": "django" in sys.modules,
    }


def is_green() -> bool:
    """Whether psycopg2 hands its waiting over to gevent in this process."""
    extensions = sys.modules.get("psycopg2.extensions")
    return extensions is not None and extensions.get_wait_callback() is not None


def set_green(green: bool) -> None:
    """Switch psycogreen on or off, where psycopg2 is there."""
    if green and all(importlib.util.find_spec(name) for name in ("psycopg2", "psycogreen")):
        from psycogreen.gevent import patch_psycopg

        patch_psycopg()
    elif not green and is_green():
        from psycopg2 import extensions

        extensions.set_wait_callback(None)
