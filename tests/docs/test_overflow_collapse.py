"""The reproduction and the experiment of docs/overflow-collapse.md, run as a reader runs them."""

import runpy
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

DOCS = Path(__file__).resolve().parents[2] / "docs" / "overflow_collapse"
SCRIPT = DOCS / "reproduce.py"
HANDING = runpy.run_path(str(DOCS / "compare.py"))["HANDING"]


OVERTAKE = """
from gevent import monkey; monkey.patch_all()
import threading, time
from sqlalchemy.pool import QueuePool
class Connection:
    commit = rollback = close = lambda _: None
pool = QueuePool(Connection, pool_size=1, max_overflow=1)
got = []
def request(name, seconds):
    connection = pool.connect()
    got.append(name)
    time.sleep(seconds)
    connection.close()
def start(name, seconds):
    thread = threading.Thread(target=request, args=[name, seconds]); thread.start(); return thread
first = [start("first", 0.1) for _ in range(2)]
old = [start(f"waiter {n}", 0.3) for n in range(3)]
for thread in first: thread.join()
time.sleep(0.05)
late = start("newcomer", 0.1)
late.join()
print(*got[2:4], sep=",")
for thread in old: thread.join()
"""


def run(*argv: str) -> tuple[list[int], float]:
    """The completions in each second of the reproduction, and the seconds that it took."""
    done = subprocess.run(
        [sys.executable, *argv], capture_output=True, text=True, check=True, cwd=DOCS, timeout=60
    )
    *counts, total, _ = done.stdout.split()
    return [int(count) for count in counts], float(total)


def test_the_reproduction_is_short() -> None:
    assert len(SCRIPT.read_text().splitlines()) <= 40


@pytest.mark.parametrize("kind", ["gevent", "asyncio"])
def test_the_overflows_places_are_lost_where_a_batch_comes_back_in_one_turn(kind: str) -> None:
    counts, _ = run(str(SCRIPT), kind, "5", "10", "0.2")
    assert sum(counts) == 100
    assert counts[0] == 15
    assert statistics.median(counts[1:]) <= 7
    kept, _ = run(str(SCRIPT), kind, "15", "0", "0.2")
    assert kept == [15] * 6 + [10]


@pytest.mark.parametrize("kind", ["gevent", "threads", "asyncio"])
def test_a_pool_that_hands_connections_on_takes_no_longer_than_one_without_overflow(
    kind: str,
) -> None:
    _, plain = run(str(SCRIPT), kind, "15", "0", "0.1")
    _, handing = run("-c", HANDING, kind, "5", "10", "0.1")
    assert handing <= 1.1 * plain + 0.1  # a busy machine: the collapse would add a second


def test_after_a_collapse_a_newcomer_overtakes_those_who_wait() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OVERTAKE], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "waiter 0,newcomer"
