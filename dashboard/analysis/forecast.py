"""What the settings promise, computed before anything is sent.

The model: every worker runs ``width`` requests at once, and of those that ask the database at
most its pool's capacity. So requests go through in batches of equal size, one sleep after the
other, each request adding its own work. Where the outcome hangs on chance there is a range.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from dashboard.text import counted
from settings import Settings, TargetKind

from .effective_model import EffectiveModel

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


def holds_loop(model: EffectiveModel) -> bool:
    """Whether the driver stops a gevent worker while the database sleeps."""
    blocking = model.driver in BLOCKING_DRIVERS
    return model.worker == "gevent" and in_database(model) and blocking


def in_database(model: EffectiveModel) -> bool:
    """Whether requests sleep with a connection."""
    return model.kind is not TargetKind.EXAMPLE or model.endpoint != "python"


def width_per_worker(model: EffectiveModel) -> int:
    """How many requests one worker runs at once, before its pool is looked at."""
    return 1 if holds_loop(model) else model.concurrency


def usable_connections(model: EffectiveModel) -> int:
    """How many connections a plain role gets from a database server of ours."""
    reserved = 0 if model.database == "mysql" else RESERVED_CONNECTIONS
    return model.max_connections - reserved


def may_collapse(model: EffectiveModel) -> bool:
    """Whether overflow connections can come back while requests wait for one.

    ``QueuePool._do_return_conn`` closes what does not fit into its queue of pool_size, and wakes
    nobody (SQLAlchemy, sqlalchemy/pool/impl.py).
    """
    capacity = model.pool_capacity
    if not in_database(model) or capacity is None or model.max_overflow <= 0:
        return False
    per_worker = math.ceil(model.requests / model.workers)
    return min(width_per_worker(model), per_worker) > capacity


def forecast(settings: Settings) -> Forecast:
    """What the settings of a run of our example app promise."""
    return forecast_of(EffectiveModel.of(settings))


def forecast_of(model: EffectiveModel) -> Forecast:
    """The batches and seconds that such a run promises, with the reason in words."""
    width = width_per_worker(model)
    pool = model.pool_capacity if in_database(model) else None
    per_worker = width if pool is None else min(width, pool)
    at_once = per_worker * model.workers
    batches = _batches(model, model.requests, at_once)
    total = batches[-1][1]
    limit = _limit(model, at_once, width, pool)
    low, high, doubts = _range(model, total, at_once, limit)
    failed = 0
    if limit == "max-connections":
        failed = model.requests - usable_connections(model)
        batches = _batches(model, model.requests - failed, model.requests)
        total = low = high = batches[-1][1]
    elif limit == "pool-timeout":
        done = at_once * (1 + int(model.pool_timeout / _step(model)))
        done = min(done, model.requests)
        failed = model.requests - done
        batches = _batches(model, done, at_once)
        total = max(batches[-1][1], model.pool_timeout)
        low, high = min(low, model.pool_timeout), max(high, total) + model.pool_timeout
        doubts = (*doubts, "requests that wait about as long as pool_timeout may fail or not")
    return Forecast(
        batches=tuple(batches),
        total_seconds=round(total, 3),
        low_seconds=round(low, 3),
        high_seconds=round(high, 3),
        limit=limit,
        failed=failed,
        reason="; ".join([_reason(model, limit, at_once), *doubts]),
        sentence=_sentence(batches, at_once, (total, low, high), failed),
        doubts=doubts,
    )


def unknown(kind: TargetKind) -> Forecast:
    """How long requests take that are not the endpoint's, nobody knows before the first run."""
    reason = "how long its requests take is not known before a run has measured them"
    whose = {
        TargetKind.EXAMPLE: "requests of your own",
        TargetKind.APP: "your app",
        TargetKind.URL: "a server that somebody else runs",
    }
    return Forecast(
        (), 0.0, 0.0, 0.0, UNKNOWN, reason=reason, sentence=f"no forecast for {whose[kind]}"
    )


def _step(model: EffectiveModel) -> float:
    """Seconds from one batch to the next."""
    return max(model.sleep_seconds, 0.001)


