"""A small real server that answers in every way that a burst may meet; waiting; processes."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import trustme

from config import LOOPBACK
from target_app.probe.marks import Mark, Phase, server_timing


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
        self.server.methods.append(self.command)
        self.server.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        self.server.asked.append((self.path, dict(self.headers)))
        getattr(self, "answer_" + urlsplit(self.path).path.split("/")[1].replace("-", "_"))()

    do_HEAD = do_POST = do_DELETE = do_GET  # noqa: N815  the base looks for these names

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes, kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _write(self, raw: bytes) -> None:
        self.wfile.write(raw)
        self.wfile.flush()

    def answer_ok(self) -> None:
        """200 with a length."""
        self._answer(200, b"ok")

    answer_sleep = answer_ok  # the original example's endpoints

    def answer_timed(self) -> None:
        """200 with the marks of a target."""
        now = time.monotonic()
        marks = tuple(mark._replace(at=now) for mark in TIMED)
        self._answer(200, b"ok", Server_Timing=server_timing(marks, now))

    def answer_metrics(self) -> None:
        """200 with metrics of the server's own, after an interim answer."""
        self._write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        self._answer(200, b"ok", Server_Timing='db;dur=53.2, cache;desc="hit"')

    def answer_marked(self) -> None:
        """200 with the marks of a probe on a machine whose clock began elsewhere."""
        marks = (
            Mark("", 0, Phase.HANDLING, 9e6, 4711, 3),
            Mark("", 0, Phase.WAITING, 9e6 + 0.001, 4711, 3),
            Mark("", 0, Phase.EXECUTING, 9e6 + 0.002, 4711, 3, 9),
        )
        time.sleep(0.01)
        self._answer(200, b"ok", Server_Timing=server_timing(marks, 9e6 + 0.003))

    def answer_pool(self) -> None:
        """200 after ``?seconds=`` with one of four connections, told as our probe tells it."""
        came = time.monotonic()
        with self.server.pool:
            began = time.monotonic()
            time.sleep(float(urlsplit(self.path).query.partition("=")[2]))
            ended = time.monotonic()
        steps = {
            Phase.HANDLING: came,
            Phase.WAITING: came,
            Phase.EXECUTING: began,
            Phase.RESPONDING: ended,
        }
        lane = threading.get_native_id()
        marks = tuple(Mark("", 0, phase, at, 4711, lane) for phase, at in steps.items())
        self._answer(200, b"ok", Server_Timing=server_timing(marks, time.monotonic()))

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
        self.methods: list[str] = []
        self.bodies: list[bytes] = []
        self.over = threading.Event()
        self.pool = threading.BoundedSemaphore(4)

    def forget(self) -> None:
        """Forget what it was asked."""
        for kept in (self.asked, self.methods, self.bodies):
            kept.clear()

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that go away."""

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
    one_server.forget()
    return one_server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """An authority that nobody trusts, and its own certificate in a file."""
    made = trustme.CA()
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.fixture
def authority(certificates: tuple[trustme.CA, Path]) -> Path:
    """What SSL_CERT_FILE must name for the TLS server to be trusted."""
    return certificates[1]


@pytest.fixture(scope="session")
def one_tls_server(certificates: tuple[trustme.CA, Path]) -> Iterator[Server]:
    """The same server behind TLS, with a certificate for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates[0].issue_cert("localhost").configure_cert(context)
    with Server() as server:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def tls_server(one_tls_server: Server) -> Server:
    """The TLS server, asked nothing yet."""
    one_tls_server.forget()
    return one_tls_server
