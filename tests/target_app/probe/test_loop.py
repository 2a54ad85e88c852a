"""A held loop is seen from outside, with the line that holds it."""

import asyncio
import hashlib
import json
import queue
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from target_app.probe import loop
from target_app.probe.heartbeat import Pulse
from target_app.probe.loop import Hold, Place, decode, encode
from tests.loops import run

SECONDS = 0.4
COUNT = """
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 3000000)
SELECT count(*) FROM numbers
"""


def by_sleep() -> None:
    time.sleep(SECONDS)  # HOLDS by_sleep


def by_a_program() -> None:
    subprocess.run([sys.executable, "-c", f"import time; time.sleep({SECONDS})"])  # noqa: PLW1510  HOLDS by_a_program


def by_a_socket() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.settimeout(SECONDS)
        with pytest.raises(TimeoutError):
            one.recv(1)  # HOLDS by_a_socket


def by_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire(timeout=SECONDS)  # HOLDS by_a_lock


def by_a_queue() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=SECONDS)  # HOLDS by_a_queue


def by_an_event() -> None:
    threading.Event().wait(SECONDS)  # HOLDS by_an_event


def by_a_hash() -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 50_000)  # HOLDS by_a_hash


def by_counting() -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        sum(number * number for number in range(20_000))  # HOLDS by_counting


def by_json() -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        json.dumps([{"order": number} for number in range(2000)], indent=1)  # HOLDS by_json


def by_sqlite() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(COUNT).fetchall()  # HOLDS by_sqlite


CALLS = (
    by_sleep, by_a_program, by_a_socket, by_a_lock, by_a_queue, by_an_event, by_a_hash,
    by_counting, by_json, by_sqlite,
)  # fmt: skip
LINES = Path(__file__).read_text().splitlines()


def line_of(call: Callable[[], None]) -> int:
    (line,) = (n for n, text in enumerate(LINES, 1) if text.endswith(f"HOLDS {call.__name__}"))
    return line


class Unheard:
    """A beacon that keeps its lines for itself."""

    def send(self, line: bytes) -> None:
        pass


def holds_while(call: Callable[[], None]) -> list[Hold]:
    """What is told of a loop in which ``call`` is made once."""
    found: list[Hold] = []

    async def main() -> None:
        loop.watch_asyncio(Pulse(Unheard(), "t", list), found.append)
        await asyncio.sleep(0.12)
        call()
        await asyncio.sleep(0.12)

    run(main())
    return found


def test_the_line_that_holds_the_loop_is_right_in_nine_of_ten_cases() -> None:
    wrong = []
    for call in CALLS:
        held = holds_while(call)
        longest = max(held, key=lambda hold: hold.seconds, default=None)
        place = longest and longest.place
        expected = (__file__, line_of(call), call.__name__)
        if place is None or (place.file, place.line, place.function) != expected:
            wrong.append((call.__name__, held))
    assert len(wrong) <= 1, wrong


def test_how_long_it_was_held_and_the_call_that_waits_are_told() -> None:
    start = time.monotonic()
    held = holds_while(by_a_program)
    assert 0.7 * SECONDS <= sum(hold.seconds for hold in held) <= time.monotonic() - start
    assert held[0].place.call.startswith("subprocess.")
    assert start <= held[0].at


def test_a_hold_that_goes_on_is_told_so_far() -> None:
    found: list[Hold] = []
    over = threading.Event()
    loop.Watchdog(threading.get_ident(), 0.05, found.append, over.is_set).start()
    deadline = time.monotonic() + 20
    while not found and time.monotonic() < deadline:
        time.sleep(0.01)
    over.set()
    assert found[0].seconds >= 0.9 * loop.TELL_SECONDS
    assert found[0].place.function == "test_a_hold_that_goes_on_is_told_so_far"


def test_a_loop_that_only_waits_is_not_held() -> None:
    assert holds_while(lambda: None) == []


def test_a_hold_is_read_back_and_anything_else_is_none() -> None:
    hold = Hold(7, 1.5, 0.25, Place("shop.py", 41, "orders", "time.sleep"))
    notice = json.loads(encode(hold, "secret"))
    assert (notice["event"], notice["token"]) == ("held", "secret")
    assert decode(notice) == hold
    bad: list[dict[str, Any]] = [
        {},
        notice | {"at": "x"},
        notice | {"seconds": -1},
        notice | {"seconds": float("nan")},
        notice | {"at": float("inf")},
        notice | {"line": None},
    ]
    for each in bad:
        with pytest.raises(ValueError, match=r".+"):
            decode(each)


@pytest.mark.parametrize("kind", ["stdlib", "none"])
def test_a_place_without_a_line_of_the_app_is_the_innermost(kind: str) -> None:
    if kind == "none":
        assert loop.place_of(None) is None
        return
    frames: list[Any] = []
    worker = threading.Thread(target=threading.Event().wait, args=[0.3])
    worker.start()
    time.sleep(0.05)
    assert worker.ident is not None
    frames.append(loop.place_of(sys._current_frames()[worker.ident]))
    worker.join()
    assert frames[0].function == "wait"
    assert frames[0].call == ""
