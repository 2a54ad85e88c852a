"""The databases of a run: servers of our own, started on first need, or URLs of the user's."""

import threading
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

import psycopg2
import pymysql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from config import Environment, TargetConfig
from dashboard.errors import StartError
from dashboard.processes.children import Children
from dashboard.processes.data_dir import Instance
from settings import Settings
from target_app.app import create_app
from target_app.models import create_data, db
from target_app.probe.failures import FAILURES, classify, last_line

from .mariadb import PrivateMariadb
from .postgres import PrivatePostgres
from .server import PrivateServer
from .start_times import ServerStartTimes

APPLICATION_NAME = "poolscope-target"
CHECK_DIRECTORY = "Check that the data directory is writable and has free space"

# SQLAlchemy's dialect+driver for each of our driver names.
DIALECTS = {
    "psycopg2": "postgresql+psycopg2",
    "psycopg2-green": "postgresql+psycopg2",
    "psycopg": "postgresql+psycopg",
    "asyncpg": "postgresql+asyncpg",
    "pymysql": "mysql+pymysql",
    "mysqlconnector": "mysql+mysqlconnector",
    "mysqlclient": "mysql+mysqldb",
    "aiomysql": "mysql+aiomysql",
}
# The module that each driver is, and the package that brings it.
MODULES = {
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "psycopg2-green": ("psycogreen", "psycogreen"),
    "psycopg": ("psycopg", "psycopg[binary]"),
    "asyncpg": ("asyncpg", "asyncpg"),
    "pymysql": ("pymysql", "PyMySQL"),
    "mysqlconnector": ("mysql.connector", "mysql-connector-python"),
    "mysqlclient": ("MySQLdb", "mysqlclient-static"),
    "aiomysql": ("aiomysql", "aiomysql"),
}


def url_for(base: str, driver: str) -> str:
    """The URL ``base`` for ``driver``; Postgres sessions carry our application name."""
    url = make_url(base).set(drivername=DIALECTS[driver])
    if url.get_backend_name() == "postgresql":
        url = url.update_query_dict({"application_name": APPLICATION_NAME})
    if driver == "pymysql" and "unix_socket" in url.query:
        # PyMySQL 1.2 makes a TLS context for each connection, 20-30 ms that hold gevent's loop;
        # on a unix socket there is nothing to encrypt.
        url = url.update_query_dict({"ssl_disabled": "true"})
    return url.render_as_string(hide_password=False)


def missing_driver(driver: str) -> str:
    """How to get ``driver`` where it is not installed, "" where it is."""
    module, package = MODULES[driver]
    try:
        found = find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that holds the module
        found = False
    return "" if found else f"Install it beside Poolscope: pip install '{package}'"


class Urls(NamedTuple):
    """Where a target finds its databases; "" for one that is not up."""

    postgres: str
    mysql: str
    servers: str = ""  # which processes serve them: connections to others are broken


