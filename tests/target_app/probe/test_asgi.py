"""The probe changes nothing in an ASGI app's answers, and a request is one trail in all threads."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import anyio.to_thread
import pytest

from dashboard.marks.wire import parse_server_timing
from target_app.probe import threads
from target_app.probe.asgi import ASGIApp, AsgiProbe, is_asgi
from target_app.probe.beacon import Beacon
from target_app.probe.marks import Mark, Phase
from target_app.probe.trail import current
from tests.loops import run
from tests.target_app.conftest import Heard

TYPE = (b"content-type", b"text/plain")
Sent = list[dict[str, Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@pytest.fixture(autouse=True)
def watching() -> None:
    """Both kinds of threads watched, as in a worker."""
    threads.watch_executors()
    threads.watch_anyio(anyio.to_thread)


@pytest.fixture
def probe(beacon: Beacon) -> AsgiProbe:
    return AsgiProbe(beacon)


async def ask(app: ASGIApp, header: str = "token/1", kind: str = "http") -> Sent:
    """What one request to the app makes it send."""
    sent: Sent = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"x"), *([(b"x-poolscope", header.encode())] if header else [])]
    await app({"type": kind, "headers": headers}, receive, send)
    return sent


async def start(send: Send, **more: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [TYPE], **more})


async def plain(_scope: Any, _receive: Any, send: Send) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": b"one ", "more_body": True})
    await send({"type": "http.response.body", "body": b"two"})


def phases(marks: list[Mark]) -> list[str]:
    return [mark.phase.value for mark in marks]


def test_an_answer_is_the_same_but_for_one_header_that_only_runs_get(
    probe: AsgiProbe, heard: Heard
) -> None:
    before = run(ask(plain, ""))
    assert run(ask(probe.wrap(plain), "")) == before
    assert run(ask(probe.wrap(plain), "somebody's own")) == before
    assert heard() == []

    head, *rest = run(ask(probe.wrap(plain)))
    assert rest == before[1:]
    ((name, value),) = head["headers"][1:]
    assert head | {"headers": [TYPE]} == before[0]
    assert name == b"server-timing"
    told = parse_server_timing(value.decode(), "token", 1)
    assert phases(list(told)) == phases(heard()) == ["handling", "responding"]


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_websockets_and_the_lifespan_pass_untouched(
    probe: AsgiProbe, heard: Heard, kind: str
) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Send) -> None:
        seen.append((await receive(), current()))
        await send({"type": f"{kind}.startup.complete", "scope": scope})

    before = run(ask(app, kind=kind))
    assert run(ask(probe.wrap(app), kind=kind)) == before
    assert seen[0] == seen[1]
    assert heard() == []


@pytest.mark.parametrize("headers", [7, None, [1], "text"])
def test_headers_that_the_server_would_refuse_reach_it_as_they_are(
    probe: AsgiProbe, headers: Any
) -> None:
    async def app(_scope: Any, _receive: Any, send: Send) -> None:
        await start(send, headers=headers)

    (message,) = run(ask(probe.wrap(app)))
    kept = message["headers"]
    assert kept == headers or list(kept[: len(list(headers))]) == list(headers)


def test_an_error_goes_on_to_the_server_and_is_told(probe: AsgiProbe, heard: Heard) -> None:
    async def app(*_: Any) -> None:
        raise LookupError("no such order")

    with pytest.raises(LookupError, match="no such order"):
        run(ask(probe.wrap(app)))
    assert heard()[-1].message.endswith("no such order")


def test_a_client_that_goes_away_ends_the_app_as_without_the_probe(
    probe: AsgiProbe, heard: Heard
) -> None:
    async def main() -> None:
        task = asyncio.create_task(ask(probe.wrap(lambda *_: asyncio.sleep(10))))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    assert [mark.failure for mark in heard()] == [""]


class Pool:
    """Three ways to have blocking code run in a thread, with two threads each."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(2)
        self.limiter = anyio.CapacityLimiter(2)

    async def anyio(self, call: Callable[[], Any]) -> Any:
        return await anyio.to_thread.run_sync(call, limiter=self.limiter)

    async def default(self, call: Callable[[], Any]) -> Any:
        asyncio.get_running_loop().set_default_executor(self.executor)
        return await asyncio.to_thread(call)

    async def given(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.executor, call)


