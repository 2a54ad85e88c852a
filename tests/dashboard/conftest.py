"""A small real server that answers in every way that a burst may meet; waiting; processes."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from config import LOOPBACK
from target_app.marks import Mark, Phase, server_timing


def eventually(holds: Callable[[], object], seconds: float = 5) -> bool:
    """Whether ``holds`` becomes true within ``seconds``."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def running(pid: int) -> bool:
    """Whether the process lives: one that has ended may stay on as a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def marked(environ: dict[str, str]) -> list[str]:
    """The command lines of the processes that live and were started with ``environ``."""
    found = []
    for process in psutil.process_iter():
        try:
            if environ.items() <= process.environ().items() and running(process.pid):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:  # it ended meanwhile, or is none of ours
            continue
    return found


TIMED = (Mark("", 0, Phase.HANDLING, 0.0, 4711, 3), Mark("", 0, Phase.EXECUTING, 0.0, 4711, 3, 9))


class Handler(BaseHTTPRequestHandler):
    """The path's first word says how to answer."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Keep the request, and answer it."""
        self.close_connection = True
        self.server.asked.append((self.path, dict(self.headers)))
        getattr(self, "answer_" + urlsplit(self.path).path.split("/")[1].replace("-", "_"))()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes, kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def _write(self, raw: bytes) -> None:
        self.wfile.write(raw)
        self.wfile.flush()

    def answer_ok(self) -> None:
        """200 with a length."""
        self._answer(200, b"ok")

    answer_sleep = answer_ok  # the seed's endpoints

    def answer_timed(self) -> None:
        """200 with the marks of a target."""
        now = time.monotonic()
        marks = tuple(mark._replace(at=now) for mark in TIMED)
        self._answer(200, b"ok", Server_Timing=server_timing(marks, now))

    def answer_empty(self) -> None:
        """204, which has neither body nor length."""
        self._write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def answer_chunked(self) -> None:
        """200 in chunks, slowly."""
        self._write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
        time.sleep(0.1)
        self._write(b"2\r\nok\r\n0\r\n\r\n")

    def answer_endless(self) -> None:
        """200 without a length: the body ends with its connection."""
        self._write(b"HTTP/1.0 200 OK\r\n\r\nok")

    def answer_large(self) -> None:
        """200 with a body of many packets."""
        self._answer(200, b"x" * 1_000_000)

    def answer_cut(self) -> None:
        """Close in the middle of the body."""
        self._write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")

    def answer_closed(self) -> None:
        """Close without a word."""

    def answer_garbage(self) -> None:
        """Speak something else than HTTP."""
        self._write(b"SSH-2.0-OpenSSH_9.2p1\r\n")

    def answer_error_json(self) -> None:
        """500 with a word, as our target does."""
        self._answer(500, b'{"error": "pool-timeout", "message": "QueuePool limit"}')

    def answer_error_html(self) -> None:
        """500 as a framework does."""
        self._answer(500, b"<h1>Oops</h1>\n<p>sorry, too many clients already</p>\n")

    def answer_missing(self) -> None:
        """404 without a body."""
        self._answer(404, b"")

    def answer_silent(self) -> None:
        """Never answer."""
        self.server.over.wait(30)


class Server(ThreadingHTTPServer):
    """The server, with what it was asked as (path, headers)."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def url(self, path: str = "") -> str:
        """The address of ``path``."""
        return f"http://{LOOPBACK}:{self.server_port}{path}"


@pytest.fixture(scope="session")
def one_server() -> Iterator[Server]:
    """The one server of all tests, in a thread."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, asked nothing yet."""
    one_server.asked.clear()
    return one_server
