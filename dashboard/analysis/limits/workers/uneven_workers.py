"""Workers accept many connections at once, and share them unevenly."""

import math
from dataclasses import replace
from typing import Any

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import in_database, width_per_worker
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.pool.waits import waited_for_pool
from dashboard.analysis.limits.values import MOST_ACCEPTED, MOST_CONNECTIONS, MOST_THREADS

from . import blocking_driver, threads, worker_connections

UNEVEN = 1.25  # times the seconds that an even share would have taken
IDLE_SHARE = 0.1  # of the run, in which another worker had nothing left to do
WIDE = 1.2  # times the fair share of requests in one worker


def _detect(evidence: Evidence) -> bool:
    """Whether an even share of the requests would have been clearly faster."""
    model = evidence.model
    width = _places_waited_for(evidence)
    if model.workers == 1 or model.worker == "sync" or not width:
        return False
    largest = max(evidence.shares.values(), default=0)
    fair = math.ceil(len(evidence.services) / model.workers)
    rounds, fair_rounds = math.ceil(largest / width), math.ceil(fair / width)
    # Unequal requests: who got more of them is not behind if the others were longer.
    idle = evidence.idle_seconds() >= IDLE_SHARE * evidence.total
    return largest > WIDE * fair and rounds >= UNEVEN * fair_rounds and idle


def _places_waited_for(evidence: Evidence) -> int:
    """How many requests one worker serves at once by what they waited for, 0 for no such limit."""
    model = evidence.model
    if waited_for_pool(evidence):
        return model.pool_capacity or 0
    if threads.LIMIT.detect(evidence):
        return model.threads
    if worker_connections.LIMIT.detect(evidence) and not blocking_driver.LIMIT.detect(evidence):
        return model.worker_connections
    return 0


def _explain(evidence: Evidence) -> str:
    workers = evidence.model.workers
    shares = sorted(evidence.shares.values(), reverse=True)
    shares += [0] * (workers - len(shares))
    return (
        f"The requests were shared unevenly among the workers: {' and '.join(map(str, shares))} of "
        f"{sum(shares)}, instead of {math.ceil(sum(shares) / workers)} each. "
        "A worker accepts connections that it cannot serve yet, and keeps them."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    """One worker with the places of all of them."""
    model = evidence.model
    change: dict[str, Any] = {"workers": 1}
    if model.worker == "gthread":
        change["threads"] = min(MOST_THREADS, model.threads * model.workers)
    elif model.requests > model.worker_connections:
        accepted = model.worker_connections * model.workers
        change["worker_connections"] = min(MOST_ACCEPTED, accepted)
    alone = replace(model, **change)
    capacity = model.pool_capacity
    if in_database(alone) and capacity is not None and width_per_worker(alone) > capacity:
        size = min(MOST_CONNECTIONS, capacity * model.workers)
        change |= {"pool_size": size, "max_overflow": 0}
    return [change]


LIMIT = Limit(
    word="uneven-workers",
    precedence=55,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
)
