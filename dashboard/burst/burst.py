"""One burst from plan to last answer: open, release, read."""

import contextlib
import errno
import gc
import json
import os
import selectors
import socket
import ssl
import time
from typing import IO, Any

import httptools

from config import SECONDS
from dashboard.marks.server_timing import as_header, own_metrics
from dashboard.workload.plan import Plan
from target_app.probe.marks import Mark, Phase, encode

from .exchange import Exchange, Failed, failure
from .stamps import Stamps
from .tls import Tls, reason

# Connections still coming up are waited for this long after the last one opened.
QUIET_SECONDS = 0.25 * SECONDS
OPENING_SECONDS = 3 * SECONDS
LATE = "opened after the release"
FIRST_BYTE_SECONDS = 0.001  # before the last one, from which on an answer takes its time


class Burst:
    """One burst from plan to last answer."""

    def __init__(self, plan: Plan, out: IO[bytes]) -> None:
        self._plan = plan
        self._out = out
        self._stamps = Stamps()
        self._selector = selectors.DefaultSelector()
        self._exchanges = [
            Exchange(seq, request_spec, payload, Tls(plan.host) if plan.tls else None)
            for seq, (request_spec, payload) in enumerate(plan.payloads(), 1)
        ]
        self._opening: set[Exchange] = set()
        self._left = plan.requests
        self._released = False

    def run(self, cancel: IO[bytes]) -> None:
        """Open, release, read until every request has an end, or ``cancel`` closes."""
        self._selector.register(cancel, selectors.EVENT_READ, None)
        gc.disable()
        if not self._plan.cold:
            self._open_all()
            if not self._wait_until_open():
                return
        ready = [each for each in self._exchanges if each.connected]
        self._say(opened=len(ready))
        start = time.monotonic()
        self._released = True
        for each in ready:
            self._send(each)
        release_end = time.monotonic()
        if self._plan.cold:
            self._open_all()
        spread = self._report_release(start, release_end, ready)
        finished = self._read_all(start)
        if finished:
            lag = round(self._stamps.largest_lag, 6)
            stamps = "kernel" if self._stamps.is_kernel else "read"
            self._say(finished=True, spread=spread, lag=lag, stamps=stamps)

    def _open_all(self) -> None:
        host = self._plan.address or self._plan.host
        address = (host, self._plan.port)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for each in self._exchanges:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setblocking(False)
            each.sock = sock
            self._opening.add(each)
            code = sock.connect_ex(address)
            if code not in {0, errno.EINPROGRESS}:
                self._fail_to_open(each, code)
                continue
            self._selector.register(sock, selectors.EVENT_WRITE, each)

    def _wait_until_open(self) -> bool:
        """Wait while connections keep coming up; False when cancelled meanwhile."""
        end = time.monotonic() + OPENING_SECONDS
        quiet = time.monotonic() + QUIET_SECONDS
        while self._opening and time.monotonic() < min(end, quiet):
            for key, _ in self._selector.select(0.02):
                if key.data is None:
                    return False
                quiet = time.monotonic() + QUIET_SECONDS
                self._finish_opening(key.data)
        return True

    def _finish_opening(self, each: Exchange) -> None:
        assert each.sock is not None  # noqa: S101  it is opening
        if each.connected:
            self._hear_early(each)
            return
        code = each.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._selector.unregister(each.sock)
            self._fail_to_open(each, code)
            return
        if self._selector.get_key(each.sock).events == selectors.EVENT_WRITE:  # it has just opened
            each.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._stamps.watch(each.sock)
            self._selector.modify(each.sock, selectors.EVENT_READ, each)
        if each.tls is None or self._shake(each, each.tls):
            self._opening.discard(each)
            each.connected = True

    def _hear_early(self, each: Exchange) -> None:
        """Take what a TLS server sends before it is asked: tickets for other sessions."""
        if each.sock is not None and each.tls is not None:
            with contextlib.suppress(OSError):  # sending will tell
                each.tls.open(each.sock.recv(65536))

    def _shake(self, each: Exchange, tls: Tls) -> bool:
        """One step of the TLS handshake; True when the request is sealed and can be sent."""
        assert each.sock is not None  # noqa: S101  it has opened
        try:
            if tls.step(each.sock):
                each.payload = tls.seal(each.payload)
                return True
        except OSError as error:  # an SSLError is one as well
            word = "tls-failed" if isinstance(error, ssl.SSLError) else "reset"
            why = reason(error) if isinstance(error, ssl.SSLError) else error.strerror
            self._selector.unregister(each.sock)
            self._give_up_opening(each, Failed(word, str(why)))
        return False

    def _fail_to_open(self, each: Exchange, code: int) -> None:
        word = {errno.ECONNREFUSED: "connect-refused"}.get(code, "reset")
        self._give_up_opening(each, Failed(word, os.strerror(code)))

    def _give_up_opening(self, each: Exchange, why: Failed) -> None:
        self._opening.discard(each)
        # Its mark follows once the release has given all times their origin.
        each.failed = why
        if self._released:
            self._end_unsent(each, why)

    def _end_unsent(self, each: Exchange, why: Failed) -> None:
        now = time.monotonic()
        each.sent_at = each.sent_at or now
        self._mark(each, Phase.QUEUED, each.sent_at)
        self._fail(each, now, why)

    def _send(self, each: Exchange) -> None:
        """Send one request; a socket's buffer takes it whole, but for a large body."""
        each.sent_at = time.monotonic()
        try:
            sent = each.sock.send(each.payload)  # type: ignore[union-attr]
        except OSError as error:  # the server closed it while it waited
            each.failed = Failed("reset", str(error.strerror))
            return
        if sent < len(each.payload):
            each.unsent = each.payload[sent:]
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.modify(each.sock, both, each)  # type: ignore[arg-type]

    def _send_rest(self, each: Exchange) -> None:
        """Send what has room now; what goes wrong in it, reading will tell."""
        assert each.sock is not None  # noqa: S101  it is connected
        try:
            each.unsent = each.unsent[each.sock.send(each.unsent) :]
        except BlockingIOError:
            return
        except OSError:
            each.unsent = b""
        if each.unsent:
            return
        self._selector.modify(each.sock, selectors.EVENT_READ, each)

    def _report_release(self, start: float, end: float, ready: list[Exchange]) -> float:
        spread = ready[-1].sent_at - ready[0].sent_at if ready else 0.0
        self._say(release=start, spread=round(spread, 6), took=round(end - start, 6))
        for each in ready:
            self._mark(each, Phase.QUEUED, each.sent_at)
            if each.failed:
                self._fail(each, time.monotonic(), each.failed)
        for each in self._exchanges:
            if each.failed and not each.connected and not each.ended:
                self._end_unsent(each, each.failed)
        self._out.flush()
        return spread

    def _read_all(self, start: float) -> bool:
        """Read until every request has an end; False when cancelled."""
        deadline = start + self._plan.deadline_seconds
        while self._left:
            wait = deadline - time.monotonic()
            if wait <= 0:
                self._give_up()
                break
            for key, events in self._selector.select(min(wait, 1 * SECONDS)):
                each = key.data
                if each is None:
                    return False
                if not each.connected:
                    self._open_late(each)
                    continue
                if each.unsent and events & selectors.EVENT_WRITE:
                    self._send_rest(each)
                if events & selectors.EVENT_READ:
                    self._read(each)
            self._out.flush()
        self._out.flush()
        return True

    def _open_late(self, each: Exchange) -> None:
        self._finish_opening(each)
        if each.connected:
            self._send(each)
            self._mark(each, Phase.QUEUED, each.sent_at, message="" if self._plan.cold else LATE)
            if each.failed:
                self._fail(each, time.monotonic(), each.failed)

    def _read(self, each: Exchange) -> None:
        assert each.sock is not None  # noqa: S101  it is connected
        try:
            data, at = self._stamps.receive(each.sock)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(each, time.monotonic(), Failed("reset", str(error.strerror)))
            return
        try:
            closed = not data
            if data and each.tls is not None:
                data = each.tls.open(data)
            if data:
                each.first_at = each.first_at or at
                each.parser.feed_data(data)
            elif closed:
                # An answer without a length ends with its connection (RFC 9112 section 6.3).
                each.complete = each.complete or (each.started and not each.framed)
        except httptools.HttpParserError as error:
            self._fail(each, at, Failed("http-5xx", f"the answer is not HTTP: {error}"))
            return
        except ssl.SSLError as error:
            self._fail(each, at, Failed("tls-failed", reason(error)))
            return
        if each.complete:
            self._answered(each, max(at, each.sent_at))
        elif closed:
            self._fail(each, at, Failed("reset", "the connection closed before the answer"))

    def _answered(self, each: Exchange, at: float) -> None:
        first_at = max(each.first_at, each.sent_at)
        if each.timing:
            self._say(timing=[each.seq, each.timing, first_at])
        if self._plan.external:
            timing = as_header(own_metrics(each.timing))
            if timing or at - first_at >= FIRST_BYTE_SECONDS:
                self._mark(each, Phase.RESPONDING, first_at, timing=timing)
        status = each.parser.get_status_code()
        if status < (500 if self._plan.any_status else 400):
            self._end(each, Phase.DONE, at, status=status)
        else:
            self._fail(each, at, failure(status, each.body, each.kind), status)

    def _give_up(self) -> None:
        now = time.monotonic()
        for each in self._exchanges:
            if not each.ended:
                if not each.sent_at:
                    self._mark(each, Phase.QUEUED, now, message=LATE)
                seconds = f"{self._plan.deadline_seconds:g}"
                self._fail(each, now, Failed("deadline", f"no answer within {seconds} s"))

    def _fail(self, each: Exchange, at: float, why: Failed, status: int = 0) -> None:
        self._end(each, Phase.FAILED, at, status=status, failure=why.word, message=why.message)

    def _end(self, each: Exchange, phase: Phase, at: float, **more: Any) -> None:
        self._mark(each, phase, at, **more)
        each.ended = True
        self._left -= 1
        if each.sock is not None:
            with contextlib.suppress(KeyError):  # it never got as far as being watched
                self._selector.unregister(each.sock)
            each.sock.close()

    def _mark(self, each: Exchange, phase: Phase, at: float, **more: Any) -> None:
        mark = Mark(self._plan.token, each.seq, phase, at, **more)
        self._out.write(encode(mark) + b"\n")

    def _say(self, **facts: Any) -> None:
        self._out.write(json.dumps(facts).encode() + b"\n")
        self._out.flush()
