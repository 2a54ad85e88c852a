"""The JSON API: what it tells, what it refuses, and one run at a time."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.runtime import Runtime
from dashboard.web.app import create_app
from modes import MODES
from settings import FIELDS, Settings
from target_app.probe.marks import PHASES
from tests.dashboard.conftest import eventually


@pytest.fixture
def client(runtime: Runtime) -> Iterator[FlaskClient]:
    app, relay = create_app(runtime)
    with app.test_client() as asking:
        yield asking
    runtime.conductor.close()  # a test that failed may have left a run going
    relay.close()


def problem(answer: TestResponse) -> dict[str, Any]:
    """The problem that a refusal tells, in the form of RFC 9457."""
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert isinstance(body["detail"], str)
    return body


def test_the_options_are_all_that_a_form_needs(client: FlaskClient) -> None:
    body = client.get("/api/options").get_json()
    assert [mode["name"] for mode in body["modes"]] == list(MODES)
    ours = [name for name in FIELDS if name != "pool_from"]  # which is of somebody's own app
    assert [field["name"] for field in body["fields"]] == ours
    assert body["phases"] == [phase.value for phase in PHASES]
    assert [endpoint["path"] for endpoint in body["endpoints"]] == [
        "/sleep/python/",
        "/sleep/postgres/",
        "/sleep/mysql/",
    ]
    assert all(bool(each["reason"]) != each["available"] for each in body["endpoints"])
    assert body["endpoints"][1]["available"]
    field = next(each for each in body["fields"] if each["name"] == "requests")
    assert (field["minimum"], field["maximum"], field["default"]) == (1, 10_000, 100)


def test_a_forecast_completes_the_settings_and_promises_batches(client: FlaskClient) -> None:
    given = {"requests": "40", "pool_size": 15, "max_overflow": 0}
    answer = client.post("/api/forecast", json=given)
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["settings"] == Settings(requests=40, pool_size=15, max_overflow=0).as_dict()
    assert [batch["count"] for batch in body["forecast"]["batches"]] == [15, 15, 10]


BAD: list[tuple[dict[str, Any], str]] = [
    *(({"requests": value}, "requests") for value in (0, -1, 10001, "abc", None, True, [1], 1.5)),
    ({"requests": "9" * 40_000}, "requests"),
    ({"mode": "fast"}, "mode"),
    ({"endpoint": "oracle"}, "endpoint"),
    ({"pool_size": -1}, "pool_size"),
    ({"pool_size": 0}, "max_overflow"),
    ({"driver": "psycopg2-green", "mode": "blocking"}, "driver"),
    ({"sleep_seconds": float("nan")}, "sleep_seconds"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("given", "field"), BAD, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("path", ["/api/forecast", "/api/runs"])
def test_settings_that_cannot_be_used_are_422_field_by_field(
    client: FlaskClient, runtime: Runtime, path: str, given: dict[str, Any], field: str
) -> None:
    before = runtime.conductor.last, runtime.gunicorn.starts
    answer = client.post(path, json=given)
    assert answer.status_code == 422
    (error,) = problem(answer)["errors"]
    assert error["field"] == field
    assert field in error["message"]
    assert len(error["message"]) < 300
    assert (runtime.conductor.last, runtime.gunicorn.starts) == before


def test_every_wrong_field_is_named_at_once(client: FlaskClient) -> None:
    answer = client.post("/api/runs", json={"requests": 0, "workers": 0, "mode": ""})
    assert [each["field"] for each in problem(answer)["errors"]] == ["mode", "requests", "workers"]


@pytest.mark.parametrize("path", ["/api/runs", "/api/forecast", "/api/runs/r1/cancel"])
@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_what_a_foreign_form_can_send_is_415(
    client: FlaskClient, path: str, content_type: str
) -> None:
    answer = client.post(path, data=b'{"requests": 1}', content_type=content_type)
    assert answer.status_code == 415
    assert "application/json" in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *(("", {400}), ("{", {400}), ("\x00", {400}), ('"\ud800', {400})),
        *(("[]", {422}), ("5", {422}), ("null", {400, 422}), ('"mode"', {422})),
        pytest.param("[" * 5000, {400, 422}, id="nested too deep"),
        pytest.param('{"requests": ' + "9" * 5000 + "}", {400, 422}, id="number too long"),
        pytest.param('{"mode": "' + "x" * 70_000 + '"}', {413}, id="body too long"),
    ],
)
def test_a_body_that_is_no_object_of_settings_is_refused(
    client: FlaskClient, body: str, status: set[int]
) -> None:
    raw = body.encode("utf-8", "surrogatepass")
    answer = client.post("/api/runs", data=raw, content_type="application/json")
    assert answer.status_code in status
    problem(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/runs/r999", 404),
        ("GET", "/api/runs/r999/text", 404),
        ("GET", "/api/runs/" + "x" * 500, 404),
        ("POST", "/api/runs/r999/cancel", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/static/../config.py", 404),
        ("GET", "/api/forecast", 405),
        ("DELETE", "/api/runs/r999", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, json={} if method == "POST" else None)
    assert answer.status_code == status
    assert len(problem(answer)["detail"]) < 300


@pytest.mark.live
def test_a_run_is_launched_told_and_cancelled_one_at_a_time(
    client: FlaskClient, runtime: Runtime
) -> None:
    launched = client.post("/api/runs", json={"requests": 3, "sleep_seconds": 20})
    assert launched.status_code == 202
    run = launched.get_json()["run"]

    second = client.post("/api/runs", json={"requests": 1})
    assert second.status_code == 409
    assert problem(second)["run"] == run
    assert runtime.conductor.last is not None
    assert runtime.conductor.last.id == run

    def status() -> str:
        return str(client.get(f"/api/runs/{run}").get_json()["status"])

    assert eventually(lambda: status() == "running", 40)
    assert client.get(f"/api/runs/{run}").get_json()["done"] == 0
    assert client.post("/api/runs/other/cancel", json={}).status_code == 404
    assert client.post(f"/api/runs/{run}/cancel", json={}).status_code == 202
    assert eventually(lambda: status() == "cancelled", 10)
    assert client.get(f"/api/runs/{run}").get_json()["failures"] == {"cancelled": 3}
    assert client.post(f"/api/runs/{run}/cancel", json={}).status_code == 404


@pytest.mark.live
def test_a_finished_run_is_told_in_json_and_in_the_seeds_lines(
    client: FlaskClient, runtime: Runtime
) -> None:
    given = {"requests": 4, "sleep_seconds": 0.1, "pool_size": 2, "max_overflow": 0}
    run = client.post("/api/runs", json=given).get_json()["run"]
    runtime.conductor.wait()
    body = client.get(f"/api/runs/{run}").get_json()
    assert (body["run"], body["status"]) == (run, "done")
    assert (body["requests"], body["done"], body["failed"]) == (4, 4, 0)
    assert sum(batch["count"] for batch in body["batches"]) == 4
    assert len(body["batches"]) >= 2
    assert (body["picture"], body["paths"]) == ("batches", [])
    assert set(body) >= {"settings", "total_seconds", "forecast"}
    text = client.get(f"/api/runs/{run}/text")
    assert text.mimetype == "text/plain"
    lines = text.text.splitlines()
    assert lines[0].endswith("/sleep/postgres/...")
    assert [line.split()[-1] for line in lines[1:5]] == ["[200]"] * 4
    assert lines[-1].startswith("SUM TOTAL =")
