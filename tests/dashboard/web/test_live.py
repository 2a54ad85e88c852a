"""The live relay with real browsers' protocol: every follower gets the whole log, in order."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import socketio
from werkzeug.serving import make_server

from config import LOOPBACK, Environment
from dashboard.analysis.forecast import forecast
from dashboard.marks.log import RunLog
from dashboard.marks.samples import Sample
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.web import live
from dashboard.web.app import create_app
from dashboard.web.live import FRAMES_UNDER_WAY, Follower, Relay
from settings import Settings
from target_app.probe.marks import Mark, Phase
from tests.dashboard.conftest import eventually

FRAME = 50  # marks, so that a few hundred are many frames


class Stage:
    """A dashboard that serves runs which the test feeds by hand."""

    def __init__(self, runtime: Runtime, relay: Relay, url: str) -> None:
        self.conductor = runtime.conductor
        self.relay = relay
        self.url = url

    def begin(self, name: str, requests: int = 2000) -> Run:
        """A run that goes on."""
        chosen = Settings(requests=requests)
        log = RunLog(name, requests)
        log.release(0.0)
        run = Run(name, chosen, forecast(chosen), log, status="running")
        self.conductor.runs[name] = run
        self.conductor.changes.notify()
        return run

    def end(self, run: Run) -> None:
        run.status, run.finished_at = "done", 1.0
        run.log.close()
        self.conductor.changes.notify()

    def followers(self) -> list[Follower]:
        return list(self.relay._followers.values())


def feed(run: Run, first: int, last: int) -> None:
    """Two marks for each of the requests from ``first`` to ``last``."""
    for seq in range(first, last + 1):
        run.log.add(Mark("", seq, Phase.QUEUED, 0.001 * seq))
        run.log.add(Mark("", seq, Phase.HANDLING, 0.001 * seq, 42, seq))


class Browser:
    """A page that follows: what it has received, and a gate before it acknowledges a frame."""

    def __init__(self, url: str, asked: Any = None) -> None:
        self.states: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.gauges: list[dict[str, Any]] = []
        self.summaries: list[dict[str, Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        self._client.on("state", self.states.append)
        self._client.on("frame", self._frame)
        self._client.on("gauges", self.gauges.append)
        self._client.on("summary", self.summaries.append)
        self._client.connect(url, transports=["websocket"])
        self.follow(asked)

    def follow(self, asked: Any) -> None:
        self._client.emit("follow", asked)

    def _frame(self, body: dict[str, Any]) -> None:
        self.frames.append(body)
        self.gate.wait(10)  # its acknowledgement is this function's return

    def close(self) -> None:
        self.gate.set()
        if self._client.connected:
            link = self._client.eio.ws
            link.close = partial(link.close, timeout=0)  # the answer to a goodbye takes seconds
            self._client.disconnect()

    def log(self, run: str) -> list[tuple[int, int, float]]:
        """The run's marks, after its last reset; what is doubled or missing fails."""
        found: list[tuple[int, int, float]] = []
        for body in [each for each in self.frames if each["run"] == run]:
            if body["index"] == 0:
                found = []
            assert body["index"] == len(found), "frames follow each other without a gap"
            found += zip(body["seq"], body["phase"], body["at"], strict=True)
        return found


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(live, "FRAME_MARKS", FRAME)
    with Runtime(Environment(tmp_path)) as runtime:
        app, relay = create_app(runtime)
        server = make_server(LOOPBACK, 0, app, threaded=True)
        server.daemon_threads = True  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield Stage(runtime, relay, f"http://{LOOPBACK}:{server.server_port}")
        for run in runtime.conductor.runs.values():
            run.status = "done"  # nobody conducts it: there is no end to wait for
        server.shutdown()
        thread.join()
        server.server_close()
        relay.close()


@pytest.fixture
def browse(stage: Stage) -> Iterator[Callable[..., Browser]]:
    opened: list[Browser] = []

    def browser(asked: Any = None) -> Browser:
        opened.append(Browser(stage.url, asked))
        return opened[-1]

    yield browser
    for each in opened:
        each.close()


Browse = Callable[..., Browser]


def test_before_the_first_run_a_page_hears_that_nothing_goes_on(browse: Browse) -> None:
    page = browse()
    assert eventually(lambda: page.states)
    assert (page.states[0]["run"], page.states[0]["status"]) == (None, "idle")
    assert page.frames == []


