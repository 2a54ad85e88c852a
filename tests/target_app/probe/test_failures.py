"""One stable word for each failure, read off what real drivers and pools say."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pymysql
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from config import LOOPBACK
from target_app.probe.failures import FAILURES, classify, last_line


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("QueuePool limit of size 5 overflow 10 reached, connection timed out", "pool-timeout"),
        ("FATAL:  sorry, too many clients already", "too-many-connections"),
        (
            "FATAL:  remaining connection slots are reserved for superusers",
            "too-many-connections",
        ),
        ("(1040, 'Too many connections')", "too-many-connections"),
        ('FATAL:  password authentication failed for user "x"', "login-failed"),
        ("(1045, \"Access denied for user 'x'@'localhost'\")", "login-failed"),
        ('FATAL:  no pg_hba.conf entry for host "::1"', "login-failed"),
        (
            'connection to server at "127.0.0.1", port 1 failed: Connection refused',
            "connect-refused",
        ),
        (
            'connection to server on socket "/x/.s.PGSQL.5432" failed: No such file or directory',
            "connect-refused",
        ),
        ("(2002, \"Can't connect to local server through socket '/x' (2)\")", "connect-refused"),
        ("", "http-5xx"),
        ("ZeroDivisionError: division by zero", "http-5xx"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'todo.html'", "http-5xx"),
    ],
)
def test_a_message_has_a_word(text: str, word: str) -> None:
    assert classify(text) == word
    assert classify(text.upper()) == word


def test_every_word_comes_with_cause_and_cure() -> None:
    for word, failure in FAILURES.items():
        assert failure.word == word
        assert failure.cause
        assert failure.cure


def raised(act: Callable[[], object]) -> Exception:
    """The exception that ``act`` raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  the driver's own classes
        act()
    return caught.value


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine that is taken, and where nothing listens."""
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        yield sock.getsockname()[1]


def test_a_refused_connection_is_known_by_its_last_line(closed_port: int, tmp_path: Path) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: psycopg2.connect(host=LOOPBACK, port=closed_port, user="x", dbname="x"),
        lambda: psycopg2.connect(host=str(tmp_path), user="x", dbname="x"),
        lambda: pymysql.connect(host=LOOPBACK, port=closed_port, user="x"),
        create_engine(f"postgresql+psycopg2://x@{LOOPBACK}:{closed_port}/x").connect,
    ]
    words = [classify(last_line(raised(attempt))) for attempt in attempts]
    assert words == ["connect-refused"] * 4


def test_a_pool_that_gave_nothing_is_known_by_its_last_line(tmp_path: Path) -> None:
    engine = create_engine(
        f"sqlite:///{tmp_path}/x.db",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.01,
    )
    with engine.connect():
        error = raised(engine.connect)
    engine.dispose()
    assert classify(last_line(error)) == "pool-timeout"


def test_the_last_line_is_one_line_without_the_statement(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    with engine.connect() as connection:
        error = raised(lambda: connection.exec_driver_sql("select * from nowhere"))
    engine.dispose()
    assert isinstance(error, SQLAlchemyError)
    assert last_line(error) == "OperationalError: no such table: nowhere"


def test_an_exception_without_words_still_has_a_line() -> None:
    assert last_line(KeyError()) == "KeyError: "
    assert last_line(ValueError("first\n  second \n\n")) == "ValueError: first second"
