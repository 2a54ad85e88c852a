"""The probe changes nothing in an app's answers, and tells what its requests went through."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool, QueuePool
from werkzeug.test import create_environ

from dashboard.marks.wire import parse_server_timing
from target_app.probe.beacon import Beacon
from target_app.probe.marks import Mark, Phase
from target_app.probe.pools.sqlalchemy_pools import watch_pools
from target_app.probe.trail import note
from target_app.probe.wsgi import Probe, WSGIApp
from tests.target_app.conftest import Heard

TYPE = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
StartResponse = Callable[..., Any]
Answer = tuple[str, list[tuple[str, str]], bytes]


@pytest.fixture
def probe(beacon: Beacon) -> Probe:
    return Probe(beacon)


def environ(seq: int | None = 1, header: str = "") -> dict[str, Any]:
    """A GET that carries the run's header for ``seq``, or ``header``, or none."""
    value = header or (f"token/{seq}" if seq is not None else "")
    return create_environ(headers={"X-Poolscope": value} if value else {})


def request_spec(app: WSGIApp, seq: int | None = 1, header: str = "") -> Answer:
    """Status, headers and body of one request, served as PEP 3333 says."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        assert not started or error is not None
        if error is not None and written:
            raise error[1]
        started[:] = [(status, headers)]
        return written.append

    body = app(environ(seq, header), start_response)
    try:
        written.extend(body)
    finally:
        getattr(body, "close", lambda: None)()
    return *started[0], b"".join(written)


def phases(marks: Iterable[Mark]) -> list[str]:
    return [mark.phase.value for mark in marks]


def timing(answer: Answer) -> list[str]:
    return [value for name, value in answer[1] if name == "Server-Timing"]


# Apps that answer in each way that PEP 3333 allows.


def listed(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", TYPE)
    return [b"one ", b"two"]


def empty(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response("204 No Content", [])
    return []


def streaming(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", TYPE)
    return (b"%d," % n for n in range(100))


def late(_: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
    start_response("201 Created", TYPE)  # a generator: called with the first chunk only
    yield b"first "
    yield b"second"


def writing(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    write = start_response("200 OK", TYPE)
    write(b"written ")
    write(b"twice ")
    return [b"and returned"]


def mended(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", TYPE)
    try:
        raise LookupError("found too late")
    except LookupError:
        start_response("500 Oops", [("Content-Type", "text/plain")], sys.exc_info())
    return [b"sorry"]


@pytest.mark.parametrize(
    "app", [listed, empty, streaming, late, writing, mended], ids=lambda app: app.__name__
)
def test_an_answer_is_the_same_but_for_one_header_that_only_runs_get(
    app: WSGIApp, probe: Probe, heard: Heard
) -> None:
    plain = request_spec(app, seq=None)
    wrapped = probe.wrap(app)

    assert request_spec(wrapped, seq=None) == plain
    assert heard() == []

    status, headers, body = answer = request_spec(wrapped)
    assert (status, body) == (plain[0], plain[2])
    assert headers[:-1] == plain[1]
    assert headers[-1][0] == "Server-Timing"

    (value,) = timing(answer)
    told = parse_server_timing(value, "token", 1)
    sent = heard()
    assert phases(sent)[0] == "handling"
    assert set(phases(sent)[1:]) <= {"responding"}
    assert phases(told) == phases(sent)[: len(told)]
    assert {(mark.run, mark.seq) for mark in sent} == {("token", 1)}


@pytest.mark.parametrize("app", [listed, streaming, writing], ids=lambda app: app.__name__)
def test_a_wrapped_app_keeps_to_the_wsgi_standard(app: WSGIApp, probe: Probe) -> None:
    def plain(env: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return app(env, lambda status, headers, *rest: start_response(status, headers[:1], *rest))

    checked: Any = validator(probe.wrap(validator(plain)))
    assert request_spec(checked)[2] == request_spec(app, seq=None)[2]


@pytest.mark.parametrize("header", ["abc", "abc/", "/1", "a/b", "x" * 65 + "/1"])
def test_somebody_elses_header_of_that_name_changes_nothing(
    probe: Probe, heard: Heard, header: str
) -> None:
    assert request_spec(probe.wrap(listed), header=header) == request_spec(listed, seq=None)
    assert heard() == []


def test_without_the_header_the_apps_own_body_is_handed_on(probe: Probe) -> None:
    body = [b"x"]
    wrapped = probe.wrap(lambda _environ, _start: body)
    assert wrapped(environ(None), lambda *_: None) is body


def test_a_streaming_body_goes_out_chunk_by_chunk(probe: Probe) -> None:
    made: list[int] = []

    def app(_: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", TYPE)
        for number in range(3):
            made.append(number)
            yield b"x"

    body = iter(probe.wrap(app)(environ(), lambda *_: None))
    for number in range(3):
        next(body)
        assert made == list(range(number + 1))


class Closing:
    """A body that says whether it was closed."""

    def __init__(self, *chunks: bytes, error: Exception | None = None) -> None:
        self._chunks = chunks
        self._error = error
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        self.closed += 1


def answering(body: Iterable[bytes]) -> WSGIApp:
    def app(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", TYPE)
        return body

    return app


def test_the_body_is_closed_once_as_the_app_wants_it(probe: Probe) -> None:
    body = Closing(b"x")
    assert request_spec(probe.wrap(answering(body)))[2] == b"x"
    assert body.closed == 1


def test_an_error_in_the_body_reaches_the_server_and_the_body_is_closed(
    probe: Probe, heard: Heard
) -> None:
    body = Closing(b"x", error=OSError("disk"))
    wrapped = probe.wrap(answering(body))
    answer: Any = wrapped(environ(), lambda *_: None)
    with pytest.raises(OSError, match="disk"):
        list(answer)
    answer.close()
    assert body.closed == 1
    assert phases(heard()) == ["handling", "responding"]
    note("after the request")
    assert heard() == []


def test_an_error_of_the_app_reaches_the_server_as_it_is_and_ends_the_trail(
    probe: Probe, heard: Heard
) -> None:
    def app(_: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", TYPE)
        raise ZeroDivisionError("in the view")

    started: list[Any] = []
    with pytest.raises(ZeroDivisionError, match="in the view"):
        probe.wrap(app)(environ(), lambda *given: started.append(given))
    assert started == []  # the server is still free to answer 500
    note("after the request")
    assert [(mark.phase.value, mark.failure, mark.message) for mark in heard()] == [
        ("handling", "", ""),
        ("handling", "http-5xx", "ZeroDivisionError: in the view"),
    ]


def test_a_note_says_what_the_same_phase_is_about_from_here_on(probe: Probe, heard: Heard) -> None:
    def app(env: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        note("todos")
        return listed(env, start_response)

    request_spec(probe.wrap(app), seq=None)
    assert heard() == []
    request_spec(probe.wrap(app))
    assert [(mark.phase, mark.note) for mark in heard()] == [
        (Phase.HANDLING, ""),
        (Phase.HANDLING, "todos"),
        (Phase.RESPONDING, ""),
    ]


def test_each_thread_has_a_lane_of_its_own(probe: Probe, heard: Heard) -> None:
    wrapped = probe.wrap(listed)
    request_spec(wrapped)
    request_spec(wrapped)
    thread = threading.Thread(target=request_spec, args=[wrapped])
    thread.start()
    thread.join()
    lanes = [mark.lane for mark in heard() if mark.phase is Phase.HANDLING]
    assert lanes[0] == lanes[1] != lanes[2]
    assert min(lanes) >= 1


# Real pools.


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Engines on a sqlite file, each with the pool that is asked for."""
    watch_pools()
    made: list[Engine] = []

    def make(pool: type[Any] = QueuePool, **options: Any) -> Engine:
        made.append(create_engine(f"sqlite:///{tmp_path}/x.db", poolclass=pool, **options))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


