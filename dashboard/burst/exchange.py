"""One request of a burst: what was sent, what came back, and what an error answer says."""

import json
import socket
from typing import NamedTuple

import httptools

from dashboard.text import http_phrase
from dashboard.workload.mix import RequestSpec
from target_app.probe.failures import classify

from .error_page import says
from .tls import Tls

MOST_TIMING = 8000  # characters of Server-Timing that are kept
MOST_WORD = 40
MOST_MESSAGE = 500


class Failed(NamedTuple):
    """Why a request failed: a word of ``failures.FAILURES``, and what a person reads of it."""

    word: str
    message: str


class Exchange:
    """One request: its socket, the parser of its answer, and how it ended."""

    __slots__ = (
        "body",
        "complete",
        "connected",
        "ended",
        "failed",
        "first_at",
        "framed",
        "kind",
        "parser",
        "payload",
        "request_spec",
        "sent_at",
        "seq",
        "sock",
        "started",
        "timing",
        "tls",
        "unsent",
    )

    def __init__(
        self, seq: int, request_spec: RequestSpec, payload: bytes, tls: Tls | None = None
    ) -> None:
        self.seq = seq
        self.request_spec = request_spec
        self.payload = payload
        self.tls = tls
        self.unsent = b""  # what the socket's buffer did not take at the release
        self.first_at = 0.0
        self.kind = ""  # the answer's content type
        self.sock: socket.socket | None = None
        self.connected = False
        self.sent_at = 0.0
        self.ended = False
        self.failed: Failed | None = None  # before it could be sent
        self.complete = False
        self.framed = False
        self.started = False
        self.body = b""
        self.timing = ""
        self.parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the durations that the target measured, and whether the answer says its length."""
        lowered = name.lower()
        if lowered == b"server-timing":
            more = value.decode("latin-1")
            self.timing = (f"{self.timing}, {more}" if self.timing else more)[:MOST_TIMING]
        elif lowered == b"content-type":
            self.kind = value.decode("latin-1").lower()
        elif lowered in {b"content-length", b"transfer-encoding"}:
            self.framed = True

    def on_headers_complete(self) -> None:
        """The body follows, but for what HEAD asked for, which has none."""
        self.started = self.parser.get_status_code() >= 200
        self.complete = self.started and self.request_spec.method == "HEAD"

    def on_body(self, chunk: bytes) -> None:
        """Keep the start of the body of an error, which says what went wrong."""
        if len(self.body) < 2000 and self.parser.get_status_code() >= 400:
            self.body += chunk

    def on_message_complete(self) -> None:
        """The last byte is there: of an interim answer (103) it is not the last."""
        self.complete = self.complete or self.parser.get_status_code() >= 200


def failure(status: int, body: bytes, kind: str) -> Failed:
    """Word and message of an error answer: the target's own JSON, or what any server says."""
    try:
        answer = json.loads(body)
        word, message = str(answer["error"]), str(answer["message"])
    except (ValueError, KeyError, TypeError):
        text = body.decode(errors="replace")
        words = says(text, is_page="html" in kind)
        message = f"status {status}, {words}" if words else f"status {status} {http_phrase(status)}"
        word = classify(text) if status >= 500 else "http-4xx"
    return Failed(word[:MOST_WORD], message.strip()[:MOST_MESSAGE])
