"""The generator process, against real servers and against none."""

import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config import LOOPBACK
from dashboard.burst.burst import LATE, Burst
from dashboard.burst.stamps import Clock
from dashboard.marks.requests import Request
from dashboard.marks.wire import decode
from dashboard.processes.open_files import files_needed
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from target_app.probe.marks import ENDS, Mark, Phase
from tests.dashboard.conftest import Server

ROOT = Path(__file__).resolve().parents[3]
OOPS = "Oops: sorry, too many clients already"
TOKEN = "0123456789abcdef" * 2


class Sent(NamedTuple):
    """What one generator wrote: its marks, and everything it said of itself."""

    marks: list[Mark]
    facts: dict[str, Any]
    timings: list[list[Any]]
    order: list[str]  # the kinds of its lines, without repetition

    def ends(self) -> dict[int, str]:
        """How each request ended, by number: its failure's word, or its status."""
        found = {m.seq: m.failure or str(m.status) for m in self.marks if m.phase in ENDS}
        assert len(found) == sum(mark.phase in ENDS for mark in self.marks)
        return found

    def outcomes(self) -> set[str]:
        requests = (Request.of(mark.seq, [mark]) for mark in self.marks if mark.phase in ENDS)
        return {request.outcome for request in requests}


def plan(port: int, requests: int = 3, path: str = "/ok", **more: Any) -> Plan:
    request_specs = more.pop("request_specs", (RequestSpec(path=path),))
    return Plan(
        LOOPBACK, port, request_specs, requests, TOKEN, **{"deadline_seconds": 20.0, **more}
    )


@contextmanager
def generator(given: Plan) -> Iterator["subprocess.Popen[bytes]"]:
    """A generator that has read its plan; its stdin stays open."""
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard.burst"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(given.to_json())
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def send(given: Plan) -> Sent:
    """Everything that a generator with this plan writes until it ends by itself."""
    facts: dict[str, Any] = {}
    marks: list[Mark] = []
    timings: list[list[Any]] = []
    order: list[str] = []
    with generator(given) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(b"["):
                marks.append(decode(line))
                kind = marks[-1].phase.value
            else:
                said = json.loads(line)
                kind = next(iter(said))
                if "timing" in said:
                    timings.append(said["timing"])
                else:
                    facts |= said
            if not order or order[-1] != kind:
                order.append(kind)
        assert process.wait(10) == 0
    assert {mark.run for mark in marks} <= {TOKEN}
    return Sent(marks, facts, timings, order)


@pytest.mark.parametrize("cold", [False, True], ids=["connected", "cold"])
def test_fifty_requests_are_released_together_and_all_done(server: Server, cold: bool) -> None:
    sent = send(plan(server.server_port, 50, cold=cold))
    assert sent.ends() == dict.fromkeys(range(1, 51), "200")
    by_phase = {
        phase: {mark.seq: mark.at for mark in sent.marks if mark.phase is phase}
        for phase in (Phase.QUEUED, Phase.DONE)
    }
    queued, done = by_phase.values()
    assert len(queued) == 50
    assert all(sent.facts["release"] <= queued[seq] <= done[seq] for seq in done)
    assert sent.facts["opened"] == (0 if cold else 50)
    assert sent.facts["finished"]
    assert 0 <= sent.facts["spread"] < 1
    assert {mark.message for mark in sent.marks if mark.phase is Phase.QUEUED} == {""}
    assert sent.order[:3] == ["opened", "release", "queued"]
    assert sent.order[-1] == "finished"


