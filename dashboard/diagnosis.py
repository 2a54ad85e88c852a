"""Which limit held a run back, in words, with the arithmetic of that run.

A pure function of requests, samples and settings. It looks for the innermost limit first: what a
request waits for with a worker, the pool, before what it waits for without one. Where the
settings promised more than was delivered (overflow collapse, uneven workers, a full backlog), the
reason for that comes before the capacity that was promised.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from config import Settings
from target_app.failures import FAILURES
from target_app.marks import Phase

from . import gauges
from .batches import waited_for_pool
from .forecast import NONE, Forecast, forecast, holds_loop, usable_connections
from .gauges import Sample
from .spans import Request, Service

# Shares of the run's time, or of a sleep, from which on something counts.
POOL_SHARE = 0.2  # of the run, in which requests waited for a connection
QUEUE_SHARE = 0.25  # of a service, that a request waited for a worker
BUSY_SHARE = 0.6  # of one core, that the busiest worker computed
LATE_SHARE = 0.25  # of the run, by which requests were sent or read late
KEPT_SHARE = 0.9  # of the capacity, below which places were lost
OVERDUE = 1.5  # times the seconds that the settings promise without the backlog
UNEVEN = 1.25  # times the seconds that an even share would have taken
WIDE = 1.2  # times the fair share of requests in one worker
SHORT_SECONDS = 0.1  # waits below this are nobody's limit

MOST_THREADS = 1000


@dataclass(frozen=True)
class Suggestion:
    """A change that lifts the limit: the whole settings, and the time they would take."""

    title: str
    settings: Settings
    forecast_seconds: float
    next_limit: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"settings": self.settings.as_dict()}


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


@dataclass(frozen=True)
class Evidence:
    """One run as the rules see it; times in seconds."""

    settings: Settings
    requests: tuple[Request, ...]
    services: tuple[tuple[Service, Request], ...]
    samples: tuple[Sample, ...]
    total: float
    lag: float

    @classmethod
    def of(
        cls,
        settings: Settings,
        requests: Iterable[Request],
        samples: Iterable[Sample] = (),
        lag: float = 0.0,
    ) -> "Evidence":
        """What a run shows; ``lag`` is how late the generator read."""
        found = tuple(requests)
        total = max((r.end.at for r in found if r.end), default=0.0)
        services = tuple((r.service, r) for r in found if r.done and r.service)
        return cls(settings, found, services, tuple(samples), total, lag)

    @property
    def service_seconds(self) -> float:
        """The median service, at least a millisecond."""
        lengths = sorted(service.end - service.start for service, _ in self.services)
        return max(lengths[len(lengths) // 2], 0.001) if lengths else 0.001

    def failed(self, word: str) -> int:
        """How many requests failed with ``word``."""
        return sum(request.failure == word for request in self.requests)

    @property
    def pool_waiters(self) -> list[tuple[Service, Request]]:
        """The requests that waited for a connection before their service."""
        return [
            pair
            for pair in self.services
            if waited_for_pool(pair[0]) and pair[0].waited > SHORT_SECONDS / 5
        ]

    @property
    def pool_wait_share(self) -> float:
        """The share of the run in which somebody waited for a connection."""
        spans = [
            (service.start - service.waited, service.start) for service, _ in self.pool_waiters
        ]
        return _covered(spans) / self.total if self.total else 0.0

    @property
    def queue_waiters(self) -> list[tuple[Service, Request]]:
        """The requests that waited for a worker for a good part of a service."""
        patience = max(SHORT_SECONDS, QUEUE_SHARE * self.service_seconds)
        return [pair for pair in self.services if pair[0].queued > patience]

    @property
    def cpu_share(self) -> float:
        """The share of one core that the busiest worker took."""
        return gauges.cpu_share(list(self.samples))

    @property
    def overdue(self) -> float:
        """The run's time over what the settings promise if the backlog held every connection."""
        roomy = replace(self.settings, backlog=max(self.settings.backlog, self.settings.requests))
        return self.total / max(forecast(roomy).total_seconds, SHORT_SECONDS)

    @property
    def shares(self) -> Counter[int]:
        """How many requests each worker served."""
        return Counter(request.worker for _, request in self.services)

    def at_once(self) -> int:
        """The most requests that one worker served at one time."""
        return max((_most_at_once(served) for served in self._by_worker()), default=0)

    def serial(self) -> bool:
        """Whether no worker ever served two requests at one time."""
        return self.at_once() <= 1

    def kept_capacity(self) -> float:
        """The mean number of connections in use per worker while requests waited for one."""
        means = [_mean_in_use(served) for served in self._by_worker()]
        return min((mean for mean in means if mean is not None), default=math.inf)

    def _by_worker(self) -> list[list[tuple[Service, Request]]]:
        found: dict[int, list[tuple[Service, Request]]] = {}
        for pair in self.services:
            found.setdefault(pair[1].worker, []).append(pair)
        return list(found.values())


