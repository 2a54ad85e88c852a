"""Many browsers at one run: all that follow hold the identical log, and none disturbs the run."""

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import websocket

from tests.dashboard.conftest import eventually
from tests.served import Served, public, serving

pytestmark = pytest.mark.live

TABS = 50
RUN = {"endpoint": "python", "requests": 400, "sleep_seconds": 1.5}
MEBIBYTE = 2**20
COLUMNS = ("seq", "phase", "at", "worker", "lane", "connection")


def opened(url: str) -> websocket.WebSocket:
    """A link of Socket.IO that has joined and follows nothing yet."""
    address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    link = websocket.create_connection(address, timeout=30)
    for sent in ("", "40"):
        if sent:
            link.send(sent)
        link.recv()
    return link


class Tab:
    """One browser's link: what it holds of the log, in the order of its index."""

    def __init__(self, url: str) -> None:
        self.marks: list[tuple[Any, ...]] = []
        self.run: str | None = None
        self.statuses: list[str] = []
        self.summary: dict[str, Any] = {}
        self.gaps = 0
        self._url = url
        self.come_back()

    def come_back(self) -> None:
        """Follow from where it is."""
        self._link = opened(self._url)
        assert self._link.sock is not None
        self._socket = self._link.sock
        asked = ["follow", {"run": self.run, "index": len(self.marks)}]
        self._link.send("42" + json.dumps(asked))
        self._thread = threading.Thread(target=self._read, args=[self._link], daemon=True)
        self._thread.start()

    def lose_link(self) -> None:
        """What a laptop's lid does."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # a close alone does not wake the reader
        self._thread.join()
        self._link.close()

    def _read(self, link: websocket.WebSocket) -> None:
        with contextlib.suppress(websocket.WebSocketException, OSError):
            while packet := str(link.recv()):
                found = re.match(r"42(\d*)(\[.*)", packet, re.DOTALL)
                if packet == "2":  # the server asks whether we live
                    link.send("3")
                elif found:
                    self._hear(*json.loads(found[2]))
                    if found[1]:
                        link.send(f"43{found[1]}[]")

    def _hear(self, event: str, body: dict[str, Any]) -> None:
        if event == "state":
            if body["run"] != self.run:
                self.run, self.marks = body["run"], []
            self.statuses.append(body["status"])
        elif event == "summary":
            self.summary = body
        elif event == "frame":
            self.gaps += body["index"] > len(self.marks)
            rows = list(zip(*(body[name] for name in COLUMNS), strict=True))
            self.marks += rows[len(self.marks) - body["index"] :]


@pytest.fixture(scope="module")
def served(data_dir: Path) -> Iterator[Served]:
    """A dashboard that has done one run, so that its databases and target are up."""
    with serving(public(data_dir / "t")) as one:
        one.finish(**{**RUN, "requests": 20})
        yield one


@pytest.fixture
def tabs() -> Iterator[list[Tab]]:
    """The tabs that a test opens."""
    shown: list[Tab] = []
    yield shown
    for tab in shown:
        tab.lose_link()


def the_log(served: Served, run: str) -> list[tuple[Any, ...]]:
    frame = served.record(run)["frame"]
    return list(zip(*(frame[name] for name in COLUMNS), strict=True))


def wait_for_all(tabs: list[Tab], log: list[tuple[Any, ...]], seconds: float = 20) -> None:
    assert eventually(lambda: all(len(tab.marks) == len(log) for tab in tabs), seconds), [
        len(tab.marks) for tab in tabs
    ]
    assert all(tab.marks == log for tab in tabs)
    assert sum(tab.gaps for tab in tabs) == 0


def stalled(url: str) -> websocket.WebSocket:
    """A link that follows and then reads nothing any more."""
    link = opened(url)
    link.send("42" + json.dumps(["follow", {"run": None, "index": 0}]))
    return link


def test_fifty_tabs_and_stalled_ones_hold_the_log_and_cost_the_run_nothing(
    served: Served, tabs: list[Tab]
) -> None:
    alone = served.finish(**RUN)["summary"]["total_seconds"]
    process = psutil.Process(served.process.pid)
    before = process.memory_info().rss
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(contextlib.closing(stalled(served.url)))
        tabs += [Tab(served.url) for _ in range(TABS)]
        run = served.launch(**RUN)
        assert served.reaches(run, "running", "done")
        # Two go away in mid-run and come back, one of them late.
        tabs[0].lose_link()
        tabs[1].lose_link()
        time.sleep(0.5)
        tabs[0].come_back()
        assert served.reaches(run, "done")
        tabs[1].come_back()
        tabs.append(Tab(served.url))  # opened after the end
        log = the_log(served, run)
        wait_for_all(tabs, log)
        grown = process.memory_info().rss - before
    assert {mark[0] for mark in log} == set(range(1, 401))
    assert eventually(lambda: {tab.summary.get("done") for tab in tabs} == {400})
    together = served.record(run)["summary"]["total_seconds"]
    # All of them live on the same cores as the run, and cost it no more than their own work.
    assert together - alone < 2.5
    assert grown < 64 * MEBIBYTE


def test_a_link_that_asks_again_and_again_without_reading_costs_no_memory(served: Served) -> None:
    process = psutil.Process(served.process.pid)
    before = process.memory_info().rss
    follow = "42" + json.dumps(["follow", {"run": None, "index": 0}])
    link = stalled(served.url)
    link.settimeout(2)
    with contextlib.suppress(websocket.WebSocketException, OSError):
        for _ in range(2000):
            link.send(follow)
    time.sleep(1)
    assert process.memory_info().rss - before < 64 * MEBIBYTE
    link.close()
    assert served.get("/api/options").status_code == 200


def test_all_tabs_may_cancel_and_one_launch_of_many_goes(served: Served, tabs: list[Tab]) -> None:
    tabs += [Tab(served.url) for _ in range(2)]
    codes: list[int] = []
    gate = threading.Barrier(2)

    def press() -> None:
        gate.wait()
        codes.append(served.post("/api/runs", {**RUN, "sleep_seconds": 20}).status_code)

    people = [threading.Thread(target=press) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(codes) == [202, 409]
    run = served.get("/api/runs").json()[0]["run"]
    assert served.post("/api/runs", RUN).json()["run"] == run  # the other is told whose goes
    assert served.reaches(run, "running")
    assert served.post(f"/api/runs/{run}/cancel").status_code == 202
    assert served.reaches(run, "cancelled")
    assert eventually(lambda: all(tab.statuses[-1] == "cancelled" for tab in tabs))
    wait_for_all(tabs, the_log(served, run))


NO_PLACES: tuple[Any, ...] = (None, 5, "r1", [], {}, {"run": 5}, {"index": "x"})
NO_INDEXES: tuple[Any, ...] = (-1, 10**30, 1.5, None, True, [])
EVENTS: list[list[Any]] = [
    *(["follow", asked] for asked in NO_PLACES),
    *(["follow", {"run": "r1", "index": index}] for index in NO_INDEXES),
    *(["follow", {"run": "x" * 10_000, "index": 0}], ["follow", {}, {}, {}], ["follow"]),
    *(["launch", {"requests": 1}], ["disconnect"], ["__class__"], [], [5], [None, {}]),
]


def test_events_of_any_shape_start_nothing_and_the_next_tab_follows(
    served: Served, tabs: list[Tab]
) -> None:
    before = served.get("/api/runs").json()
    for event in EVENTS:
        with contextlib.closing(stalled(served.url)) as link:
            link.send("42" + json.dumps(event))
    for raw in ("", "4", "42", "42{", "4\x00", "451-[]", "9", "42[" * 500, "43999[]", "{}"):
        with contextlib.closing(stalled(served.url)) as link:
            link.send(raw)
    assert served.get("/api/runs").json() == before
    tabs.append(Tab(served.url))
    wait_for_all(tabs, the_log(served, before[0]["run"]))
