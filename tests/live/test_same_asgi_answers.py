"""With the probe an ASGI app answers as without it, byte for byte but for one header of ours."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websocket import create_connection

from config import LOOPBACK
from dashboard.marks.wire import parse_server_timing
from dashboard.targets.probe_package import CONFIGURATION, SERVED, write_package
from dashboard.targets.servers import BY_NAME, Serving
from dashboard.targets.servers.process import port_of
from tests.dashboard.conftest import eventually
from tests.live.environments import APPS, python_of
from tests.live.test_same_answers import request_spec

pytestmark = pytest.mark.live

ASKED = (
    "GET /sized", "POST /sized", "HEAD /sized", "GET /unsized", "HEAD /unsized", "POST /unread",
    "GET /empty", "GET /unchanged", "GET /moved", "GET /failed", "GET /own_timing",
    "GET /streaming", "GET /events", "GET /late", "GET /large", "GET /no_headers",
    "GET /generated_headers", "GET /bad_header", "GET /bad_headers", "GET /twice",
    "GET /headless", "GET /silent", "GET /raising", "GET /breaking", "GET /unknown",
    "GET /after", "POST /disconnected",
)  # fmt: skip
KINDS = {
    "uvicorn": ("uvicorn", ""),
    "gunicorn-asgi": ("gunicorn", "asgi"),
    "gunicorn-uvicorn": ("gunicorn", "uvicorn_worker.UvicornWorker"),
    "hypercorn": ("hypercorn", ""),
    "granian": ("granian", ""),
}


@contextmanager
def serving(kind: str, *, probed: Path | None) -> Iterator[int]:
    """The port of a server that serves ``bare_asgi:app``, with the probe or without."""
    name, worker_class = KINDS[kind]
    is_gunicorn = name == "gunicorn"
    own = "bare_asgi:app"
    environ = {name: text for name, text in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
    if probed is not None:
        told = {"beacon": "127.0.0.1:9", "token": "t", "app": "" if is_gunicorn else own}
        environ |= {"PYTHONPATH": str(probed), "POOLSCOPE_PROBE": json.dumps(told)}
    serving = Serving(
        python=str(python_of("asgi")),
        app=SERVED if probed is not None and not is_gunicorn else own,
        worker_class=worker_class,
        config=CONFIGURATION if probed is not None else "",
    )
    with subprocess.Popen(
        BY_NAME[name].argv(serving),
        cwd=APPS,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            assert eventually(lambda: bool(port(process.pid)), 30), process.poll()
            yield port(process.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def port(pid: int) -> int:
    """The port that a server or one of its children listens on, 0 while there is none."""
    import psutil

    try:
        family = [pid, *(each.pid for each in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return 0
    return next((found for each in family if (found := port_of([each]))), 0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_the_same_but_for_our_header(kind: str, tmp_path: Path) -> None:
    found = []
    for probed in (None, write_package(tmp_path)):
        with serving(kind, probed=probed) as at:
            answers(at, "GET /sized", 1)  # once the app is there
            found.append([request_spec(at, asked, seq) for seq, asked in enumerate(ASKED, 1)])
    plain, probed_answers = found
    for asked, before, after in zip(ASKED, plain, probed_answers, strict=True):
        assert after.text == before.text, asked
        assert before.timing == b""
    told = dict(zip(ASKED, enumerate(probed_answers, 1), strict=True))
    for asked in ("GET /sized", "GET /events", "GET /late", "HEAD /unsized", "GET /breaking"):
        seq, answer = told[asked]
        marks = parse_server_timing(answer.timing.decode(), "t", seq)
        assert [mark.phase.value for mark in marks] == ["handling", "responding"], asked


def answers(at: int, asked: str, seq: int) -> None:
    """Wait until a server that listens answers as well."""
    deadline = time.monotonic() + 20
    while b"200" not in request_spec(at, asked, seq).text:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["uvicorn", "granian"])
def test_an_event_reaches_the_client_while_the_stream_goes_on(kind: str, tmp_path: Path) -> None:
    with serving(kind, probed=write_package(tmp_path)) as at:
        answers(at, "GET /sized", 1)
        with socket.create_connection((LOOPBACK, at), 10) as sock:
            sock.sendall(b"GET /late HTTP/1.1\r\nHost: x\r\nX-Poolscope: t/1\r\n\r\n")
            first = sock.recv(65536)
        assert re.search(rb"server-timing: [^\r]*poolscope;", first, re.IGNORECASE)


@pytest.mark.parametrize("kind", ["gunicorn-asgi", "hypercorn", "granian"])
def test_a_websocket_passes_through(kind: str, tmp_path: Path) -> None:
    with serving(kind, probed=write_package(tmp_path)) as at:
        answers(at, "GET /sized", 1)
        socket_ = create_connection(
            f"ws://{LOOPBACK}:{at}/", header=["X-Poolscope: t/1"], timeout=10
        )
        socket_.send("hello")
        assert socket_.recv() == "you said hello"
        socket_.close()
