"""The versions of the parts that a run was made with."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from settings import Settings, TargetKind

DISTRIBUTIONS = {
    "psycopg2": "psycopg2-binary",
    "psycopg2-green": "psycopg2-binary",
    "psycopg": "psycopg",
    "pymysql": "PyMySQL",
    "mysqlconnector": "mysql-connector-python",
    "mysqlclient": "mysqlclient-static",
}


def versions_of(settings: Settings, kind: TargetKind = TargetKind.EXAMPLE) -> dict[str, str]:
    """Name and version of Python and of every package that shapes such a run."""
    if kind is TargetKind.URL:
        return {"Python": platform.python_version(), "poolscope": _version("poolscope")}
    names = ["poolscope", "Flask", "SQLAlchemy", "gunicorn"]
    names += ["gevent"] if settings.worker == "gevent" else []
    names += [DISTRIBUTIONS[settings.database_driver]]
    found = {"Python": platform.python_version(), "system": platform.system()}
    return found | {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
