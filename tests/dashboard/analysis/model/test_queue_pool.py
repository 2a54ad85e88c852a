"""The pool's rules agree with SQLAlchemy's own QueuePool, step by step."""

import json
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from dashboard.analysis.model.stations.queue_pool import OPEN, REFUSED, WAIT, NullPool, QueuePool

from .pool_scripts import collapse_script, random_script, states
from .real_pool import RealPool

GREENLETS_TIMEOUT_SECONDS = 4.0  # longer than all steps take that come before it


def in_a_thread(ask: Any, client: int) -> None:
    threading.Thread(target=ask, args=(client,), daemon=True).start()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_threads_get_from_the_real_pool_what_the_rules_say(seed: int) -> None:
    script = random_script(seed, most_back=1)
    pool = RealPool(script["size"], script["overflow"], timeout=60)
    for step, expected in zip(script["steps"], states(script), strict=True):
        pool.play(step, in_a_thread, lambda: time.sleep(0.0002))
        assert json.loads(json.dumps(pool.state())) == expected, step


def played_in_greenlets(scripts: list[dict[str, Any]]) -> list[Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.dashboard.analysis.model.real_pool"],
        input=json.dumps(scripts).encode(),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        timeout=100,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def test_greenlets_that_give_back_in_one_turn_wake_as_many_as_fit_into_the_pool() -> None:
    scripts = [random_script(seed, most_back=6) | {"timeout": 60} for seed in range(50)]
    for script, found in zip(scripts, played_in_greenlets(scripts), strict=True):
        assert found == states(script), script


def test_who_gave_up_waiting_opens_a_connection_where_others_were_closed_meanwhile() -> None:
    scripts = [
        collapse_script(size, overflow, waiting) | {"timeout": GREENLETS_TIMEOUT_SECONDS}
        for size in (1, 2)
        for overflow in (0, 1, 3)
        for waiting in (1, 3, 6)
    ]
    for script, found in zip(scripts, played_in_greenlets(scripts), strict=True):
        assert found == states(script), script
        opened = {number for _, number in found[-1][0]} - {number for _, number in found[-2][0]}
        left = len(found[-2][1])
        assert len(opened) == min(left, script["overflow"])


def test_a_connection_beyond_pool_size_is_closed_and_wakes_nobody() -> None:
    pool: QueuePool[str] = QueuePool(1, 1)
    assert [pool.ask(), pool.ask(), pool.ask()] == [OPEN, OPEN, WAIT]
    assert pool.give_back(1)
    assert not pool.give_back(2)
    assert (pool.overflow, list(pool.idle)) == (0, [1])


def test_who_asks_is_faster_than_who_was_woken() -> None:
    pool: QueuePool[str] = QueuePool(1, 0)
    pool.ask()
    assert pool.ask() == WAIT
    assert pool.give_back(7)
    assert pool.ask() == 7
    assert pool.wake() == WAIT


def test_a_connection_that_could_not_be_opened_leaves_its_place() -> None:
    pool: QueuePool[str] = QueuePool(1, 0)
    assert pool.ask() == OPEN
    assert pool.time_out() == REFUSED
    pool.not_opened()
    assert pool.time_out() == OPEN


@pytest.mark.parametrize(("lifo", "first"), [(False, 1), (True, 2)])
def test_the_connection_that_lay_longest_is_taken_unless_the_pool_is_lifo(
    lifo: bool, first: int
) -> None:
    pool: QueuePool[str] = QueuePool(2, 0, lifo)
    assert [pool.ask(), pool.ask()] == [OPEN, OPEN]
    assert pool.give_back(1)
    assert pool.give_back(2)
    assert pool.ask() == first


def test_a_null_pool_opens_for_everybody_and_keeps_nothing() -> None:
    pool: NullPool[str] = NullPool()
    assert [pool.ask(), pool.ask()] == [OPEN, OPEN]
    assert not pool.give_back(1)
    assert pool.checked_out == 1
