"""With the probe an app answers as without it, byte for byte but for one header of ours."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboard.marks.wire import parse_server_timing
from dashboard.targets.probe_package import CONFIGURATION, write_package
from tests.live.environments import APPS, python_of

pytestmark = pytest.mark.live

ASKED = (
    "GET /sized", "POST /sized", "HEAD /sized", "GET /unsized", "HEAD /unsized", "GET /empty",
    "GET /unchanged", "GET /own_timing", "GET /streaming", "GET /late", "GET /writing",
    "GET /mended", "GET /twice", "GET /bad_header", "GET /silent", "GET /raising",
    "GET /breaking", "GET /closing", "GET /closing", "GET /file", "GET /real_file",
)  # fmt: skip
OURS = re.compile(rb"\r\nServer-Timing: ([^\r]*poolscope;[^\r]*)", re.IGNORECASE)
# Half an answer is as long as the kernel had sent of it when the connection was reset.
UNSTABLE = re.compile(rb"\r\nDate: [^\r]*", re.IGNORECASE)


class Answer(NamedTuple):
    """An answer's bytes without the date and our header, and our header."""

    text: bytes
    timing: bytes


@contextmanager
def serving(python: Path, kind: str, *, probed: Path | None) -> Iterator[int]:
    """The port of a gunicorn that serves ``bare:app``, with the probe or without."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: text for name, text in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
    argv = [str(python), "-m", "gunicorn", "bare:app", f"--bind=127.0.0.1:{port}", f"-k{kind}"]
    if probed is not None:
        told = {"beacon": "127.0.0.1:9", "token": "t"}
        environ |= {"PYTHONPATH": str(probed), "POOLSCOPE_PROBE": json.dumps(told)}
        argv.append(f"--config={CONFIGURATION}")
    with subprocess.Popen(
        argv, cwd=APPS, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline
                    assert process.poll() is None
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def request_spec(port: int, asked: str, seq: int) -> Answer:
    body = b"posted" if asked.startswith("POST") else b""
    head = f"{asked} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Poolscope: t/{seq}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(head.encode() + body)
        answer = b""
        try:
            while chunk := sock.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
    timing = OURS.search(answer)
    return Answer(UNSTABLE.sub(b"", OURS.sub(b"", answer)), timing[1] if timing else b"")


@pytest.mark.parametrize(
    ("which", "kind"), [("ours", "sync"), ("new", "gthread"), ("old", "gevent")]
)
def test_every_answer_is_the_same_but_for_our_header(which: str, kind: str, tmp_path: Path) -> None:
    python = Path(sys.executable) if which == "ours" else python_of(which)
    probe = write_package(tmp_path)
    with serving(python, kind, probed=None) as port:
        plain = [request_spec(port, asked, seq) for seq, asked in enumerate(ASKED, 1)]
    with serving(python, kind, probed=probe) as port:
        probed = [request_spec(port, asked, seq) for seq, asked in enumerate(ASKED, 1)]
    for asked, before, after in zip(ASKED, plain, probed, strict=True):
        assert after.text == before.text, asked
        assert before.timing == b""
    by_name = {
        asked: (seq, answer)
        for seq, (asked, answer) in enumerate(zip(ASKED, probed, strict=True), 1)
    }
    for asked in ("GET /sized", "GET /writing", "GET /file", "GET /late", "HEAD /unsized"):
        seq, answer = by_name[asked]
        marks = parse_server_timing(answer.timing.decode(), "t", seq)
        assert marks[0].phase.value == "handling", asked
