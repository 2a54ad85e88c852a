"""What the settings promise, computed before anything is sent."""

import math
from dataclasses import dataclass
from typing import Any

from config import Settings

# Drivers that hold gevent's event loop while they wait for the database: they wait in C.
BLOCKING_DRIVERS = frozenset({"psycopg2", "mysqlclient"})
PYTHON_WORK_SECONDS = 0.002  # one request's own work in a worker, as measured on two cores


@dataclass(frozen=True)
class Forecast:
    """Batches as (count, at), the promised total, and the range that the total will be in."""

    batches: tuple[tuple[int, float], ...]
    total_seconds: float
    low_seconds: float
    high_seconds: float
    certain: bool
    sentence: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "batches": [{"count": count, "at": at} for count, at in self.batches],
            "total_seconds": self.total_seconds,
            "low_seconds": self.low_seconds,
            "high_seconds": self.high_seconds,
            "certain": self.certain,
            "sentence": self.sentence,
            "reason": self.reason,
        }


def holds_loop(settings: Settings) -> bool:
    """Whether the driver stops a gevent worker while the database sleeps."""
    in_database = settings.endpoint != "python"
    blocking = settings.database_driver in BLOCKING_DRIVERS
    return settings.worker == "gevent" and in_database and blocking


def width_per_worker(settings: Settings) -> int:
    """How many requests one worker runs at once, before its pool is looked at."""
    return 1 if holds_loop(settings) else settings.concurrency


def forecast(settings: Settings) -> Forecast:
    """The batches and seconds that ``settings`` promise, with the reason in words."""
    width = width_per_worker(settings)
    pool = settings.pool_capacity if settings.endpoint != "python" else None
    per_worker = width if pool is None else min(width, pool)
    at_once = max(1, per_worker * settings.workers)
    sleep = settings.sleep_seconds
    work = settings.requests * PYTHON_WORK_SECONDS / settings.workers
    batches = []
    left, number = settings.requests, 0
    while left > 0:
        number += 1
        count = min(at_once, left)
        left -= count
        done = (settings.requests - left) / settings.requests
        batches.append((count, round(number * sleep + work * done, 4)))
    total = batches[-1][1]
    low = high = total
    doubts = []
    if _may_collapse(settings, width) and settings.requests > at_once:
        kept = max(1, settings.pool_size) * settings.workers
        high = max(high, sleep * (1 + math.ceil((settings.requests - at_once) / kept)) + work)
        doubts.append(
            "connections of max_overflow that come back while requests wait are closed, "
            f"and their places can be lost until {settings.pool_size} per worker are left"
        )
    if settings.workers > 1 and settings.worker != "sync" and per_worker < settings.requests:
        high = max(
            high, sleep * math.ceil(settings.requests / per_worker) + settings.workers * work
        )
        doubts.append("workers that accept many connections at once share them unevenly")
    return Forecast(
        batches=tuple(batches),
        total_seconds=round(total, 3),
        low_seconds=round(low, 3),
        high_seconds=round(high, 3),
        certain=not doubts,
        sentence=_sentence(batches, at_once, total, high),
        reason=_reason(settings, width, pool) + "".join(f"; {doubt}" for doubt in doubts),
    )


def _may_collapse(settings: Settings, width: int) -> bool:
    """Whether overflow connections can come back while requests wait for one.

    ``QueuePool._do_return_conn`` closes what does not fit into its queue of pool_size, and wakes
    nobody (SQLAlchemy, sqlalchemy/pool/impl.py).
    """
    capacity = settings.pool_capacity
    if settings.endpoint == "python" or capacity is None or settings.max_overflow <= 0:
        return False
    return width > capacity


def _sentence(batches: list[tuple[int, float]], at_once: int, total: float, high: float) -> str:
    seconds = f"about {total:.1f} s" if high <= total else f"{total:.1f} to {high:.1f} s"
    if len(batches) == 1:
        return f"all {batches[0][0]} together, {seconds}"
    return f"{len(batches)} batches of {at_once}, {seconds}"


def _reason(settings: Settings, width: int, pool: int | None) -> str:
    workers = f"{settings.workers} worker{'s' if settings.workers > 1 else ''}"
    if holds_loop(settings):
        return (
            f"{workers} x 1 request at a time: {settings.database_driver} waits in C and holds "
            "gevent's event loop"
        )
    if pool is not None and pool < width:
        overflow = f"({settings.pool_size} + {settings.max_overflow})"
        return f"{workers} x {overflow} = {settings.workers * pool} connections at a time"
    if settings.worker == "sync":
        return f"{workers} x 1 request at a time"
    if settings.worker == "gthread":
        return f"{workers} x {settings.threads} threads = {settings.workers * width} at a time"
    if settings.requests > width * settings.workers:
        return f"{workers} x {width} worker_connections = {settings.workers * width} at a time"
    return "nothing in these settings makes a request wait"