def _work(model: EffectiveModel, requests: float, at_once: int) -> float:
    """Seconds of their own that ``requests`` take in their workers."""
    in_turn = at_once == model.workers
    work = WORK_IN_TURN_SECONDS if in_turn else WORK_SECONDS
    work += SLOW_QUERY_SECONDS.get(model.driver, QUERY_SECONDS)
    connects = requests if model.pool_class == "NullPool" else min(requests, at_once)
    logins = connects * CONNECT_SECONDS if in_database(model) else 0.0
    return (requests * work + logins) / model.workers


def _batches(model: EffectiveModel, requests: int, at_once: int) -> list[tuple[int, float]]:
    batches: list[tuple[int, float]] = []
    left = requests
    while left > 0:
        count = min(at_once, left)
        left -= count
        sleeps = (len(batches) + 1) * model.sleep_seconds
        batches.append((count, round(sleeps + _work(model, requests - left, at_once), 4)))
    return batches or [(0, 0.0)]


def _limit(model: EffectiveModel, at_once: int, width: int, pool: int | None) -> str:
    per_worker = math.ceil(model.requests / model.workers)
    asked = min(width, per_worker, pool if pool is not None else per_worker) * model.workers
    if in_database(model) and min(asked, model.requests) > usable_connections(model):
        return "max-connections"
    if model.requests <= at_once:
        return NONE
    if pool is not None and pool < width:
        waits = math.ceil(min(per_worker, width) / pool) - 1
        if waits * _step(model) > model.pool_timeout:
            return "pool-timeout"
        return "overflow-collapse" if may_collapse(model) else "pool-capacity"
    if holds_loop(model):
        return "blocking-driver"
    names = {"sync": "sync-workers", "gthread": "threads", "gevent": "worker-connections"}
    asgi = "anyio-threads" if model.mode == "asyncio-threads" else "event-loop-blocked"
    return names.get(model.worker, asgi)


def _range(
    model: EffectiveModel, total: float, at_once: int, limit: str
) -> tuple[float, float, tuple[str, ...]]:
    """(lowest, highest total, why they differ)."""
    high = total
    doubts: list[str] = []
    sleep, workers = model.sleep_seconds, model.workers
    work = _work(model, model.requests, at_once)
    left = model.requests - at_once
    if may_collapse(model) and left > 0:
        kept = max(1, model.pool_size) * workers
        high = max(high, sleep * (1 + math.ceil(left / kept)) + work)
        doubts.append(
            "connections of max_overflow that come back while requests wait are closed, "
            f"and their places can be lost until {model.pool_size} per worker are left"
        )
    if workers > 1 and model.worker != "sync" and limit != NONE:
        # All in one worker, whose pool then shrinks as far as it can.
        alone = max(1, model.pool_size if may_collapse(model) else at_once // workers)
        high = max(high, sleep * (1 + math.ceil(model.requests / alone)) + workers * work)
        doubts.append("workers that accept many connections at once share them unevenly")
    if model.requests > model.backlog:
        high += RETRY_SECONDS
        doubts.append(
            f"connections beyond the backlog of {model.backlog} are tried again by the kernel "
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


def _reason(model: EffectiveModel, limit: str, at_once: int) -> str:
    workers = counted(model.workers, "worker")
    overflow = f"(pool_size {model.pool_size} + max_overflow {model.max_overflow})"
    pools = f"{workers} x {overflow} = {at_once} connections at a time"
    texts = {
        NONE: "nothing in these settings makes a request wait",
        "blocking-driver": (
            f"{workers} x 1 request at a time: {model.driver} waits in C and holds "
            "gevent's event loop"
        ),
        "pool-capacity": pools,
        "overflow-collapse": pools,
        "pool-timeout": f"{pools}, and the last wait longer than {model.pool_timeout:g} s",
        "max-connections": (
            f"the database gives {usable_connections(model)} connections, and the settings "
            "ask for more"
        ),
        "sync-workers": f"{workers} x 1 request at a time",
        "anyio-threads": (
            f"{workers} x {counted(model.thread_tokens, 'thread')} of anyio = {at_once} at a time"
        ),
        "event-loop-blocked": f"{workers} x 1 request at a time: the call holds the event loop",
        "threads": f"{workers} x {counted(model.threads, 'thread')} = {at_once} at a time",
        "worker-connections": (
            f"{workers} x {model.worker_connections} worker_connections = {at_once} at a time"
        ),
    }
    return texts[limit]