def querying(engine: Engine, statements: int = 1, hold: float = 0.0) -> WSGIApp:
    """An app that holds a connection for ``statements`` and ``hold`` seconds."""

    def app(env: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with engine.connect() as connection:
            for _ in range(statements):
                connection.execute(text("select 1"))
            time.sleep(hold)
        return listed(env, start_response)

    return app


AGAIN = ["handling", "waiting", "holding", "executing", "holding", "handling", "responding"]
FIRST = [*AGAIN[:2], "connecting", *AGAIN[2:]]


def test_a_request_goes_through_the_pool_in_order(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    wrapped = probe.wrap(querying(engines()))
    answer = request_spec(wrapped)
    sent = heard()
    assert phases(sent) == FIRST
    assert [mark.at for mark in sent] == sorted(mark.at for mark in sent)
    (connection,) = {mark.connection for mark in sent[3:6]}
    assert connection >= 1
    assert {mark.connection for mark in (*sent[:3], *sent[6:])} == {0}

    (value,) = timing(answer)
    told = parse_server_timing(value, "token", 1)
    assert [(mark.phase, mark.connection) for mark in told] == [
        (mark.phase, mark.connection) for mark in sent
    ]
    for mark, original in zip(told, sent, strict=True):
        assert mark.at == pytest.approx(original.at, abs=2e-6)

    request_spec(wrapped, seq=2)
    again = heard()
    assert phases(again) == AGAIN
    assert {mark.connection for mark in again} == {0, connection}


def test_each_statement_is_a_stretch_of_its_own(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    request_spec(probe.wrap(querying(engines(), statements=3)))
    assert phases(heard())[4:10] == ["executing", "holding"] * 3


def test_a_request_without_the_header_leaves_no_mark_of_the_pool(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    wrapped = probe.wrap(querying(engines()))
    assert timing(request_spec(wrapped, seq=None)) == []
    assert heard() == []


def test_watching_twice_marks_once(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    watch_pools()
    request_spec(probe.wrap(querying(engines())))
    assert phases(heard()) == FIRST


def test_a_null_pool_connects_each_time(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    wrapped = probe.wrap(querying(engines(NullPool)))
    numbers = set()
    for seq in (1, 2):
        request_spec(wrapped, seq=seq)
        sent = heard()
        assert phases(sent) == FIRST
        numbers |= {mark.connection for mark in sent} - {0}
    assert len(numbers) == 2


def test_who_finds_the_pool_empty_waits_until_the_connection_comes_back(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    engine = engines(pool_size=1, max_overflow=0)
    wrapped = probe.wrap(querying(engine, hold=0.2))
    threads = [threading.Thread(target=request_spec, args=[wrapped, seq]) for seq in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = heard()
    by_seq = {seq: [mark for mark in sent if mark.seq == seq] for seq in (1, 2)}
    first, second = sorted(by_seq.values(), key=lambda marks: marks[-1].at)
    assert (phases(first), phases(second)) == (FIRST, AGAIN)
    got, gave_back = second[2], first[6]
    assert got.connection == first[3].connection
    assert got.at - second[1].at > 0.1
    assert got.at > gave_back.at - 0.01


def test_a_pool_timeout_is_the_apps_error_and_its_wait_is_told(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    engine = engines(pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect(), pytest.raises(PoolTimeout):
        request_spec(probe.wrap(querying(engine)))
    sent = heard()
    assert phases(sent) == ["handling", "waiting", "waiting"]
    assert sent[-1].failure == "pool-timeout"
    assert sent[-1].message.startswith("TimeoutError: QueuePool limit")


def test_a_statement_that_fails_still_gives_the_connection_back(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    engine = engines()

    def app(env: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with pytest.raises(OperationalError), engine.connect() as connection:
            connection.execute(text("select nothing from nowhere"))
        return listed(env, start_response)

    request_spec(probe.wrap(app))
    sent = heard()[4:]
    assert phases(sent) == ["executing", "executing", "handling", "responding"]
    assert sent[1].failure == "http-5xx"
    assert sent[1].message.startswith("OperationalError: near")


def test_an_invalidated_connection_goes_quietly(
    probe: Probe, heard: Heard, engines: Callable[..., Engine]
) -> None:
    engine = engines()

    def app(env: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with engine.connect() as connection:
            connection.invalidate()
        return listed(env, start_response)

    assert request_spec(probe.wrap(app))[0] == "200 OK"
    assert phases(heard())[-2:] == ["handling", "responding"]
