"""Who may use the dashboard: loopback alone without a token, anybody else with one only."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.errors import StartError
from dashboard.runtime import Runtime
from dashboard.web.access import (
    LOCAL_NAMES,
    Access,
    grant,
    is_loopback,
    own_addresses,
    shown_host,
)
from dashboard.web.app import create_app
from dashboard.web.guard import is_ours
from dashboard.web.server import listen

EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing listens there
TOKEN = "a-token-of-sufficient-length"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.3.2.1"])
def test_loopback_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    access = grant(host)
    assert not access.token
    assert host in access.hosts


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.7", "burst.example"])
def test_every_other_address_makes_a_token_of_its_own(host: str) -> None:
    first, second = grant(host), grant(host)
    assert len(first.token) >= 43  # 256 bits
    assert first.token != second.token
    assert first.generated
    assert first.hosts > LOCAL_NAMES


def test_the_given_name_is_allowed_and_no_other() -> None:
    hosts = grant("Burst.Example", TOKEN).hosts
    assert is_ours("burst.example:5000", "http://burst.example:5000", hosts)
    assert not is_ours("evil.example:5000", "http://evil.example:5000", hosts)
    assert not is_ours("burst.example.evil.example", None, hosts)


def test_every_address_of_this_machine_stands_for_the_wildcard() -> None:
    assert own_addresses() <= grant(EVERYWHERE).hosts
    assert "127.0.0.1" in own_addresses()
    assert shown_host(EVERYWHERE).strip("[]") in own_addresses()
    assert shown_host("::1") == "[::1]"


@pytest.mark.parametrize(
    "token", ["short", "with space in the middle", "ünïcödé-ünïcödé-ü", "a;" * 9]
)
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(token: str) -> None:
    with pytest.raises(StartError, match="16 to 128") as caught:
        grant("127.0.0.1", token)
    assert token not in str(caught.value)


def test_the_token_is_not_in_what_is_printed_of_the_access() -> None:
    assert TOKEN not in repr(grant("127.0.0.1", TOKEN))


@pytest.mark.parametrize("host", ["no such host", "192.0.2.7", "x" * 300])
def test_an_address_that_is_not_ours_is_told_with_a_cure(host: str) -> None:
    with pytest.raises(StartError) as caught:
        listen(5000, host).close()
    assert "--host" in caught.value.cure


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    """A browser without the token, at a dashboard that asks for it."""
    app, relay = create_app(runtime, Access(token=TOKEN))
    relay.close()
    return app.test_client()


PATHS = [
    "/",
    "/api/options",
    "/api/runs",
    "/static/js/main.js",
    "/socket.io/?EIO=4&transport=polling",
]


def is_refused(answer: TestResponse) -> bool:
    """Whether the answer asks for the token, and tells nothing else."""
    return (
        answer.status_code == 401
        and "carries the token" in answer.text
        and TOKEN not in answer.text + str(answer.headers)
    )


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_told(client: FlaskClient, path: str) -> None:
    assert is_refused(client.get(path))


@pytest.mark.parametrize("given", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\udcff", "é"])
def test_a_wrong_token_is_none(client: FlaskClient, given: str) -> None:
    assert is_refused(client.get("/", query_string={"token": given.encode(errors="replace")}))
    client.set_cookie("poolscope-80", given.encode("ascii", "replace").decode())
    assert is_refused(client.get("/api/options"))
    words = given.encode("latin-1", "replace").decode("latin-1")
    assert is_refused(client.get("/api/options", headers={"Authorization": f"Bearer {words}"}))


def test_the_first_page_exchanges_the_token_for_a_cookie_and_drops_it(client: FlaskClient) -> None:
    answer = client.get(f"/?requests=7&token={TOKEN}&mode=gevent")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/?requests=7&mode=gevent"
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert TOKEN not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert TOKEN not in page.text
    assert client.get("/api/options").status_code == 200


def test_programs_send_it_as_a_bearer(client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/options", headers=headers).status_code == 200
    assert client.post("/api/forecast", json={}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "///evil.example/x"])
def test_the_exchange_leads_nowhere_else(client: FlaskClient, path: str) -> None:
    overrides = {"PATH_INFO": path}
    answer = client.get("/", query_string={"token": TOKEN}, environ_overrides=overrides)
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert location[1:2] not in {"/", "\\"}


def test_the_token_does_not_let_a_foreign_page_in(client: FlaskClient) -> None:
    client.get(f"/?token={TOKEN}")
    assert client.post("/api/forecast", json={}).status_code == 200
    evil = {"Origin": "http://evil.example"}
    assert client.post("/api/forecast", json={}, headers=evil).status_code == 403
    assert client.get("/api/options", headers={"Host": "evil.example"}).status_code in {400, 403}
