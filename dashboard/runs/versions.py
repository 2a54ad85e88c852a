"""The versions of the parts that a run was made with."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from modes import ASGI
from settings import AUTO, Settings, TargetKind

DISTRIBUTIONS = {
    "psycopg2": "psycopg2-binary",
    "psycopg2-green": "psycopg2-binary",
    "psycopg": "psycopg",
    "asyncpg": "asyncpg",
    "pymysql": "PyMySQL",
    "mysqlconnector": "mysql-connector-python",
    "mysqlclient": "mysqlclient-static",
    "aiomysql": "aiomysql",
}


def versions_of(settings: Settings, kind: TargetKind = TargetKind.EXAMPLE) -> dict[str, str]:
    """Name and version of Python and of every package that shapes such a run."""
    if kind is TargetKind.URL:
        return {"Python": platform.python_version(), "poolscope": _version("poolscope")}
    names = ["poolscope", "SQLAlchemy", *_server_names(settings)]
    names += ["gevent"] if settings.worker == "gevent" else []
    names += [DISTRIBUTIONS[settings.database_driver]]
    found = {"Python": platform.python_version(), "system": platform.system()}
    return found | {name: _version(name) for name in names}


def _server_names(settings: Settings) -> list[str]:
    if settings.worker != ASGI:
        return ["Flask", "gunicorn"]
    return ["starlette", "anyio", "uvicorn" if settings.server == AUTO else settings.server]


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