def test_early_and_late_followers_get_the_same_log_without_a_gap(
    stage: Stage, browse: Browse
) -> None:
    early = browse()
    run = stage.begin("r1")
    for first in range(1, 401, 100):
        feed(run, first, first + 99)
        assert eventually(lambda: len(early.log("r1")) == len(run.log))
    late = browse()
    assert eventually(lambda: len(late.log("r1")) == 800)
    assert late.log("r1") == early.log("r1")
    assert [seq for seq, _, _ in late.log("r1")[::2]] == list(range(1, 401))
    assert max(len(body["seq"]) for body in early.frames + late.frames) <= FRAME


def test_a_page_that_does_not_read_holds_two_frames_and_then_catches_up(
    stage: Stage, browse: Browse
) -> None:
    run = stage.begin("r1")
    slow, quick = browse(), browse()
    assert eventually(lambda: slow.states and quick.states)
    slow.gate.clear()
    feed(run, 1, 400)
    assert eventually(lambda: len(quick.log("r1")) == 800)
    held = [each for each in stage.followers() if each.index < 800]
    assert [each.window.under_way for each in held] == [FRAMES_UNDER_WAY]
    assert [each.index for each in held] == [FRAMES_UNDER_WAY * FRAME]
    stage.end(run)
    assert eventually(lambda: quick.summaries and quick.summaries[-1]["counts"]["handling"] == 400)
    assert len(slow.frames) <= FRAMES_UNDER_WAY
    slow.gate.set()
    assert eventually(lambda: slow.log("r1") == quick.log("r1"))
    assert eventually(lambda: slow.summaries and slow.states[-1]["status"] == "done")
    assert eventually(lambda: all(each.window.under_way == 0 for each in stage.followers()))


def test_a_page_that_comes_back_gets_what_it_lacks_only(stage: Stage, browse: Browse) -> None:
    run = stage.begin("r1")
    feed(run, 1, 100)
    page = browse({"run": "r1", "index": 150})
    assert eventually(lambda: sum(len(body["seq"]) for body in page.frames) == 50)
    assert [body["index"] for body in page.frames] == [150]


@pytest.mark.parametrize(
    "asked",
    [
        {"run": "r0", "index": 50},  # of a run that is over
        {"run": "r1", "index": 201},  # more than there is
        {"run": "r1", "index": -1},
        {"run": "r1", "index": True},
        {"run": "r1", "index": 1.5},
        {"run": ["r1"], "index": 0},
        {"index": 50},
        ["r1", 50],
        "r1",
        None,
    ],
)
def test_a_page_that_asks_for_anything_else_begins_anew(
    stage: Stage, browse: Browse, asked: Any
) -> None:
    run = stage.begin("r1")
    feed(run, 1, 100)
    page = browse(asked)
    assert eventually(lambda: len(page.log("r1")) == 200)
    assert page.frames[0]["index"] == 0


def test_the_next_run_begins_anew_for_every_page(stage: Stage, browse: Browse) -> None:
    page = browse()
    first = stage.begin("r1")
    feed(first, 1, 30)
    assert eventually(lambda: len(page.log("r1")) == 60)
    stage.end(first)
    second = stage.begin("r2")
    feed(second, 1, 40)
    assert eventually(lambda: len(page.log("r2")) == 80)
    assert eventually(lambda: page.states[-1]["run"] == "r2")
    assert next(body for body in page.frames if body["run"] == "r2")["index"] == 0


def test_gauges_are_sent_by_index_too(stage: Stage, browse: Browse) -> None:
    run = stage.begin("r1")
    page = browse()
    for number in range(5):
        run.log.add_samples(
            0.1 * number, lambda at: [Sample(at, "pool", 42, {"out": 1.0, "idle": 0.0})]
        )
        assert eventually(partial(heard, page, number + 1))
    assert [each[0] for body in page.gauges for each in body["samples"]] == [
        pytest.approx(0.1 * number) for number in range(5)
    ]


def heard(page: Browser, samples: int) -> bool:
    """Whether so many samples have come, each frame of them where the last ended."""
    for n, body in enumerate(page.gauges):
        assert body["index"] == sum(len(each["samples"]) for each in page.gauges[:n])
    return sum(len(each["samples"]) for each in page.gauges) == samples


def test_the_summary_comes_after_the_marks_that_it_counts(stage: Stage, browse: Browse) -> None:
    run = stage.begin("r1", requests=100)
    feed(run, 1, 100)
    page = browse()
    assert eventually(lambda: page.summaries)
    assert len(page.log("r1")) == 200
    assert page.summaries[-1]["sentence"] == "0 of 100 done · 100 in Python"
    stage.end(run)
    assert eventually(lambda: page.states[-1]["status"] == "done")


def test_a_page_that_leaves_is_forgotten(stage: Stage, browse: Browse) -> None:
    page = browse()
    assert eventually(lambda: len(stage.followers()) == 1)
    page.close()
    assert eventually(lambda: stage.followers() == [])