def test_each_request_carries_the_run_a_trace_and_what_the_plan_adds(server: Server) -> None:
    request_spec = RequestSpec(
        path="/ok?seconds=1", headers=(("X-Mine", "yes"), ("accept", "text/html"))
    )
    send(plan(server.server_port, 3, request_specs=(request_spec,)))
    asked = sorted(server.asked, key=lambda each: each[1]["X-Poolscope"])
    assert [path for path, _ in asked] == ["/ok?seconds=1"] * 3
    for seq, (_, headers) in enumerate(asked, 1):
        assert headers["X-Poolscope"] == f"{TOKEN}/{seq}"
        assert headers["traceparent"] == f"00-{TOKEN}-{seq:016x}-01"
        assert headers["Host"] == f"{LOOPBACK}:{server.server_port}"
        assert headers["Connection"] == "close"
        assert headers["X-Mine"] == "yes"
        assert [text for name, text in headers.items() if name.lower() == "accept"] == ["text/html"]
        assert "Content-Length" not in headers


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/ok", "200"),
        ("/empty", "204"),
        ("/chunked", "200"),
        ("/endless", "200"),
        ("/large", "200"),
        ("/cut", "reset: the connection closed before the answer"),
        ("/closed", "reset: the connection closed before the answer"),
        ("/error-json", "pool-timeout: QueuePool limit"),
        ("/error-html", f"too-many-connections: status 500, {OOPS}"),
        ("/missing", "http-4xx: status 404 Not Found"),
    ],
)
def test_every_kind_of_answer_ends_its_request_once(server: Server, path: str, end: str) -> None:
    sent = send(plan(server.server_port, 2, path))
    assert sorted(sent.ends()) == [1, 2]
    assert sent.outcomes() == {end}


def test_a_mix_is_dealt_out_with_its_methods_and_bodies(server: Server) -> None:
    large = bytes(range(256)) * 3900  # more than a socket's buffer takes at once
    request_specs = (
        RequestSpec("POST", "/ok", body=large),
        RequestSpec("HEAD", "/large"),
        RequestSpec("DELETE", "/missing"),
    )
    given = plan(server.server_port, 6, request_specs=request_specs, any_status=True)
    assert send(given).ends() == {1: "200", 2: "200", 3: "404", 4: "200", 5: "200", 6: "404"}
    assert sorted(server.methods) == ["DELETE", "DELETE", "HEAD", "HEAD", "POST", "POST"]
    assert [body == large for body in server.bodies if body] == [True, True]


def test_of_a_server_of_somebody_else_all_that_it_says_is_told(server: Server) -> None:
    sent = send(plan(server.server_port, 2, "/metrics", external=True))
    (timing,) = {mark.timing for mark in sent.marks if mark.phase is Phase.RESPONDING}
    assert timing == 'db;dur=53.2, cache;desc="hit"'
    assert sent.ends() == {1: "200", 2: "200"}
    assert sent.order[-3:] == ["responding", "done", "finished"]


