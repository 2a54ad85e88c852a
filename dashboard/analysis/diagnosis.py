"""Which limit held a run back, in words, with the arithmetic of that run.

A pure function of requests, samples and settings. It looks for the innermost limit first: what a
request waits for with a worker, the pool, before what it waits for without one. Where the
settings promised more than was delivered (overflow collapse, uneven workers, a full backlog), the
reason for that comes before the capacity that was promised.
"""

import math
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from config import URL
from target_app.probe.marks import Phase

from . import external
from .evidence import SHORT_SECONDS, Evidence
from .explanations import evidence_for, sentence_for
from .forecast import NONE, Forecast, holds_loop
from .suggestions import Suggestion, suggestions_for

# Shares of the run's time, or of a sleep, from which on something counts.
POOL_SHARE = 0.2  # of the run, in which requests waited for a connection
BUSY_SHARE = 0.6  # of one core, that the busiest worker computed
LATE_SHARE = 0.25  # of the run, by which requests were sent or read late
KEPT_SHARE = 0.9  # of the capacity, below which places were lost
OVERDUE = 1.5  # times the seconds that the settings promise without the backlog
UNEVEN = 1.25  # times the seconds that an even share would have taken
IDLE_SHARE = 0.1  # of the run, in which another worker had nothing left to do
WIDE = 1.2  # times the fair share of requests in one worker


@dataclass(frozen=True)
class Diagnosis:
    """The limit's machine word, one sentence, its evidence, and what lifts it."""

    limit: str
    sentence: str
    evidence: str = ""
    suggestions: tuple[Suggestion, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"suggestions": [each.as_dict() for each in self.suggestions]}


def diagnose(evidence: Evidence) -> Diagnosis:
    """The limit that held the run back, and the smallest changes that lift it.

    A server that somebody else runs has settings of its own, which ours cannot lift.
    """
    if evidence.settings.endpoint == URL:
        limit = external.limit_of(evidence)
        return Diagnosis(
            limit, external.sentence_of(limit, evidence), evidence_for(limit, evidence)
        )
    limit = find_limit(evidence)
    suggestions = suggestions_for(limit, evidence)
    return Diagnosis(
        limit,
        sentence_for(limit, evidence, suggestions),
        evidence_for(limit, evidence),
        suggestions,
    )


def find_limit(evidence: Evidence) -> str:  # noqa: PLR0911  one return for each rule
    """The limit's machine word."""
    settings = evidence.settings
    failing = Counter(request.failure for request in evidence.requests if request.failed)
    for word, limit in (
        ("too-many-connections", "max-connections"),
        ("pool-timeout", "pool-timeout"),
    ):
        if failing[word] and failing[word] == max(failing.values()):
            return limit
    if evidence.lag > max(SHORT_SECONDS, LATE_SHARE * evidence.total):
        return "generator"
    if settings.requests > settings.backlog and evidence.overdue >= OVERDUE:
        return "backlog"
    if evidence.cpu_share >= BUSY_SHARE:
        return "cpu"
    if max(evidence.pool_wait_share, evidence.pool_delayed_share) >= POOL_SHARE:
        capacity = settings.pool_capacity or 0
        if settings.max_overflow > 0 and evidence.mean_in_use() < KEPT_SHARE * capacity:
            return "overflow-collapse"
        return "uneven-workers" if _uneven(evidence, capacity) else "pool-capacity"
    return _queue_limit(evidence) if evidence.queue_waiters else NONE


def _queue_limit(evidence: Evidence) -> str:
    """Why requests waited for a worker."""
    settings = evidence.settings
    if settings.worker == "sync":
        return "sync-workers"
    if settings.worker == "gthread" and max(evidence.shares.values()) > settings.threads:
        return "uneven-workers" if _uneven(evidence, settings.threads) else "threads"
    if holds_loop(settings) and evidence.serial():
        return "blocking-driver"
    if evidence.at_once() >= settings.worker_connections:
        uneven = _uneven(evidence, settings.worker_connections)
        return "uneven-workers" if uneven else "worker-connections"
    # Nobody had too few places: the workers were too busy to take the requests, if anything.
    return "cpu" if evidence.cpu_share >= BUSY_SHARE / 2 else NONE


def _uneven(evidence: Evidence, width: int) -> bool:
    """Whether an even share of the requests would have been clearly faster.

    ``width`` is how many of them one worker serves at once.
    """
    workers = evidence.settings.workers
    if workers == 1 or not width:
        return False
    largest = max(evidence.shares.values(), default=0)
    fair = math.ceil(len(evidence.services) / workers)
    rounds, fair_rounds = math.ceil(largest / width), math.ceil(fair / width)
    # Unequal requests: who got more of them is not behind if the others were longer.
    idle = evidence.idle_seconds() >= IDLE_SHARE * evidence.total
    return largest > WIDE * fair and rounds >= UNEVEN * fair_rounds and idle


def live_diagnosis(evidence: Evidence, promised: Forecast) -> Diagnosis | None:
    """The diagnosis of a run that still goes on, once two batches agree with what was promised."""
    waiting = any(request.phase in {Phase.QUEUED, Phase.WAITING} for request in evidence.requests)
    served = [service for service, _ in evidence.services]
    first = min((service.end for service in served), default=math.inf)
    if evidence.settings.endpoint == URL:
        return None
    if not waiting or not any(service.start >= first for service in served):
        return None
    diagnosis = diagnose(evidence)
    likely = {promised.limit, "overflow-collapse", "pool-capacity", "uneven-workers"}
    return diagnosis if diagnosis.limit in likely - {NONE} else None
