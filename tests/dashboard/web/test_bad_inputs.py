"""Thousands of generated bad inputs: no 5xx, no traceback, nothing started and nothing stored."""

import json
import logging
import socket
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from config import LOOPBACK
from dashboard.runtime import Runtime
from dashboard.web.app import create_app
from settings import FIELDS, SettingsError, read_settings
from target_app.probe.beacon import parse_address
from tests.dashboard.conftest import eventually

MANY = settings(
    max_examples=1200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)

texts = st.text(max_size=30)
numbers = st.integers() | st.floats() | st.integers(-(10**400), 10**400)
leaves = st.none() | st.booleans() | numbers | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4), max_leaves=6)
names = st.sampled_from(list(FIELDS)) | st.sampled_from(
    ["url", "host", "port", "path", "command", "argv", "file", "token", "headers", "__class__"]
)
bodies = st.dictionaries(names | texts, values | st.dictionaries(texts, leaves, max_size=2))
raw = st.binary(max_size=60) | texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
paths = st.lists(
    st.sampled_from(["api", "runs", "r1", "r999", "record", "text", "cancel", "matrix", "history"])
    | st.sampled_from(["..", "%2e%2e", "static", "js", "etc", "passwd", "options", "forecast"])
    | st.text(string.printable, max_size=8).map(quote),
    max_size=5,
).map(lambda words: "/" + "/".join(words))


def state(runtime: Runtime) -> tuple[object, ...]:
    """What must not change: runs, starts of targets, and what is kept."""
    conductor = runtime.conductor
    return (
        len(conductor.runs),
        runtime.gunicorn.starts,
        runtime.survey.is_running,
        len(conductor.runs),
    )


@pytest.fixture(scope="module")
def one_client(runtime: Runtime) -> Iterator[FlaskClient]:
    """A client whose errors are answers, as a person would get them."""
    app, relay = create_app(runtime)
    yield app.test_client()
    relay.close()


@pytest.fixture
def client(
    one_client: FlaskClient, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> Iterator[FlaskClient]:
    """The client; afterwards nothing was started, and no traceback was written."""
    before = state(runtime)
    with caplog.at_level(logging.WARNING):
        yield one_client
    assert state(runtime) == before
    assert "Traceback" not in caplog.text


def is_a_refusal(answer: TestResponse) -> bool:
    """Whether the answer blames the asker, briefly and without our insides."""
    body = answer.text
    return (
        400 <= answer.status_code < 500
        and "Traceback" not in body
        and "/dashboard/" not in body
        and len(body) < 20_000
    )


def can_be_used(body: dict[str, Any]) -> bool:
    try:
        read_settings(body)
    except SettingsError:
        return False
    return True


@MANY
@given(body=bodies)
def test_settings_that_cannot_be_used_start_nothing(
    client: FlaskClient, body: dict[str, Any]
) -> None:
    sent = json.dumps(body)
    parsed = json.loads(sent)
    for path in ("/api/forecast", "/api/runs"):
        if can_be_used(parsed):
            continue  # it is no bad input
        answer = client.post(path, data=sent, content_type="application/json")
        assert answer.status_code == 422
        assert is_a_refusal(answer)


@MANY
@given(body=raw, kind=st.sampled_from(["application/json", "text/plain", "", "a/b+json", "\x01"]))
def test_bodies_that_are_no_settings_start_nothing(
    client: FlaskClient, body: bytes, kind: str
) -> None:
    try:
        if isinstance(json.loads(body), dict):
            return
    except (ValueError, RecursionError):
        pass
    for path in ("/api/runs", "/api/forecast", "/api/runs/r1/cancel", "/api/matrix"):
        assert is_a_refusal(client.post(path, data=body, content_type=kind))


@MANY
@given(
    path=paths,
    method=st.sampled_from(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"]),
    query=st.dictionaries(texts, texts, max_size=3),
)
def test_paths_and_methods_that_are_not_there(
    client: FlaskClient, path: str, method: str, query: dict[str, str]
) -> None:
    query = {name: text.encode("utf-8", "replace").decode() for name, text in query.items()}
    # As the server hands it over: a client of ours would take "//x/" for another host.
    overrides = {"PATH_INFO": unquote(path, "latin-1")}
    answer = client.open("/", method=method, query_string=query, environ_overrides=overrides)
    assert answer.status_code < 500
    assert b"root:" not in answer.data
    if answer.status_code >= 400:
        assert method == "HEAD" or is_a_refusal(answer)


HEADER_NAMES = ["Host", "Origin", "Cookie", "Authorization", "Accept", "Sec-Fetch-Site", "Range"]
HEADER_NAMES += ["Content-Length", "X-Forwarded-For", "If-None-Match", "If-Modified-Since"]
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


@MANY
@given(
    headers=st.dictionaries(
        st.sampled_from(HEADER_NAMES),
        header_texts,
        max_size=4,
    ),
    path=st.sampled_from(["/", "/api/options", "/api/runs", "/static/favicon.svg"]),
)
def test_headers_of_any_text(client: FlaskClient, headers: dict[str, str], path: str) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code < 500
    if headers.get("Origin") is not None:
        assert answer.status_code in {400, 403}
    answer.close()


datagrams = (
    st.binary(max_size=200)
    | values.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {"event": st.sampled_from(["pulse", "worker-ready", "worker-exit"]) | leaves},
        optional=dict.fromkeys(("token", "pid", "at", "lag", "cpu", "pools"), values),
    ).map(lambda value: json.dumps(value).encode())
    | st.lists(leaves, min_size=6, max_size=9).map(lambda value: json.dumps(value).encode())
)


@MANY
@given(line=datagrams)
def test_datagrams_without_the_token_change_nothing(runtime: Runtime, line: bytes) -> None:
    before = state(runtime), runtime.gunicorn.pids
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(line[:60_000], parse_address(runtime.receiver.address))
    assert (state(runtime), runtime.gunicorn.pids) == before


def test_the_receiver_hears_on_after_all_of_them(runtime: Runtime) -> None:
    before = runtime.receiver.dropped
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"junk", parse_address(runtime.receiver.address))
    assert eventually(lambda: runtime.receiver.dropped > before)
    assert runtime.receiver.address.startswith(LOOPBACK)
