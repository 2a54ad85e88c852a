"""A worker's heartbeat for the gauges: how late its loop is, how busy, and how its pools stand.

Runs as a thread, which is a greenlet where gevent has patched: then its lateness is the lateness
of the event loop. Standard library only.
"""

import itertools
import json
import math
import os
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

PERIOD_SECONDS = 0.05
AGAIN_BEATS = 20  # after which the notices that a datagram may have lost are sent again


class PoolState(NamedTuple):
    """One pool: connections given out, idle in it, and beyond ``pool_size``."""

    out: int
    idle: int
    overflow: int


class Heartbeat(NamedTuple):
    """One beat: ``at`` of ``time.monotonic()``, ``lag`` and ``cpu`` (since start) in seconds."""

    pid: int
    at: float
    lag: float
    cpu: float
    pools: Tuple[PoolState, ...]


def encode(heartbeat: Heartbeat, token: str) -> bytes:
    """A beat as one line of JSON."""
    return json.dumps({"event": "pulse", "token": token, **heartbeat._asdict()}).encode()


def decode(notice: Dict[str, Any]) -> Heartbeat:
    """The beat that ``encode`` wrote; ValueError for anything else."""
    try:
        pools = tuple(PoolState(*(int(n) for n in pool)) for pool in notice["pools"])
        at, lag, cpu = (float(notice[name]) for name in ("at", "lag", "cpu"))
        heartbeat = Heartbeat(int(notice["pid"]), at, lag, cpu, pools)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("not a pulse") from error
    if not all(map(math.isfinite, (at, lag, cpu))):  # JSON of Python's has NaN and Infinity
        raise ValueError("a pulse's times are numbers")
    return heartbeat


class Pulse:
    """Sends the beats of this worker to ``beacon``, and calls ``again`` once a second."""

    def __init__(
        self,
        beacon: Any,
        token: str,
        pools: Callable[[], List[PoolState]],
        again: Optional[Callable[[], None]] = None,
    ) -> None:
        self._beacon = beacon
        self._token = token
        self._pools = pools
        self._again = again
        self._number = itertools.count(1)

    def beat(self, due: float) -> None:
        """Send the beat that was due at ``due`` of ``time.monotonic()``."""
        if self._again is not None and next(self._number) % AGAIN_BEATS == 0:
            self._again()
        now = time.monotonic()
        pools = tuple(self._pools())
        heartbeat = Heartbeat(os.getpid(), now, max(0.0, now - due), time.process_time(), pools)
        self._beacon.send(encode(heartbeat, self._token))


def start(pulse: Pulse, beaten: Callable[[], None] = lambda: None) -> None:
    """Beat in the background for as long as the worker lives, calling ``beaten`` with each."""

    def beat() -> None:
        while True:
            due = time.monotonic() + PERIOD_SECONDS
            time.sleep(PERIOD_SECONDS)
            beaten()
            pulse.beat(due)

    threading.Thread(target=beat, name="poolscope-pulse", daemon=True).start()
