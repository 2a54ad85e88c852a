"""What only the outside can tell: the listen queue, and the database's count of our connections."""

import contextlib
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg2
import pymysql
import pytest
from sqlalchemy.engine import make_url

from config import LOOPBACK
from dashboard.databases import monitor
from dashboard.databases.databases import APPLICATION_NAME, url_for
from dashboard.databases.monitor import Monitor, listen_queue
from dashboard.runtime import Runtime
from settings import Settings
from tests.dashboard.conftest import eventually

ProbeConfig = list[tuple[str, dict[str, float]]]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        sock.listen(16)
        yield sock


def queued(port: int, count: int) -> bool:
    return listen_queue(port) == count


def port_of(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


def test_the_listen_queue_is_what_nobody_has_accepted(listening: socket.socket) -> None:
    port = port_of(listening)
    assert listen_queue(port) == 0
    with contextlib.ExitStack() as stack:
        for count in range(1, 4):
            stack.enter_context(socket.create_connection((LOOPBACK, port)))
            assert eventually(partial(queued, port, count))
        accepted, _ = listening.accept()
        with accepted:
            assert listen_queue(port) == 2


def test_a_port_on_which_nobody_listens_has_no_queue() -> None:
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        assert listen_queue(port_of(sock)) is None


def test_where_the_kernel_does_not_tell_there_is_no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Path) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert listen_queue(80) is None


def test_without_a_database_it_tells_of_the_backlog_until_it_is_closed(
    listening: socket.socket,
) -> None:
    told: ProbeConfig = []
    watching = Monitor("", port_of(listening), lambda name, values: told.append((name, values)))
    with socket.create_connection(("127.0.0.1", port_of(listening))):
        assert eventually(lambda: ("backlog", {"queued": 1.0}) in told)
    watching.close()
    count = len(told)
    assert {name for name, _ in told} == {"backlog"}
    assert not eventually(lambda: len(told) > count, 0.3)


@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1:9/x", "mysql+pymysql://root@127.0.0.1:9/x"]
)
def test_a_database_that_does_not_answer_is_left_out(listening: socket.socket, url: str) -> None:
    told: ProbeConfig = []
    watching = Monitor(url, port_of(listening), lambda name, values: told.append((name, values)))
    assert eventually(lambda: len(told) >= 2)
    watching.close()
    assert {name for name, _ in told} == {"backlog"}


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        ([], {"total": 0.0}),
        (
            [("active", 3), ("idle in transaction", 2)],
            {"active": 3.0, "idle_in_transaction": 2.0, "total": 5.0},
        ),
    ],
)
def test_states_are_counted_and_summed(
    rows: list[tuple[str, int]], values: dict[str, float]
) -> None:
    assert monitor._by_state(rows) == values


@pytest.mark.live
def test_postgres_counts_our_connections_by_state_and_not_its_own(
    runtime: Runtime, listening: socket.socket
) -> None:
    runtime.databases.ensure(Settings(), lambda _: None)
    runtime.gunicorn.stop()  # with what its pool holds
    runtime.databases.end_sessions()
    url = runtime.databases.admin_url("postgres")
    told: ProbeConfig = []
    watching = Monitor(url, port_of(listening), lambda name, values: told.append((name, values)))
    plain = make_url(url_for(url, "psycopg2")).set(drivername="postgresql")
    before = eventually(lambda: ("database", {"total": 0.0}) in told)
    with contextlib.closing(psycopg2.connect(plain.render_as_string(False))) as idle:
        assert APPLICATION_NAME in idle.dsn
        idle.autocommit = True
        assert eventually(lambda: ("database", {"idle": 1.0, "total": 1.0}) in told)
        idle.autocommit = False
        with idle.cursor() as cursor:
            cursor.execute("SELECT 1")
        words = {"idle_in_transaction": 1.0, "total": 1.0}
        assert eventually(lambda: ("database", words) in told)
    watching.close()
    assert before


@pytest.mark.live
def test_mysql_counts_our_connections_and_not_its_own(
    runtime: Runtime, listening: socket.socket
) -> None:
    if runtime.databases.missing("mysql"):
        pytest.skip(runtime.databases.missing("mysql"))
    runtime.databases.ensure(Settings(endpoint="mysql"), lambda _: None)
    url = runtime.databases.admin_url("mysql")
    told: ProbeConfig = []
    watching = Monitor(url, port_of(listening), lambda name, values: told.append((name, values)))
    assert eventually(lambda: ("database", {"total": 0.0}) in told)
    path = str(make_url(url).query["unix_socket"])
    with contextlib.closing(pymysql.connect(unix_socket=path, user="root")):
        assert eventually(lambda: ("database", {"idle": 1.0, "total": 1.0}) in told)
    watching.close()


def test_a_count_of_no_connections_is_a_number_like_any_other() -> None:
    # An int would come back from the history as a float: the same run, but another file.
    assert repr(monitor._by_state([])) == "{'total': 0.0}"
    assert monitor._by_state([("idle in transaction", 2)]) == {
        "idle_in_transaction": 2.0,
        "total": 2.0,
    }