@pytest.mark.parametrize("way", ["anyio", "default", "given"])
def test_a_request_stays_one_trail_in_a_thread_and_its_wait_for_one_is_seen(
    probe: AsgiProbe, heard: Heard, way: str
) -> None:
    async def app(_scope: Any, _receive: Any, send: Send) -> None:
        def block() -> Any:
            time.sleep(0.4)
            return current()

        mine = current()
        assert await getattr(pool, way)(block) is mine
        await start(send)

    async def main() -> None:
        await asyncio.gather(*(ask(probe.wrap(app), f"token/{seq}") for seq in range(1, 6)))

    pool = Pool()
    run(main())
    pool.executor.shutdown()
    by_seq: dict[int, list[Mark]] = {}
    for mark in heard():
        by_seq.setdefault(mark.seq, []).append(mark)
    waits = []
    for marks in by_seq.values():
        assert phases(marks) == ["handling", "thread-queued", "handling", "responding"]
        on_loop, queued, in_thread, back = marks
        assert on_loop.lane == queued.lane == back.lane != in_thread.lane
        waits.append(in_thread.at - queued.at)
    assert len({marks[0].lane for marks in by_seq.values()}) == 5
    assert len({marks[2].lane for marks in by_seq.values()}) == 2
    # Two at a time: three have waited for one call, and of those the last for two.
    assert [sum(wait > seconds for wait in waits) for seconds in (0.35, 0.75)] == [3, 1]


def test_what_nobody_waits_for_does_not_change_the_phase(probe: AsgiProbe, heard: Heard) -> None:
    async def app(_scope: Any, _receive: Any, send: Send) -> None:
        done = asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.01)
        trail = current()
        assert trail is not None
        trail.enter(Phase.EXECUTING, 7)
        await asyncio.sleep(0.05)
        await start(send)
        await done

    run(ask(probe.wrap(app)))
    marks = heard()
    assert phases(marks)[-2:] == ["executing", "responding"]
    assert all(before.phase != after.phase for before, after in pairwise(marks[1:]))


def test_several_calls_at_once_wait_until_the_last_has_a_thread(
    probe: AsgiProbe, heard: Heard
) -> None:
    async def app(_scope: Any, _receive: Any, send: Send) -> None:
        await asyncio.gather(*(anyio.to_thread.run_sync(time.sleep, 0.02) for _ in range(3)))
        await start(send)

    run(ask(probe.wrap(app)))
    found = phases(heard())
    assert found == ["handling", *["thread-queued"] * 3, "handling", "responding"]


def test_a_task_that_outlives_its_request_marks_nothing_more(
    probe: AsgiProbe, heard: Heard
) -> None:
    async def main() -> None:
        tasks = []

        async def outlive() -> None:
            await asyncio.sleep(0.02)
            trail = current()
            assert trail is not None
            trail.enter(Phase.EXECUTING, 1)
            await anyio.to_thread.run_sync(time.sleep, 0)

        async def app(_scope: Any, _receive: Any, send: Send) -> None:
            tasks.append(asyncio.create_task(outlive()))
            await start(send)

        await ask(probe.wrap(app))
        assert current() is None
        await asyncio.gather(*tasks)

    run(main())
    assert phases(heard()) == ["handling", "responding"]


def test_outside_of_runs_threads_know_of_no_request() -> None:
    async def main() -> Any:
        return await anyio.to_thread.run_sync(current), await asyncio.to_thread(current)

    assert run(main()) == (None, None)


class Callable3:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


def wsgi(environ: Any, start_response: Any) -> Any: ...


def decorated(scope: Any, receive: Any, send: Any) -> Any: ...


@pytest.mark.parametrize(
    ("app", "expected"),
    [(plain, True), (Callable3(), True), (decorated, True), (wsgi, False), (print, False)],
    ids=["function", "object", "decorated", "wsgi", "builtin"],
)
def test_an_asgi_app_is_told_from_a_wsgi_one(app: Any, expected: bool) -> None:
    assert is_asgi(app) is expected


def lifespan(*messages: str) -> ASGIApp:
    async def app(_scope: Any, _receive: Any, send: Send) -> None:
        for message in messages:
            await send({"type": message})

    return app


@pytest.mark.parametrize(
    ("app", "ready"),
    [
        (lifespan("lifespan.startup.complete", "lifespan.shutdown.complete"), 1),
        (lifespan("lifespan.startup.failed"), 0),
        (lifespan(), 1),
    ],
    ids=["complete", "failed", "none"],
)
def test_a_worker_is_ready_when_its_lifespan_has_begun(
    beacon: Beacon, app: ASGIApp, ready: int
) -> None:
    told: list[str] = []
    probe = AsgiProbe(beacon, lambda: told.append("started"), lambda: told.append("ready"))
    run(ask(probe.wrap(app), kind="lifespan"))
    assert told == ["started", *["ready"] * ready]


def test_an_app_that_refuses_the_lifespan_is_ready_as_well(beacon: Beacon) -> None:
    async def app(*_: Any) -> None:
        raise NotImplementedError("http only")

    told: list[str] = []
    probe = AsgiProbe(beacon, None, lambda: told.append("ready"))
    with pytest.raises(NotImplementedError):
        run(ask(probe.wrap(app), kind="lifespan"))
    assert told == ["ready"]
