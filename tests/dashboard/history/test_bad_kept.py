"""Generated bad inputs at every route: no 5xx, nothing started, nothing stored."""

import json
import logging
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.exports import jsonl
from dashboard.history.listing import Listing
from dashboard.runtime import Runtime
from dashboard.web.app import create_app
from tests.dashboard.records import record

MANY = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)

texts = st.text(max_size=20)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
objects = st.dictionaries(texts, leaves | st.lists(leaves, max_size=3), max_size=4)
names = st.sampled_from(["page", "size", "sort", "q", "runs", "format", "compare", "label", "keep"])
queries = st.dictionaries(
    names | texts,
    texts | st.sampled_from(["1", "-1", "999999999999999999999", "1,1", "r1,#1", "-number", "svg"]),
    max_size=4,
)
places = st.sampled_from(["0", "-1", "99999999", "9" * 30, "1e3", "%2e%2e", "r1", "None", "1 or 1"])
places |= st.text(string.printable, min_size=1, max_size=8).map(lambda text: quote(text, safe=""))


def stored(runtime: Runtime) -> tuple[int, ...]:
    """How many runs are kept, are known, and have a target."""
    conductor = runtime.conductor
    kept = runtime.history.list(Listing())[1]
    return kept, len(conductor.runs), runtime.gunicorn.starts, int(runtime.survey.is_running)


@pytest.fixture(scope="module")
def one_client(runtime: Runtime) -> Iterator[FlaskClient]:
    app, relay = create_app(runtime)
    yield app.test_client()
    relay.close()


@pytest.fixture
def client(
    one_client: FlaskClient, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> Iterator[FlaskClient]:
    """A client; afterwards as much is kept and started as before, and no traceback was written."""
    before = stored(runtime)
    with caplog.at_level(logging.WARNING):
        yield one_client
    assert stored(runtime) == before
    assert "Traceback" not in caplog.text


@pytest.fixture(scope="module")
def routes(one_client: FlaskClient) -> list[tuple[str, str]]:
    """Every method and path of the description."""
    paths = one_client.get("/api/openapi.json").get_json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def filled(path: str, place: str) -> str:
    return path.replace("{number}", place).replace("{run_id}", place)


@MANY
@given(data=st.data())
def test_any_route_with_any_query_and_a_place_that_is_not_there(
    client: FlaskClient, routes: list[tuple[str, str]], data: st.DataObject
) -> None:
    reading = [path for method, path in routes if method in {"GET", "DELETE"}]
    path, place = data.draw(st.sampled_from(reading)), data.draw(places)
    method = "DELETE" if place == "99999999" and "{number}" in path else "GET"
    query = {
        name.encode("utf-8", "replace").decode(): text.encode("utf-8", "replace").decode()
        for name, text in data.draw(queries).items()
    }
    overrides = {"PATH_INFO": unquote(filled(path, place), "latin-1")}
    answer = client.open("/", method=method, query_string=query, environ_overrides=overrides)
    assert answer.status_code < 500, (path, place, query)
    if answer.status_code >= 400:
        assert "Traceback" not in answer.text
        assert len(answer.text) < 20_000
    answer.close()


@MANY
@given(data=st.data())
def test_any_route_with_a_body_that_it_cannot_use(
    client: FlaskClient, routes: list[tuple[str, str]], data: st.DataObject
) -> None:
    writing = [(method, path) for method, path in routes if method not in {"GET", "DELETE"}]
    method, path = data.draw(st.sampled_from(writing))
    url = filled(path, data.draw(st.sampled_from(["99999999", "r999999", "0"])))
    body = json.dumps({**data.draw(objects), "no such field": 1}).encode()
    kind = "application/json"
    if path == "/api/matrix" or data.draw(st.booleans()):  # an object is all that it asks for
        body, kind = (
            data.draw(st.binary(max_size=60)),
            data.draw(st.sampled_from([kind, "", "a/b"])),
        )
        body = b"[" + body
    answer = client.open(url, method=method, data=body, content_type=kind)
    assert 400 <= answer.status_code < 500, (method, path, body)
    assert "Traceback" not in answer.text


LINES = jsonl.write(record(3)).splitlines()


def spoiled(line: bytes, changes: dict[str, Any]) -> bytes:
    value = {**json.loads(line), **changes}
    return json.dumps(value).encode()


@settings(MANY, max_examples=150)
@given(
    place=st.integers(0, len(LINES) - 2),
    changes=st.dictionaries(
        st.sampled_from(
            "poolscope status settings asks notes versions generator error app origin".split()  # noqa: SIM905
        )
        | st.sampled_from(["seq", "phase", "at", "worker", "status", "message", "gauge", "values"]),
        st.sampled_from([None, -1, 10**30, 1e400, "\ud800", "\0", "x" * 70_000, [[]], {"": {}}]),
        min_size=1,
        max_size=3,
    ),
)
def test_an_import_that_was_tampered_with_is_refused_or_read_as_what_it_was(
    one_client: FlaskClient, runtime: Runtime, place: int, changes: dict[str, Any]
) -> None:
    lines = [*LINES]
    lines[place] = spoiled(lines[place], changes)
    before = stored(runtime)
    kind = "application/x-ndjson"
    answer = one_client.post("/api/history", data=b"\n".join(lines), content_type=kind)
    assert answer.status_code in {201, 413, 422}, answer.text[:300]
    if answer.status_code == 201:  # what it changed has no meaning in that line
        number = answer.get_json()["number"]
        assert one_client.get(f"/api/history/{number}").status_code == 200
        assert one_client.delete(f"/api/history/{number}").status_code == 200
    else:
        assert "cannot be imported" in answer.text
    assert stored(runtime) == before
