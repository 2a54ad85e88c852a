"""The original example's endpoints, on a database that is a file."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from config import TargetConfig
from dashboard.marks.wire import parse_server_timing
from target_app.app import create_app
from target_app.models import TODOS, db
from target_app.probe.beacon import Beacon
from tests.target_app.conftest import Heard


@pytest.fixture
def client(
    tmp_path: Path, beacon: Beacon, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """A client of the target with 50 todos, on a sqlite that can ``pg_sleep``."""
    monkeypatch.setattr("target_app.app.Beacon", lambda _address: beacon)  # one that gets closed
    config = TargetConfig(f"sqlite:///{tmp_path}/x.db", sleep_seconds=0.1, beacon="127.0.0.1:9")
    app = create_app(config)
    with app.app_context():
        engine = db.engine

        @event.listens_for(engine, "connect")
        def _(connection: Any, _record: Any) -> None:
            connection.create_function("pg_sleep", 1, time.sleep)

    with app.test_client() as asking:
        asking.post("/create_data/")
        yield asking
    engine.dispose()


def test_create_data_fills_an_empty_table_once(client: FlaskClient) -> None:
    assert client.get("/create_data/").get_json() == {"added": {"postgres": 0}}
    assert len(client.get("/sleep/python/?seconds=0").get_json()) == TODOS == 50


@pytest.mark.parametrize("endpoint", ["python", "postgres"])
def test_an_endpoint_sleeps_and_answers_with_the_todos(client: FlaskClient, endpoint: str) -> None:
    start = time.monotonic()
    todos = client.get(f"/sleep/{endpoint}/?seconds=0.2").get_json()
    assert 0.2 <= time.monotonic() - start < 2
    assert [todo["id"] for todo in todos] == list(range(1, 51))
    assert set(todos[0]) == {"id", "title", "done", "priority"}
    assert (todos[0]["title"], type(todos[0]["done"])) == ("Todo 1", bool)


def test_without_seconds_it_sleeps_as_the_app_is_set(client: FlaskClient) -> None:
    start = time.monotonic()
    assert client.get("/sleep/python/").status_code == 200
    assert time.monotonic() - start >= 0.1


@pytest.mark.parametrize("seconds", ["", "soon", "-1", "60.1", "nan", "inf", "1e999"])
@pytest.mark.parametrize("endpoint", ["python", "postgres"])
def test_seconds_out_of_range_are_refused_with_the_range(
    client: FlaskClient, endpoint: str, seconds: str
) -> None:
    answer = client.get(f"/sleep/{endpoint}/?seconds={seconds}")
    assert answer.status_code == 400
    assert answer.get_json() == {
        "error": "bad-request",
        "message": f"seconds must be a number from 0 to 60, not {seconds!r}",
    }


def test_health_is_told_without_a_database(client: FlaskClient, heard: Heard) -> None:
    heard()
    answer = client.get("/healthz", headers={"X-Poolscope": "t/1"})
    assert answer.get_json() == {"status": "ok"}
    assert [mark.phase.value for mark in heard()] == ["handling", "responding"]


def test_without_mysql_its_endpoint_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/sleep/mysql/?seconds=0")
    assert answer.status_code == 500
    assert answer.get_json()["error"] == "http-5xx"
    assert "set MYSQL_URL, or install mariadb-server" in answer.get_json()["message"]


def test_what_is_not_there_is_404(client: FlaskClient) -> None:
    assert client.get("/sleep/oracle/").status_code == 404
    assert client.delete("/create_data/").status_code == 405


def test_a_database_that_is_not_there_has_a_stable_word() -> None:
    with socket.socket() as taken:  # bound, and nothing listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        app = create_app(TargetConfig(f"postgresql+psycopg2://x@127.0.0.1:{port}/x"))
        answer = app.test_client().get("/sleep/postgres/?seconds=0")
    assert answer.status_code == 500
    assert answer.get_json()["error"] == "connect-refused"


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("python", "handling handling/todos waiting holding executing holding"),
        ("postgres", "handling waiting holding executing holding holding/todos executing holding"),
    ],
)
def test_the_todos_are_told_apart_from_the_sleep(
    client: FlaskClient, heard: Heard, endpoint: str, expected: str
) -> None:
    heard()
    answer = client.get(f"/sleep/{endpoint}/?seconds=0", headers={"X-Poolscope": "t/1"})
    sent = heard()
    words = [mark.phase.value + (mark.note and f"/{mark.note}") for mark in sent]
    # The connection goes back when the app context ends: before or after the answer begins.
    assert words[: len(expected.split())] == expected.split()
    assert sorted(words[len(expected.split()) :]) == ["handling", "responding"]
    told = parse_server_timing(answer.headers["Server-Timing"], "t", 1)
    assert [mark.phase for mark in told] == [mark.phase for mark in sent][: len(told)]


def test_only_runs_are_timed(client: FlaskClient, heard: Heard) -> None:
    heard()
    assert "Server-Timing" not in client.get("/sleep/postgres/?seconds=0").headers
    assert heard() == []
