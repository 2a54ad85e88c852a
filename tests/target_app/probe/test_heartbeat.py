"""A worker's heartbeat: what goes over the wire comes back, and nothing else does."""

import json
import os
import socket
import sys
import time
from subprocess import run
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import LOOPBACK
from target_app.probe.heartbeat import Heartbeat, PoolState, decode, encode

SECONDS = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(0, 2000)
POOLS = st.lists(st.builds(PoolState, COUNT, COUNT, COUNT), max_size=3).map(tuple)
PULSES = st.builds(Heartbeat, st.integers(1, 2**22), SECONDS, SECONDS, SECONDS, POOLS)
GOOD: dict[str, Any] = {"pid": 7, "at": 1.5, "lag": 0.1, "cpu": 2, "pools": [[1, 2, 0]]}


@given(PULSES)
@settings(max_examples=60, deadline=None)
def test_what_is_sent_is_what_is_read(heartbeat: Heartbeat) -> None:
    notice = json.loads(encode(heartbeat, "secret"))
    assert (notice["event"], notice["token"]) == ("pulse", "secret")
    assert decode(notice) == heartbeat


@pytest.mark.parametrize("name", ["pid", "at", "lag", "cpu", "pools"])
@pytest.mark.parametrize("bad", [None, "x", {"a": 1}, [[1]], [["x", 1, 2]], float("nan")])
def test_anything_else_is_no_pulse(name: str, bad: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode({**GOOD, name: bad})


@pytest.mark.parametrize("name", list(GOOD))
def test_a_field_that_is_missing_makes_no_pulse(name: str) -> None:
    with pytest.raises(ValueError, match="not a pulse"):
        decode({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("name", ["at", "lag", "cpu"])
@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", '"nan"', "1e999", "9" * 400])
def test_a_number_that_is_none_never_comes_in(name: str, text: str) -> None:
    line = json.dumps({**GOOD, name: "HERE"}).replace('"HERE"', text)
    with pytest.raises(ValueError, match="pulse"):
        decode(json.loads(line))


BEATING = """
import sys, time
from target_app.probe.beacon import Beacon
from target_app.probe.heartbeat import PoolState, Pulse, start
start(Pulse(Beacon(("127.0.0.1", int(sys.argv[1]))), "secret", lambda: [PoolState(1, 2, 0)]))
time.sleep(0.6)
"""


def test_a_worker_beats_and_says_how_it_stands(ear: socket.socket) -> None:
    # In a process of its own: the beat lasts as long as the worker.
    start = time.monotonic()
    assert ear.getsockname()[0] == LOOPBACK
    port = str(ear.getsockname()[1])
    worker = run([sys.executable, "-c", BEATING, port], check=True, timeout=20)
    assert worker.returncode == 0
    ear.setblocking(False)
    beats = []
    while True:
        try:
            notice = json.loads(ear.recv(4096))
        except BlockingIOError:
            break
        assert (notice["event"], notice["token"]) == ("pulse", "secret")
        beats.append(decode(notice))
    assert 3 <= len(beats) <= 13
    assert len({beat.pid for beat in beats} | {os.getpid()}) == 2
    assert [beat.at for beat in beats] == sorted(beat.at for beat in beats)
    assert all(start < beat.at < time.monotonic() for beat in beats)
    assert all(beat.pools == (PoolState(1, 2, 0),) for beat in beats)
    assert all(0 <= beat.lag < 0.5 and 0 < beat.cpu < 5 for beat in beats)
