"""The modes, their drivers and the servers that there are."""

from typing import NamedTuple

ASGI = "asgi"  # the worker class of every ASGI server


class Mode(NamedTuple):
    """A preset over worker class and drivers.

    ``views`` says how an ASGI app serves: ``async def`` or ``def``, "" under WSGI.
    """

    name: str
    title: str
    worker_class: str
    postgres_driver: str
    mysql_driver: str
    views: str = ""

    @property
    def interface(self) -> str:
        """``WSGI`` or ``ASGI``."""
        return "ASGI" if self.worker_class == ASGI else "WSGI"


MODES = {
    mode.name: mode
    for mode in (
        Mode("blocking", "server and database blocking", "sync", "psycopg2", "pymysql"),
        Mode("gevent", "database blocking", "gevent", "psycopg2", "mysqlclient"),
        Mode("gevent-green", "both non-blocking", "gevent", "psycopg2-green", "pymysql"),
        Mode("threads", "a thread per request", "gthread", "psycopg2", "pymysql"),
        Mode(
            "asyncio-blocking",
            "a blocking call in async def",
            ASGI,
            "psycopg2",
            "pymysql",
            "async def",
        ),
        Mode("asyncio-threads", "def, in anyio's threads", ASGI, "psycopg2", "pymysql", "def"),
        Mode("asyncio", "async def with an async driver", ASGI, "asyncpg", "aiomysql", "async def"),
    )
}
POSTGRES_DRIVERS = ("psycopg2", "psycopg2-green", "psycopg", "asyncpg")
MYSQL_DRIVERS = ("pymysql", "mysqlconnector", "mysqlclient", "aiomysql")
ASYNC_DRIVERS = frozenset({"asyncpg", "psycopg", "aiomysql"})  # what an async engine can use
ONLY_ASYNC = ASYNC_DRIVERS - {"psycopg"}  # and nothing else can
MOST_REQUESTS = 10_000  # of a run
SERVERS = ("gunicorn", "uvicorn", "granian", "hypercorn")


def asgi_concurrency(mode: str, thread_tokens: int) -> int:
    """Requests that one ASGI worker runs at once, which nothing limits where it only awaits."""
    in_mode = {"asyncio-blocking": 1, "asyncio-threads": thread_tokens}
    return in_mode.get(mode, MOST_REQUESTS)


def mixed(mode_name: str, worker: str, server: str, driver: str) -> list[tuple[str, str]]:
    """What of WSGI and ASGI does not go together, as (field, message); ``driver`` "" for any."""
    errors = []
    mode, is_asgi = MODES[mode_name], worker == ASGI
    if mode.worker_class == ASGI and not is_asgi:
        why = f"mode {mode.name} is served under ASGI: use worker_class auto, or another mode"
        errors.append(("worker_class", why))
    elif server not in {"auto", "gunicorn"} and not is_asgi:
        why = f"{server} serves ASGI, and mode {mode.name} is WSGI: use server gunicorn"
        errors.append(("server", why))
    if driver in ONLY_ASYNC and mode.name != "asyncio":
        errors.append(("driver", f"{driver} is for coroutines alone: use mode asyncio"))
    elif driver and mode.name == "asyncio" and driver not in ASYNC_DRIVERS:
        errors.append(("driver", f"{driver} has no coroutines: use mode asyncio-blocking"))
    return errors
