"""What the settings promise, computed before anything is sent.

The model: every worker runs ``width`` requests at once, and of those that ask the database at
most its pool's capacity. So requests go through in batches of equal size, one sleep after the
other, each request adding its own work. Where the outcome hangs on chance there is a range.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from settings import APP, AUTO, URL, Settings

# Drivers that hold gevent's event loop while they wait for the database: they wait in C.
BLOCKING_DRIVERS = frozenset({"psycopg2", "mysqlclient"})

# A request's own work in a worker, measured on two cores (`make bench`, table "work").
WORK_SECONDS = 0.0012
WORK_IN_TURN_SECONDS = 0.004  # where the next request begins only when this one has ended
QUERY_SECONDS = 0.0006
SLOW_QUERY_SECONDS = {"pymysql": 0.0012, "mysqlconnector": 0.004}  # written in Python
CONNECT_SECONDS = 0.003

# Connections that Postgres keeps for its superuser (superuser_reserved_connections).
RESERVED_CONNECTIONS = 3
RACE_SECONDS = 0.5  # a wait this close to pool_timeout may end either way

# tcp(7), tcp_syn_retries: six tries, each twice as long after the last, and one more wait.
RETRY_SECONDS = 130.0

NONE = "none"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Forecast:
    """Batches as (count, at), the promised total, and the range that the total will be in.

    ``limit`` is the diagnosis that such a run would get, ``failed`` how many requests the
    settings let fail.
    """

    batches: tuple[tuple[int, float], ...]
    total_seconds: float
    low_seconds: float
    high_seconds: float
    limit: str
    failed: int = 0
    reason: str = ""
    sentence: str = ""
    doubts: tuple[str, ...] = field(default=())

    @property
    def certain(self) -> bool:
        """Whether nothing in it hangs on chance."""
        return not self.doubts

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        batches = [{"count": count, "at": at} for count, at in self.batches]
        return asdict(self) | {"batches": batches, "certain": self.certain}


def holds_loop(settings: Settings) -> bool:
    """Whether the driver stops a gevent worker while the database sleeps."""
    blocking = settings.database_driver in BLOCKING_DRIVERS
    return settings.worker == "gevent" and in_database(settings) and blocking


def in_database(settings: Settings) -> bool:
    """Whether requests sleep with a connection."""
    return settings.endpoint != "python"


def width_per_worker(settings: Settings) -> int:
    """How many requests one worker runs at once, before its pool is looked at."""
    return 1 if holds_loop(settings) else settings.concurrency


def usable_connections(settings: Settings) -> int:
    """How many connections a plain role gets from a database server of ours."""
    if settings.database == "mysql":
        return settings.mysql_max_connections
    return settings.postgres_max_connections - RESERVED_CONNECTIONS


def may_collapse(settings: Settings) -> bool:
    """Whether overflow connections can come back while requests wait for one.

    ``QueuePool._do_return_conn`` closes what does not fit into its queue of pool_size, and wakes
    nobody (SQLAlchemy, sqlalchemy/pool/impl.py).
    """
    capacity = settings.pool_capacity
    if not in_database(settings) or capacity is None or settings.max_overflow <= 0:
        return False
    per_worker = math.ceil(settings.requests / settings.workers)
    return min(width_per_worker(settings), per_worker) > capacity


def forecast(settings: Settings) -> Forecast:
    """The batches and seconds that ``settings`` promise, with the reason in words.

    Of somebody's own app they promise nothing until they are what a run has found
    (``found.as_found``), its driver and its service time among them.
    """
    if settings.endpoint == URL or (settings.endpoint == APP and settings.driver == AUTO):
        return unknown(settings)
    width = width_per_worker(settings)
    pool = settings.pool_capacity if in_database(settings) else None
    per_worker = width if pool is None else min(width, pool)
    at_once = per_worker * settings.workers
    batches = _batches(settings, settings.requests, at_once)
    total = batches[-1][1]
    limit = _limit(settings, at_once, width, pool)
    low, high, doubts = _range(settings, total, at_once, limit)
    failed = 0
    if limit == "max-connections":
        failed = settings.requests - usable_connections(settings)
        batches = _batches(settings, settings.requests - failed, settings.requests)
        total = low = high = batches[-1][1]
    elif limit == "pool-timeout":
        done = at_once * (1 + int(settings.pool_timeout / _step(settings)))
        done = min(done, settings.requests)
        failed = settings.requests - done
        batches = _batches(settings, done, at_once)
        total = max(batches[-1][1], settings.pool_timeout)
        low, high = min(low, settings.pool_timeout), max(high, total) + settings.pool_timeout
        doubts = (*doubts, "requests that wait about as long as pool_timeout may fail or not")
    return Forecast(
        batches=tuple(batches),
        total_seconds=round(total, 3),
        low_seconds=round(low, 3),
        high_seconds=round(high, 3),
        limit=limit,
        failed=failed,
        reason="; ".join([_reason(settings, limit, at_once), *doubts]),
        sentence=_sentence(batches, at_once, (total, low, high), failed),
        doubts=doubts,
    )


def unknown(settings: Settings) -> Forecast:
    """How long requests take that are not the endpoint's, nobody knows before the first run."""
    reason = "how long its requests take is not known before a run has measured them"
    others = {APP: "your app", URL: "a server that somebody else runs"}
    whose = others.get(settings.endpoint, "requests of your own")
    return Forecast((), 0.0, 0.0, 0.0, UNKNOWN, reason=reason, sentence=f"no forecast for {whose}")