class Databases:
    """The two databases of one dashboard."""

    def __init__(self, environment: Environment, instance: Instance, children: Children) -> None:
        self._lock = threading.Lock()
        self._given = {
            "postgres": _checked(environment.postgres_url, "POSTGRES_URL", "postgresql"),
            "mysql": _checked(environment.mysql_url, "MYSQL_URL", "mysql"),
        }
        self._postgres = PrivatePostgres(instance.path / "postgres", children)
        self._mysql = PrivateMariadb(instance.path / "mysql", children, environment.path)
        self._instance = instance
        self._filled: dict[str, int] = {}  # how often the server's files had been made then
        self._births = ServerStartTimes()

    @property
    def note(self) -> str:
        """What a person should know of where the databases are, "" for nothing."""
        return self._instance.note

    def missing(self, endpoint: str) -> str:
        """Why no run can use ``endpoint`` on this machine, with the cure; "" when one can."""
        if endpoint == "mysql" and not self._given["mysql"]:
            return self._mysql.missing
        return ""

    def ensure(self, settings: Settings, say: Callable[[str], None]) -> Urls:
        """Have the databases of a run up and filled, and tell the target's URLs.

        ``say`` hears what is being started. StartError when one cannot be used.
        """
        with self._lock:
            self._restore()
            self._ensure("postgres", settings, say)
            if settings.database == "mysql":
                self._ensure("mysql", settings, say)
            mysql = self._base("mysql") if "mysql" in self._filled else ""
            return Urls(
                url_for(self._base("postgres"), settings.postgres_driver),
                url_for(mysql, settings.mysql_driver) if mysql else "",
                servers=str([self.pids(), self._births_of(settings)]),
            )

    def _births_of(self, settings: Settings) -> dict[str, float]:
        """When the run's servers that are not ours were started; StartError if one is gone."""
        driver = {"postgres": "psycopg2", "mysql": "pymysql"}
        names = {"postgres", settings.database}
        found = {}
        for name in sorted(name for name in names if self._given[name]):
            try:
                found[name] = self._births.of(name, url_for(self._given[name], driver[name]))
            except SQLAlchemyError as error:
                raise _unusable(name, error) from error
        return found

    def create_data(self, say: Callable[[str], None]) -> dict[str, int]:
        """Fill every database that there is; rows added, by database."""
        with self._lock:
            self._restore()
            added = self._ensure("postgres", Settings(), say)
            if not self.missing("mysql"):
                added |= self._ensure("mysql", Settings(), say)
            return added

    def urls(self) -> Urls:
        """The plain URLs of what is up, for a target that is started by hand."""
        filled = self._filled
        return Urls(
            url_for(self._base("postgres"), "psycopg2") if "postgres" in filled else "",
            url_for(self._base("mysql"), "pymysql") if "mysql" in filled else "",
        )

    def admin_url(self, name: str) -> str:
        """The URL that the gauges of database ``name`` are read through."""
        own = self._postgres.admin_url if name == "postgres" else self._mysql.admin_url
        return self._given[name] or own

    def end_sessions(self) -> None:
        """End what a stopped target left running in the databases."""
        with self._lock:
            if "postgres" in self._filled:
                _end_postgres_sessions(self._given["postgres"] or self._postgres.admin_url)
            if "mysql" in self._filled and not self._given["mysql"]:
                _end_mysql_sessions(self._mysql.admin_url)

    def pids(self) -> dict[str, int]:
        """The pids of the servers of our own that run."""
        found = {"postgres": self._postgres.pid, "mysql": self._mysql.pid}
        return {name: pid for name, pid in found.items() if pid is not None}

    def close(self) -> None:
        """Stop the servers of our own."""
        with self._lock:
            self._filled.clear()
            self._mysql.stop()
            self._postgres.stop()

    def _restore(self) -> None:
        """Start over if the data directories of running servers were deleted."""
        try:
            if self._instance.restore():
                self._mysql.stop()
                self._postgres.stop()
        except OSError as error:
            raise StartError(
                f"{self._instance.path} was deleted and cannot be made again ({error.strerror})",
                CHECK_DIRECTORY,
            ) from error

    def _base(self, name: str) -> str:
        own = self._postgres.url if name == "postgres" else self._mysql.url
        return self._given[name] or own

    def _ensure(self, name: str, settings: Settings, say: Callable[[str], None]) -> dict[str, int]:
        """Have one database up and filled; rows added, {} when it was filled before."""
        server: PrivateServer | None = None
        if not self._given[name]:
            server = self._postgres if name == "postgres" else self._mysql
            limit = (
                settings.postgres_max_connections
                if name == "postgres"
                else settings.mysql_max_connections
            )
            if server.pid is None:
                say(f"starting {'Postgres' if name == 'postgres' else 'MySQL'}")
            try:
                server.ensure(limit)
            except OSError as error:
                raise StartError(
                    f"The {name} server could not be started ({error.strerror})",
                    CHECK_DIRECTORY,
                ) from error
        times = server.times_created if server is not None else 0
        if self._filled.get(name) == times:
            return {}
        say(f"creating the todo table in {'Postgres' if name == 'postgres' else 'MySQL'}")
        added = self._fill(name)
        self._filled[name] = times
        return {name: added[name]}

    def _fill(self, name: str) -> dict[str, int]:
        """Create the todo table of one database through the target's own models."""
        postgres = url_for(self._base("postgres"), "psycopg2")
        mysql = url_for(self._base("mysql"), "pymysql") if name == "mysql" else ""
        app = create_app(TargetConfig(postgres, mysql, pool_class="NullPool"))
        try:
            with app.app_context():
                added = create_data()
                for engine in db.engines.values():
                    engine.dispose()
                return added
        except SQLAlchemyError as error:
            raise _unusable(name, error) from error


def _unusable(name: str, error: SQLAlchemyError) -> StartError:
    word = classify(str(error))
    cure = FAILURES[word].cure if word != "http-5xx" else "Check the URL and the server"
    return StartError(f"The {name} database cannot be used: {last_line(error)}", cure)


def _checked(given: str, variable: str, backend: str) -> str:
    """A URL from the environment; StartError if its dialect is not supported."""
    if not given:
        return ""
    try:
        url: URL | None = make_url(given)
    except (ArgumentError, ValueError):  # ValueError: its port is no number
        url = None
    if url is None or url.get_backend_name() not in {
        backend,
        "mariadb" if backend == "mysql" else "",
    }:
        raise StartError(
            f"{variable} is not a {backend} URL",
            f"Write it as {backend}://user:password@host/database",
        )
    return given


def _end_postgres_sessions(url: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg2.connect(plain)
    except psycopg2.OperationalError:  # a server that is gone has no sessions
        return
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s",
                [APPLICATION_NAME],
            )
    finally:
        connection.close()


def _end_mysql_sessions(url: str) -> None:
    try:
        connection = pymysql.connect(
            unix_socket=str(make_url(url).query["unix_socket"]), user="root", autocommit=True
        )
    except pymysql.err.OperationalError:  # a server that is gone has no sessions
        return
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'poolscope'")
        for (session,) in cursor.fetchall():
            try:
                cursor.execute(f"KILL {int(session)}")
            except pymysql.err.MySQLError:  # it ended by itself meanwhile
                continue