def diagnose(evidence: Evidence) -> Diagnosis:
    """The limit that held the run back, and the smallest changes that lift it."""
    limit = find_limit(evidence)
    suggestions = _suggestions(limit, evidence)
    return Diagnosis(
        limit, _sentence(limit, evidence, suggestions), _evidence(limit, evidence), suggestions
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
    if evidence.pool_wait_share >= POOL_SHARE:
        capacity = settings.pool_capacity or 0
        if settings.max_overflow > 0 and evidence.kept_capacity() < KEPT_SHARE * capacity:
            return "overflow-collapse"
        return "uneven-workers" if _uneven(evidence, capacity) else "pool-capacity"
    return _queue_limit(evidence) if evidence.queue_waiters else NONE


def _queue_limit(evidence: Evidence) -> str:
    """Why requests waited for a worker."""
    settings = evidence.settings
    if settings.worker == "sync":
        return "sync-workers"
    if settings.worker == "gthread":
        return "uneven-workers" if _uneven(evidence, settings.threads) else "threads"
    if holds_loop(settings) and evidence.serial():
        return "blocking-driver"
    if evidence.at_once() >= settings.worker_connections:
        uneven = _uneven(evidence, settings.worker_connections)
        return "uneven-workers" if uneven else "worker-connections"
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
    return largest > WIDE * fair and rounds >= UNEVEN * fair_rounds


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of ``spans``."""
    covered, reached = 0.0, -math.inf
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def _most_at_once(served: Sequence[tuple[Service, Request]]) -> int:
    # An end before a start at the same instant: one took the other's place.
    edges = sorted(
        edge for service, _ in served for edge in ((service.start, 1), (service.end, -1))
    )
    running = most = 0
    for _, step in edges:
        running += step
        most = max(most, running)
    return most


def _mean_in_use(served: Sequence[tuple[Service, Request]]) -> float | None:
    """Connections in use on average while somebody waited; None where nobody did."""
    steps: list[tuple[float, int, int]] = []
    for service, _ in served:
        steps += [(service.start, 1, 0), (service.end, -1, 0)]
        if waited_for_pool(service):
            steps += [(service.start - service.waited, 0, 1), (service.start, 0, -1)]
    steps.sort()
    in_use = waiting = 0
    before = area = seconds = 0.0
    for at, used, waits in steps:
        if waiting > 0 and in_use > 0:  # the instants of handover do not count
            area += in_use * (at - before)
            seconds += at - before
        in_use += used
        waiting += waits
        before = at
    return area / seconds if seconds else None


def _suggestions(limit: str, evidence: Evidence) -> tuple[Suggestion, ...]:
    """Changes that lift the limit, the smallest first."""
    s = evidence.settings
    per_worker = math.ceil(s.requests / s.workers)
    room = max(1, usable_connections(s) // s.workers)
    capacity = s.pool_capacity or room
    enough = min(per_worker, room)
    green = {"worker_class": "auto", "driver": "auto", "mode": "gevent-green"}
    changes: dict[str, list[dict[str, Any]]] = {
        "sync-workers": [
            {"workers": min(16, max(2, min(s.requests, 2 * s.workers)))},
            {**green, **({"max_overflow": 0, "pool_size": enough} if enough > 5 else {})},
        ],
        "threads": [{"threads": min(MOST_THREADS, per_worker)}],
        "blocking-driver": [_cooperative(s)],
        "pool-capacity": [{"pool_size": enough, "max_overflow": 0}],
        "overflow-collapse": [
            {"pool_size": capacity, "max_overflow": 0},
            {"pool_size": enough, "max_overflow": 0},
        ],
        "pool-timeout": [
            {"pool_size": enough, "max_overflow": 0},
            {"pool_timeout": min(600.0, math.ceil(2 * evidence.total + s.sleep_seconds * 10))},
        ],
        "max-connections": [
            {"pool_class": "QueuePool", "pool_size": room, "max_overflow": 0},
            _more_connections(s),
        ],
        "worker-connections": [{"worker_connections": min(20_000, per_worker)}],
        "backlog": [{"backlog": min(65_535, max(s.requests, 2 * s.backlog))}],
        "uneven-workers": [
            {"workers": 1, "threads": min(MOST_THREADS, s.threads * s.workers)}
            if s.worker == "gthread"
            else {"workers": 1, "pool_size": capacity * s.workers, "max_overflow": 0}
        ],
        "cpu": [{"workers": min(16, 2 * s.workers)}],
        "generator": [{"requests": max(1, s.requests // 2)}],
    }
    made: list[Suggestion] = []
    for change in changes.get(limit, []):
        settings = replace(s, **change)
        if settings != s and all(settings != each.settings for each in made):
            promised = forecast(settings)
            titles = [f"{k} {v}" for k, v in change.items() if getattr(s, k) != v]
            title = ", ".join(titles)
            made.append(Suggestion(title, settings, promised.total_seconds, promised.limit))
    return tuple(made)


def _cooperative(s: Settings) -> dict[str, Any]:
    driver = "pymysql" if s.database == "mysql" else "psycopg2-green"
    return {"driver": driver}


def _more_connections(s: Settings) -> dict[str, Any]:
    name = "mysql_max_connections" if s.database == "mysql" else "postgres_max_connections"
    return {name: min(2000, s.requests + 10)}


def _sentence(limit: str, evidence: Evidence, suggestions: Sequence[Suggestion]) -> str:
    s = evidence.settings
    texts: dict[str, Callable[[Evidence], str]] = {
        NONE: _none_sentence,
        "sync-workers": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited for a worker: {_workers(s)} of class sync "
            f"x 1 request = {s.workers} at a time."
        ),
        "threads": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited for a thread: {_workers(s)} x {s.threads} "
            f"threads = {s.workers * s.threads} at a time."
        ),
        "blocking-driver": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited for gevent's event loop: {s.database_driver} "
            f"waits for the database in C and holds the loop, so {_workers(s)} x 1 request = "
            f"{s.workers} at a time, although {s.worker_connections} could be open."
        ),
        "pool-capacity": lambda e: (
            f"{_waited(e.pool_waiters, e)} waited for a connection: {_pool(s)} at a time."
        ),
        "overflow-collapse": _collapse_sentence,
        "pool-timeout": lambda e: (
            f"{e.failed('pool-timeout')} of {s.requests} requests gave up after "
            f"{s.pool_timeout:g} s (pool_timeout) without a connection: {_pool(s)} at a time, "
            f"each held for {e.service_seconds:.1f} s."
        ),
        "max-connections": lambda e: (
            f"{e.failed('too-many-connections')} of {s.requests} requests were refused a "
            f"connection by the database: it gives {usable_connections(s)}, and "
            f"{_asked(s)} asked for more."
        ),
        "worker-connections": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited to be accepted: {_workers(s)} x "
            f"{s.worker_connections} worker_connections = {s.workers * s.worker_connections} "
            "at a time."
        ),
        "backlog": _backlog_sentence,
        "uneven-workers": _uneven_sentence,
        "cpu": lambda e: (
            f"The workers were busy computing, not waiting: the busiest took "
            f"{e.cpu_share * 100:.0f} % of one core, and the run took {e.total:.1f} s for sleeps "
            f"of {s.sleep_seconds:g} s."
        ),
        "generator": lambda e: (
            f"Our own generator was late: it read answers up to {e.lag:.2f} s after they had "
            "arrived, so this run says little about the server."
        ),
    }
    text = texts[limit](evidence)
    if suggestions:
        best = suggestions[0]
        seconds = f"{best.forecast_seconds:.1f} s"
        if limit in {"pool-timeout", "max-connections"}:
            text += f" With {best.title} all would be answered, in {seconds}"
        else:
            text += f" {best.title} would take {seconds} instead of {evidence.total:.1f} s"
        text += _next(best.next_limit) + "."
    return text


def _none_sentence(e: Evidence) -> str:
    if len(e.services) < len(e.requests):
        words = Counter(request.failure for request in e.requests if request.failed)
        (word, count), *_ = words.most_common(1) or [("", 0)]
        cause = FAILURES[word].cause if word in FAILURES else word
        return f"No setting made requests wait, but {count} failed ({word}): {cause}."
    return "No request waited for another: nothing in these settings held the run back."


def _collapse_sentence(e: Evidence) -> str:
    s = e.settings
    kept = e.kept_capacity()
    smallest = _smallest_in_use(e)
    lost = max(1, (s.pool_capacity or 0) - smallest)
    return (
        f"{_waited(e.pool_waiters, e)} waited for a connection. {_pool(s)} at a time at first, "
        f"then {smallest}: while requests waited, {lost} overflow connections "
        f"were closed and their places were lost ({kept:.1f} in use on average)."
    )


def _smallest_in_use(e: Evidence) -> int:
    """Connections in use in one worker when half of its last waiters still wait."""
    waits = [(service.start - service.waited, service.start) for service, _ in e.pool_waiters]
    moments = sorted(start for _, start in waits)
    used = []
    for moment in moments[len(moments) // 2 :]:
        just_after = moment + 0.5 * e.service_seconds
        if any(start < just_after < end for start, end in waits):
            used.append(sum(sv.start <= just_after < sv.end for sv, _ in e.services))
    return max(1, min(used)) if used else max(1, e.settings.pool_size)


def _backlog_sentence(e: Evidence) -> str:
    late = [request for request in e.requests if request.sent > SHORT_SECONDS]
    worst = max((request.sent for request in late), default=0.0)
    return (
        f"{len(late)} of {len(e.requests)} requests found the backlog of {e.settings.backlog} "
        f"full: the kernel tried their connections again until {worst:.1f} s after the release."
    )


def _uneven_sentence(e: Evidence) -> str:
    s = e.settings
    shares = sorted(e.shares.values(), reverse=True)
    shares += [0] * (s.workers - len(shares))
    return (
        f"The workers shared the requests unevenly: {' and '.join(map(str, shares))} of "
        f"{sum(shares)}, where {math.ceil(sum(shares) / s.workers)} each would have been even. "
        "A worker takes connections that it cannot serve yet, and keeps them."
    )


def _next(limit: str) -> str:
    words = {
        NONE: "; nothing would wait then",
        "pool-capacity": "; the next limit is the pool's capacity",
        "overflow-collapse": "; the next limit is the pool, which may lose its overflow",
        "pool-timeout": "; the next limit is pool_timeout",
        "max-connections": "; the next limit is the database's max_connections",
        "sync-workers": "; the next limit is the number of workers",
        "threads": "; the next limit is the number of threads",
        "worker-connections": "; the next limit is worker_connections",
        "blocking-driver": "; the next limit is the driver, which holds the loop",
    }
    return words.get(limit, "")


def _waited(waiters: Sequence[object], e: Evidence) -> str:
    return f"{len(waiters)} of {len(e.requests)} requests"


def _workers(s: Settings) -> str:
    return f"{s.workers} worker{'s' if s.workers > 1 else ''}"


def _pool(s: Settings) -> str:
    total = (s.pool_capacity or 0) * s.workers
    return f"{_workers(s)} x (pool_size {s.pool_size} + max_overflow {s.max_overflow}) = {total}"


def _asked(s: Settings) -> str:
    if s.pool_class == "NullPool":
        return "NullPool, which opens one for each checkout,"
    return f"{_pool(s)} connections"


def _evidence(limit: str, e: Evidence) -> str:
    """Which requests waited, how long, and what share of all their time that was."""
    by_pool = limit in {"pool-capacity", "overflow-collapse", "pool-timeout"}
    pairs = e.pool_waiters if by_pool else e.queue_waiters
    whole = sum(request.response_seconds or 0.0 for request in e.requests)
    if limit == NONE or not pairs or not whole:
        return ""
    waits = [service.waited if by_pool else service.queued for service, _ in pairs]
    numbers = sorted(request.seq for _, request in pairs)
    for_what = "a connection" if by_pool else "a worker"
    return (
        f"Requests {_ranges(numbers)} waited {min(waits):.1f} to {max(waits):.1f} s for "
        f"{for_what}: {sum(waits):.0f} of {whole:.0f} request-seconds "
        f"({100 * sum(waits) / whole:.0f} %)."
    )


def _ranges(numbers: Sequence[int]) -> str:
    """``16-100``, or the first few ranges where there are many."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [f"{first}-{last}" if last > first else str(first) for first, last in found]
    return ", ".join(texts) if len(texts) <= 4 else ", ".join(texts[:3]) + " and others"


def live_diagnosis(evidence: Evidence, promised: Forecast) -> Diagnosis | None:
    """The diagnosis of a run that still goes on, once two batches agree with what was promised."""
    waiting = any(request.phase in {Phase.QUEUED, Phase.WAITING} for request in evidence.requests)
    served = [service for service, _ in evidence.services]
    first = min((service.end for service in served), default=math.inf)
    if not waiting or not any(service.start >= first for service in served):
        return None
    diagnosis = diagnose(evidence)
    likely = {promised.limit, "overflow-collapse", "pool-capacity", "uneven-workers"}
    return diagnosis if diagnosis.limit in likely - {NONE} else None
