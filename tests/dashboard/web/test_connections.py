"""Clients that are slow, half-open or many cost a bounded time and a bounded number of threads."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from config import LOOPBACK
from dashboard.web import connections
from dashboard.web.server import listen
from tests.dashboard.conftest import eventually

HALF = b"GET / HTTP/1.1\r\nHost: 127.0"
WHOLE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class App:
    """Reads the body, says OK, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer with OK."""
        timeout = environ["werkzeug.socket"].gettimeout()
        self.asked.append(environ | {"timeout": timeout})
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [("Content-Length", "2")])
        return [b"OK"]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def server(app: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[connections.Server]:
    """A server with small bounds and short times."""
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 40)
    monkeypatch.setattr(connections, "MOST_UNREAD", 10)
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    serving = connections.Server(listen(0), app)
    thread = threading.Thread(target=serving.serve_forever, args=[0.02])
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def connect(server: connections.Server, data: bytes = b"") -> socket.socket:
    sock = socket.create_connection((LOOPBACK, server.port), timeout=10)
    with contextlib.suppress(ConnectionError):  # it was refused at once
        sock.sendall(data)
    return sock


def answer(server: connections.Server, data: bytes = WHOLE) -> bytes:
    """All that comes back until the connection ends."""
    with connect(server, data) as sock:
        return drained(sock)


def drained(sock: socket.socket) -> bytes:
    received = b""
    try:
        while part := sock.recv(65536):
            received += part
    except ConnectionError:
        pass
    return received


def test_who_asks_is_answered(server: connections.Server) -> None:
    assert answer(server).endswith(b"\r\n\r\nOK")


@pytest.mark.parametrize("said", [b"", b"GET", HALF, HALF + b".0.1\r\n"])
def test_a_request_that_is_cut_short_is_not_answered(
    server: connections.Server, app: App, said: bytes
) -> None:
    with connect(server, said) as sock:
        sock.shutdown(socket.SHUT_WR)
        assert b"200" not in drained(sock)
    assert app.asked == []


@pytest.mark.parametrize("said", [b"", HALF])
def test_who_stops_in_the_middle_of_asking_is_dropped(
    server: connections.Server, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections.Handler, "timeout", 0.2)
    began = time.monotonic()
    assert answer(server, said) == b""
    assert time.monotonic() - began < 5


def test_who_stops_in_the_middle_of_a_body_is_dropped(server: connections.Server) -> None:
    said = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf"
    assert b"200" not in answer(server, said)


def test_a_websocket_may_be_quiet(server: connections.Server, app: App) -> None:
    answer(server, WHOLE[:-2] + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    answer(server)
    assert [each["timeout"] for each in app.asked] == [None, 0.5]


def test_a_thousand_half_open_connections_take_neither_the_place_nor_the_time_of_others(
    server: connections.Server, app: App
) -> None:
    before = threading.active_count()
    held = []
    for place in range(1000):
        held.append(connect(server, HALF))
        if place % 100 == 99:
            assert answer(server).endswith(b"OK")
    assert threading.active_count() - before < 100
    time.sleep(0.25)  # now they have had their time
    assert answer(server).endswith(b"OK")
    for sock in held:
        sock.close()
    began = time.monotonic()
    assert answer(server).endswith(b"OK")
    assert time.monotonic() - began < 3
    assert len(app.asked) == 12  # nothing that was cut short has reached it
    assert eventually(lambda: threading.active_count() <= before)


def test_where_all_are_asking_the_next_is_refused(
    server: connections.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 30)
    said = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf"
    held = [connect(server, said) for _ in range(40)]
    assert eventually(lambda: not server._unread and len(server._open) == 40)
    assert answer(server) == b""
    for sock in held:
        sock.close()
    assert eventually(lambda: not server._open)
    assert answer(server).endswith(b"OK")