def _step(settings: Settings) -> float:
    """Seconds from one batch to the next."""
    return max(settings.sleep_seconds, 0.001)


def _work(settings: Settings, requests: float, at_once: int) -> float:
    """Seconds of their own that ``requests`` take in their workers."""
    in_turn = at_once == settings.workers
    work = WORK_IN_TURN_SECONDS if in_turn else WORK_SECONDS
    work += SLOW_QUERY_SECONDS.get(settings.database_driver, QUERY_SECONDS)
    connects = requests if settings.pool_class == "NullPool" else min(requests, at_once)
    logins = connects * CONNECT_SECONDS if in_database(settings) else 0.0
    return (requests * work + logins) / settings.workers


def _batches(settings: Settings, requests: int, at_once: int) -> list[tuple[int, float]]:
    batches: list[tuple[int, float]] = []
    left = requests
    while left > 0:
        count = min(at_once, left)
        left -= count
        sleeps = (len(batches) + 1) * settings.sleep_seconds
        batches.append((count, round(sleeps + _work(settings, requests - left, at_once), 4)))
    return batches or [(0, 0.0)]


def _limit(settings: Settings, at_once: int, width: int, pool: int | None) -> str:
    per_worker = math.ceil(settings.requests / settings.workers)
    asked = min(width, per_worker, pool if pool is not None else per_worker) * settings.workers
    if in_database(settings) and min(asked, settings.requests) > usable_connections(settings):
        return "max-connections"
    if settings.requests <= at_once:
        return NONE
    if pool is not None and pool < width:
        waits = math.ceil(min(per_worker, width) / pool) - 1
        if waits * _step(settings) > settings.pool_timeout:
            return "pool-timeout"
        return "overflow-collapse" if may_collapse(settings) else "pool-capacity"
    if holds_loop(settings):
        return "blocking-driver"
    names = {"sync": "sync-workers", "gthread": "threads", "gevent": "worker-connections"}
    return names[settings.worker]


def _range(
    settings: Settings, total: float, at_once: int, limit: str
) -> tuple[float, float, tuple[str, ...]]:
    """(lowest, highest total, why they differ)."""
    high = total
    doubts: list[str] = []
    sleep, workers = settings.sleep_seconds, settings.workers
    work = _work(settings, settings.requests, at_once)
    left = settings.requests - at_once
    if may_collapse(settings) and left > 0:
        kept = max(1, settings.pool_size) * workers
        high = max(high, sleep * (1 + math.ceil(left / kept)) + work)
        doubts.append(
            "connections of max_overflow that come back while requests wait are closed, "
            f"and their places can be lost until {settings.pool_size} per worker are left"
        )
    if workers > 1 and settings.worker != "sync" and limit != NONE:
        # All in one worker, whose pool then shrinks as far as it can.
        alone = max(1, settings.pool_size if may_collapse(settings) else at_once // workers)
        high = max(high, sleep * (1 + math.ceil(settings.requests / alone)) + workers * work)
        doubts.append("workers that accept many connections at once share them unevenly")
    if settings.requests > settings.backlog:
        high += RETRY_SECONDS
        doubts.append(
            f"connections beyond the backlog of {settings.backlog} are tried again by the kernel "
            "after 1 s, 3 s, 7 s and so on"
        )
    return total, high, tuple(doubts)


def _sentence(
    batches: list[tuple[int, float]],
    at_once: int,
    seconds: tuple[float, float, float],
    failed: int,
) -> str:
    total, low, high = seconds
    sure = high <= total or f"{low:.1f}" == f"{high:.1f}"
    words = f"about {total:.1f} s" if sure else f"{low:.1f} to {high:.1f} s"
    if len(batches) == 1:
        together = batches[0][0]
        shape = f"all {together} together" if together > 1 else "one request"
    elif at_once == 1:
        shape = "one at a time"
    else:
        shape = f"{len(batches)} batches of {at_once}"
    failing = f", about {failed} will fail" if failed else ""
    return f"{shape}, {words}{failing}"


def _reason(settings: Settings, limit: str, at_once: int) -> str:
    workers = f"{settings.workers} worker{'s' if settings.workers > 1 else ''}"
    overflow = f"(pool_size {settings.pool_size} + max_overflow {settings.max_overflow})"
    pools = f"{workers} x {overflow} = {at_once} connections at a time"
    texts = {
        NONE: "nothing in these settings makes a request wait",
        "blocking-driver": (
            f"{workers} x 1 request at a time: {settings.database_driver} waits in C and holds "
            "gevent's event loop"
        ),
        "pool-capacity": pools,
        "overflow-collapse": pools,
        "pool-timeout": f"{pools}, and the last wait longer than {settings.pool_timeout:g} s",
        "max-connections": (
            f"the database gives {usable_connections(settings)} connections, and the settings "
            "ask for more"
        ),
        "sync-workers": f"{workers} x 1 request at a time",
        "threads": f"{workers} x {settings.threads} threads = {at_once} at a time",
        "worker-connections": (
            f"{workers} x {settings.worker_connections} worker_connections = {at_once} at a time"
        ),
    }
    return texts[limit]
