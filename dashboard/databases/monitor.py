"""Reads, while a run goes on, what only the outside can tell: the database's own count of our
connections, and the kernel's listen queue."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pymysql
from sqlalchemy.engine import make_url

from config import SECONDS
from dashboard.marks.samples import BACKLOG, DATABASE, EVENT

from .databases import APPLICATION_NAME

PERIOD_SECONDS = 0.1 * SECONDS
LISTEN = "0A"  # net/tcp_states.h

Tell = Callable[[str, dict[str, float]], None]


class Monitor:
    """Samples every tenth of a second from a connection that is opened at once.

    ``url`` is the plain URL of the database, "" for none. A database that does not answer is
    left out: the run matters more than its gauges.
    """

    def __init__(self, url: str, port: int, tell: Tell) -> None:
        self._port = port
        self._tell = tell
        self._stop = threading.Event()
        self._read = _reader(url)
        # The database server and its version, {"Postgres": "18.6"}; empty where none is reached.
        self.version = self._read.version() if self._read else {}
        self._thread = threading.Thread(target=self._work, name="monitor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop sampling and close the connection."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(PERIOD_SECONDS):
            queued = listen_queue(self._port)
            if queued is not None:
                self._tell(BACKLOG, {"queued": float(queued)})
            if self._read is not None:
                try:
                    self._tell(DATABASE, self._read())
                except (psycopg2.Error, pymysql.err.MySQLError):  # it went away in mid-run
                    self._read = None
                    self._tell(EVENT, {"database-lost": 0.0})
        if self._read is not None:
            self._read.close()


class _PostgresReader:
    def __init__(self, url: str) -> None:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg2.connect(plain, application_name="poolscope-monitor")
        self._connection.autocommit = True

    def __call__(self) -> dict[str, float]:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(state, 'starting'), count(*) FROM pg_stat_activity"
                " WHERE application_name = %s GROUP BY 1",
                [APPLICATION_NAME],
            )
            return _by_state(cursor.fetchall())

    def version(self) -> dict[str, str]:
        told = self._connection.get_parameter_status("server_version") or "?"
        return {"Postgres": told.split()[0]}  # "17.2 (Debian 17.2-1)"

    def close(self) -> None:
        self._connection.close()


class _MysqlReader:
    def __init__(self, url: str) -> None:
        parts = make_url(url)
        where: dict[str, Any] = {"host": parts.host, "port": parts.port or 3306}
        if "unix_socket" in parts.query:
            where = {"unix_socket": parts.query["unix_socket"]}
        self._connection = pymysql.connect(
            user=parts.username, password=parts.password or "", autocommit=True, **where
        )

    def __call__(self) -> dict[str, float]:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT CASE WHEN command = 'Sleep' THEN 'idle' ELSE 'active' END, count(*)"
                " FROM information_schema.processlist WHERE user <> 'system user'"
                " AND id <> connection_id() GROUP BY 1"
            )
            return _by_state(cursor.fetchall())

    def version(self) -> dict[str, str]:
        # "10.11.6-MariaDB-0+deb12u1", or "8.4.3"
        told: str = self._connection.get_server_info()  # type: ignore[no-untyped-call]
        return {"MariaDB" if "mariadb" in told.lower() else "MySQL": told.partition("-")[0]}

    def close(self) -> None:
        self._connection.close()


def _reader(url: str) -> "_PostgresReader | _MysqlReader | None":
    if not url:
        return None
    kind = _PostgresReader if url.startswith("postgres") else _MysqlReader
    try:
        return kind(url)
    except (psycopg2.Error, pymysql.err.MySQLError):  # full already: then there is no gauge
        return None


def _by_state(rows: Any) -> dict[str, float]:
    found = {str(state).replace(" ", "_"): float(count) for state, count in rows}
    return {**found, "total": sum(found.values(), 0.0)}  # a float also where there is none


def listen_queue(port: int) -> int | None:
    """Connections in the accept queue of loopback ``port``, None where the kernel does not tell.

    The receive queue of a LISTEN row is its backlog (Documentation/networking/proc_net_tcp.rst).
    """
    try:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    except OSError:  # not Linux
        return None
    wanted = f":{port:04X}"
    for line in lines:
        words = line.split()
        if words[3] == LISTEN and words[1].endswith(wanted):
            return int(words[4].partition(":")[2], 16)
    return None