def test_a_tls_server_is_asked_as_any_other(
    tls_server: Server, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    request_specs = (RequestSpec(path="/large"), RequestSpec("POST", "/ok", body=b"x" * 300_000))
    for cold in (False, True):
        given = plan(
            tls_server.server_port,
            6,
            request_specs=request_specs,
            tls=True,
            address=LOOPBACK,
            cold=cold,
        )
        sent = send(replace(given, host="localhost"))
        assert sent.ends() == dict.fromkeys(range(1, 7), "200"), sent.outcomes()
        assert sent.facts["stamps"] == ("kernel" if sys.platform == "linux" else "read")
    assert {len(body) for body in tls_server.bodies} == {0, 300_000}


def test_a_certificate_that_does_not_fit_ends_every_request(tls_server: Server) -> None:
    sent = send(plan(tls_server.server_port, 3, tls=True))  # whose authority nobody trusts
    assert sent.ends() == dict.fromkeys((1, 2, 3), "tls-failed")
    assert "certificate" in sent.outcomes().pop()


def test_an_answer_that_is_not_http_is_told_as_such(server: Server) -> None:
    (outcome,) = send(plan(server.server_port, 1, "/garbage")).outcomes()
    assert outcome.startswith("http-5xx: the answer is not HTTP")


def test_the_marks_in_an_answers_header_come_before_its_end(server: Server) -> None:
    sent = send(plan(server.server_port, 1, "/timed"))
    ((seq, header, first_at),) = sent.timings
    assert seq == 1
    assert sent.facts["release"] <= first_at <= sent.marks[-1].at
    assert 'poolscope;desc="v2 4711 3 ' in header
    assert sent.order == ["opened", "release", "queued", "timing", "done", "finished"]


def test_where_nothing_listens_every_request_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        for cold in (False, True):
            sent = send(plan(taken.getsockname()[1], 3, cold=cold))
            assert sent.ends() == dict.fromkeys((1, 2, 3), "connect-refused")
            assert Counter(mark.phase for mark in sent.marks) == {"queued": 3, "failed": 3}
            assert sent.facts["opened"] == 0
            assert sent.facts["finished"]


def test_what_cannot_be_sent_late_ends_at_once_and_its_answer_is_empty() -> None:
    out = io.BytesIO()
    burst = Burst(plan(1, 1, cold=True), out)
    (exchange,) = burst._exchanges
    exchange.sock, server = socket.socketpair()
    server.close()
    exchange.connected = True
    burst._open_late(exchange)
    queued, failed = (decode(line) for line in out.getvalue().splitlines())
    assert (queued.phase, failed.phase) == (Phase.QUEUED, Phase.FAILED)
    assert (failed.failure, failed.message, failed.status) == ("reset", "Broken pipe", 0)
    assert exchange.ended
    assert exchange.body == b""


def test_the_deadline_ends_what_has_no_answer(server: Server) -> None:
    start = time.monotonic()
    sent = send(plan(server.server_port, 3, "/silent", deadline_seconds=0.3))
    assert sent.outcomes() == {"deadline: no answer within 0.3 s"}
    assert sorted(sent.ends()) == [1, 2, 3]
    assert sent.facts["finished"]
    assert time.monotonic() - start < 5


def test_closing_stdin_ends_the_generator_at_once(server: Server) -> None:
    with generator(plan(server.server_port, 3, "/silent")) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while b"queued" not in process.stdout.readline():
            pass
        start = time.monotonic()
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(5) == 0
        assert time.monotonic() - start < 1
        assert b"finished" not in rest


@pytest.fixture
def narrow() -> Iterator[socket.socket]:
    """A listener with room for one or two, that nobody has accepted yet."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen(1)
        yield listener


def test_closing_stdin_ends_it_while_connections_still_come_up(narrow: socket.socket) -> None:
    with generator(plan(narrow.getsockname()[1], 10)) as process:
        assert process.stdin is not None
        time.sleep(0.4)
        process.stdin.close()
        assert process.wait(5) == 0


def test_connections_that_the_backlog_kept_out_are_sent_as_they_open_and_say_so(
    narrow: socket.socket,
) -> None:
    def accept_late() -> None:
        time.sleep(1)
        for _ in range(6):
            connection, _ = narrow.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    accepting = threading.Thread(target=accept_late)
    accepting.start()
    sent = send(plan(narrow.getsockname()[1], 6))
    accepting.join()
    opened = sent.facts["opened"]
    assert 1 <= opened < 6
    assert sent.ends() == dict.fromkeys(range(1, 7), "200")
    late = {mark.seq for mark in sent.marks if mark.message == LATE}
    assert len(late) == 6 - opened
    in_time = [m.at for m in sent.marks if m.phase is Phase.QUEUED and m.seq not in late]
    too_late = [m.at for m in sent.marks if m.phase is Phase.QUEUED and m.seq in late]
    assert max(in_time) < sent.facts["release"] + 0.5 < min(too_late)


def test_who_never_gets_in_is_ended_by_the_deadline_and_marked_late(narrow: socket.socket) -> None:
    sent = send(plan(narrow.getsockname()[1], 6, deadline_seconds=0.3))
    assert sent.ends() == dict.fromkeys(range(1, 7), "deadline")
    late = [mark for mark in sent.marks if mark.message == LATE]
    assert len(late) == 6 - sent.facts["opened"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps received bytes")
def test_completions_carry_the_kernels_time_of_arrival(server: Server) -> None:
    sent = send(plan(server.server_port, 5, "/ok"))
    assert sent.facts["stamps"] == "kernel"
    assert 0 <= sent.facts["lag"] < 5


def test_a_kernel_stamp_becomes_a_time_of_the_monotonic_clock() -> None:
    clock = Clock()
    wall, now = time.time_ns() - 10**9, time.monotonic()
    assert clock.monotonic(divmod(wall, 10**9), now) == pytest.approx(now - 1, abs=0.1)


def test_a_burst_within_the_open_file_limit_needs_nothing() -> None:
    assert files_needed(1) == ""
    assert files_needed(100) == ""


def test_a_burst_beyond_the_open_file_limit_is_refused_with_the_cure() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))\n"
        "from dashboard.processes.open_files import files_needed\n"
        "print(files_needed(136), files_needed(137), resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == (
        " 137 requests need 201 open files, and the limit is 200: "
        "raise it (ulimit -Hn 201), or send at most 136 requests (200, 200)\n"
    )
