"""Datagrams from anyone on this machine: those of our target are heard, all others dropped."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import LOOPBACK, Environment
from dashboard.analysis.forecast import forecast
from dashboard.marks.log import RunLog
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.targets.receiver import Receiver
from settings import Settings
from target_app.probe import heartbeat
from target_app.probe.beacon import parse_address
from target_app.probe.marks import Mark, Phase, encode
from tests.dashboard.conftest import eventually

MARK = Mark("token", 1, Phase.WAITING, 12.5, 4711, 3, 0, note="todos")
BEAT = heartbeat.Heartbeat(4711, 12.5, 0.001, 0.5, (heartbeat.PoolState(5, 0, 10),))


class Ears:
    """A receiver, what it heard, and a socket to send to it."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.receiver = Receiver()
        self.receiver.start(
            self.heard.append,
            lambda *notice: self.heard.append(notice[:3]),
            lambda *beat: self.heard.append(beat),
        )
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(parse_address(self.receiver.address))

    def send(self, *lines: bytes) -> None:
        for line in lines:
            self._socket.send(line)

    def close(self) -> None:
        self._socket.close()
        self.receiver.close()


@pytest.fixture
def ears() -> Iterator[Ears]:
    opened = Ears()
    yield opened
    opened.close()


def notice(**changed: Any) -> bytes:
    return json.dumps({"event": "worker-ready", "token": "t", "pid": 7} | changed).encode()


def test_marks_notices_and_pulses_are_heard_in_order(ears: Ears) -> None:
    ears.send(encode(MARK), notice(), heartbeat.encode(BEAT, "t"), notice(event="worker-exit"))
    assert eventually(lambda: len(ears.heard) == 4)
    assert ears.heard == [MARK, ("worker-ready", "t", 7), ("t", BEAT), ("worker-exit", "t", 7)]
    assert ears.receiver.dropped == 0


@pytest.mark.parametrize(
    "line",
    [
        *(b"hello", b"\xff\xfe\x00", b"{", b"[", b"[]", b"null", b"5", b'"x"', b"{}"),
        encode(MARK)[:-1],
        encode(MARK).replace(b"waiting", b"dreaming"),
        *(notice(pid="7"), notice(pid=True), notice(token=None), notice(event=3)),
        notice(event="pulse"),
        notice(event="pulse", at=None, lag=0, cpu=0, pools=[]),
        pytest.param(b"[" * 3000, id="nested list"),
        pytest.param(b'{"a":' * 600, id="nested object"),
        pytest.param(b"x" * 60_000, id="longer than any mark"),
    ],
)
def test_what_is_neither_is_dropped_and_the_next_is_heard(ears: Ears, line: bytes) -> None:
    ears.send(line, encode(MARK))
    assert eventually(lambda: ears.heard)
    assert ears.heard == [MARK]
    assert ears.receiver.dropped == 1


def test_an_empty_datagram_of_a_stranger_does_not_deafen_it(ears: Ears) -> None:
    ears.send(b"", encode(MARK))
    assert eventually(lambda: ears.heard, seconds=2)


def test_two_thousand_marks_of_one_instant_all_arrive(ears: Ears) -> None:
    ears.send(*(encode(MARK._replace(seq=seq)) for seq in range(2000)))
    assert eventually(lambda: len(ears.heard) == 2000)
    assert [mark.seq for mark in ears.heard] == list(range(2000))


def test_it_listens_on_loopback_and_lets_go_when_closed() -> None:
    ears = Ears()
    host, port = parse_address(ears.receiver.address)
    assert host == LOOPBACK
    ears.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((host, port))


@pytest.mark.parametrize("name", ["", "other", "é", "\ud800"])
def test_marks_of_other_runs_are_dropped_whatever_their_name(tmp_path: Path, name: str) -> None:
    settings = Settings()
    with Runtime(Environment(tmp_path)) as runtime:
        run = Run("r1", settings, forecast(settings), RunLog("r1", settings.requests))
        run.log.release(0)
        conductor = runtime.conductor
        conductor.runs[run.id], conductor._token = run, "ab" * 16
        conductor.on_mark(MARK._replace(run=name))
        assert len(run.log) == 0
        conductor.on_mark(MARK._replace(run="ab" * 16))
        assert len(run.log) == 1
        run.status = "done"
