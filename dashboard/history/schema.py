"""The history's database: its address, its engine's options, and its tables' version."""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config import SECONDS, Environment

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_SECONDS = 5 * SECONDS
LOCK = "history.lock"  # held by whoever changes what the file is
LOCK_NUMBER = 7_021_975  # of the migration, in Postgres

_SHORT = {"postgresql": {"connect_timeout": 5}, "mysql": {"connect_timeout": 5}}


def url_of(environment: Environment) -> str:
    """``HISTORY_URL``, or the file in the data directory that all dashboards share."""
    return environment.history_url or f"sqlite:///{environment.data_dir / 'history.sqlite'}"


def file_of(environment: Environment) -> Path | None:
    """The history's file, None where it is in a database server or its URL is broken."""
    try:
        url = make_url(url_of(environment))
    except ArgumentError:
        return None
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def identity(path: Path) -> tuple[int, int] | None:
    """The identity of the file, to notice when it was replaced; None if it is missing."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino


def move_aside(path: Path) -> Path:
    """Rename a file that cannot be used, with what SQLite keeps beside it; its new name.

    OSError where that cannot be done.
    """
    aside = path.with_name(f"{path.name}.aside-{time.strftime('%Y%m%d-%H%M%S')}")
    with (path.parent / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def engine_options(url: str) -> dict[str, Any]:
    """A short patience with a database that is busy or away; ArgumentError for a broken URL."""
    name = make_url(url).get_backend_name()
    if name == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    return {"connect_args": _SHORT.get(name, {}), "pool_pre_ping": True, "pool_size": 2}


def prepare(engine: Engine) -> None:
    """Let several processes read while one writes, where that has to be asked for."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def upgrade(engine: Engine, data_dir: Path) -> None:
    """Bring the tables to the newest version, one process at a time.

    alembic.util.CommandError for tables of a newer version than this program knows.
    """
    with _alone(engine, data_dir), engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        with _server_lock(connection):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()


@contextlib.contextmanager
def _alone(engine: Engine, data_dir: Path) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        yield
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    Path(engine.url.database or "").touch(mode=0o600)
    with (data_dir / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _server_lock(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "postgresql":
        yield
        return
    # It is the session's, not the transaction's: the migration commits on its own.
    connection.execute(text(f"SELECT pg_advisory_lock({LOCK_NUMBER})"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({LOCK_NUMBER})"))
        connection.commit()
