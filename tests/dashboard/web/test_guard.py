"""Other sites reach loopback addresses through a person's browser: they get nothing."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.runtime import Runtime
from dashboard.web import guard
from dashboard.web.app import create_app


@pytest.fixture
def client(runtime: Runtime) -> Iterator[FlaskClient]:
    app, relay = create_app(runtime)
    with app.test_client() as asking:
        yield asking
    relay.close()


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:5000", None),
        ("localhost:5000", None),
        ("LOCALHOST", None),
        ("[::1]:5000", None),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("localhost:5000", "http://localhost:5000"),
    ],
)
def test_our_own_page_and_tools_without_a_page_are_let_in(host: str, origin: str | None) -> None:
    assert guard.is_ours(host, origin)


FOREIGN = [
    ("evil.example", None),
    ("evil.example:5000", "http://evil.example:5000"),  # DNS rebinding
    ("127.0.0.1.evil.example", None),
    ("localhost.evil.example:5000", None),
    ("evil.example:5000@127.0.0.1.evil.example", None),
    ("169.254.169.254", None),
    ("", None),
    ("127.0.0.1:5000", "http://evil.example"),
    ("127.0.0.1:5000", "https://127.0.0.1:5000"),
    ("127.0.0.1:5000", "http://127.0.0.1:8000"),  # another program's page on this machine
    ("127.0.0.1:5000", "http://localhost:5000"),
    ("127.0.0.1:5000", "http://127.0.0.1:5000.evil.example"),
    ("127.0.0.1:5000", "null"),
    ("127.0.0.1:5000", ""),
    ("[::1", None),
    ("user@localhost", None),
    ("user:pass@127.0.0.1:5000", None),
    ("127.0.0.1/evil", None),
    ("localhost?evil", None),
    ("localhost#evil", None),
    ("evil.com\\@localhost", None),
    ("localhost\\evil", None),
    ("localhost:5000:5000", None),
    ("localhost:port", None),
    ("localhost:-1", None),
    ("localhost:\u00b2", None),
    (" localhost", None),
    ("localhost ", None),
    ("local\thost", None),
    ("::1", None),
    ("[127.0.0.1]", None),
    ("[localhost]", None),
    ("%6cocalhost", None),
    ("localhost@localhost", "http://localhost@localhost"),
]


@pytest.mark.parametrize(("host", "origin"), FOREIGN)
def test_all_others_are_not(host: str, origin: str | None) -> None:
    assert not guard.is_ours(host, origin)


OURS = ["127.0.0.1", "localhost", "[::1]"]
parts = st.sampled_from([*OURS, "LocalHost", "evil.example", "", ":", "@", "/", "\\", "?", "#"])
parts |= st.sampled_from([":5000", "::1", "[", "]", "%", "\t", " ", "\0"]) | st.text(max_size=3)


@settings(max_examples=2000, derandomize=True, deadline=None, database=None)
@given(st.lists(parts, max_size=4).map("".join))
def test_a_host_is_ours_only_as_a_name_of_ours_and_a_port(host: str) -> None:
    is_name = any(
        host.isascii() and host.lower() == name + rest
        for name in OURS
        for rest in ["", host[len(name) :]]
        if not rest or (rest[0] == ":" and (rest[1:].isdigit() or not rest[1:]))
    )
    assert guard.is_ours(host, None) == is_name


def headers(host: str, origin: str | None) -> dict[str, str]:
    return {"Host": host} | ({} if origin is None else {"Origin": origin})


@pytest.mark.parametrize(("host", "origin"), [each for each in FOREIGN if each[0]])
@pytest.mark.parametrize("path", ["/", "/api/options", "/static/favicon.svg"])
def test_a_foreign_request_is_refused(
    client: FlaskClient, path: str, host: str, origin: str | None
) -> None:
    answer = client.get(path, headers=headers(host, origin))
    assert answer.status_code in {400, 403}
    assert "modes" not in answer.text


@pytest.mark.parametrize("path", ["/api/runs", "/api/runs/r1/cancel", "/api/forecast"])
def test_a_foreign_page_changes_nothing(client: FlaskClient, path: str) -> None:
    answer = client.post(path, json={}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"


def test_every_answer_confines_the_page(client: FlaskClient) -> None:
    for path in ("/", "/api/options", "/api/nothing"):
        answer = client.get(path)
        for name, text in guard.HEADERS.items():
            assert answer.headers[name] == text
    assert "default-src 'self'" in guard.HEADERS["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in guard.HEADERS["Content-Security-Policy"]


def joins(client: FlaskClient, host: str, origin: str | None) -> bool:
    """Whether a page gets as far as a Socket.IO session, by polling."""
    given = headers(host, origin)
    path = "/socket.io/?EIO=4&transport=polling"
    opened = client.get(path, headers=given)
    if opened.status_code != 200:
        return False
    path += "&sid=" + opened.text.partition('"sid":"')[2].partition('"')[0]
    client.post(path, data="40", headers=given)  # join the namespace /
    answer = client.get(path, headers=given).text
    client.post(path, data="1", headers=given)  # leave, so that no poll hangs on
    return answer.startswith("40")


def test_our_own_page_follows_the_runs(client: FlaskClient) -> None:
    assert joins(client, "127.0.0.1:5000", "http://127.0.0.1:5000")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:5000", "http://evil.example"),
        ("evil.example:5000", "http://evil.example:5000"),
        ("evil.example:5000", None),
    ],
)
def test_a_foreign_page_does_not_follow_the_runs(
    client: FlaskClient, host: str, origin: str | None
) -> None:
    assert not joins(client, host, origin)
