"""What a run shows, measured: who waited for what, and how much of each resource was in use."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dashboard.marks.events import Event, events_of
from dashboard.marks.requests import Request, Service
from dashboard.marks.samples import Sample, cpu_share, held_seconds
from settings import Settings

from .batches import waited_for_pool
from .effective_model import EffectiveModel
from .forecast import forecast_of
from .quantiles import median
from .queueing import makespan

# Waits below this are nobody's limit, and a wait for a worker counts from this share of a service.
SHORT_SECONDS = 0.1
QUEUE_SHARE = 0.25
RETRY_SECONDS = 0.9  # tcp(7): a connection that found the backlog full is tried again after 1 s


@dataclass(frozen=True)
class Evidence:
    """One run as the rules see it; times in seconds."""

    settings: Settings  # as they were chosen
    model: EffectiveModel  # what the run had
    requests: tuple[Request, ...]
    services: tuple[tuple[Service, Request], ...]
    samples: tuple[Sample, ...]
    total: float
    lag: float
    mixed: bool = False

    @classmethod
    def of(  # noqa: PLR0913
        cls,
        settings: Settings,
        requests: Iterable[Request],
        samples: Iterable[Sample] = (),
        lag: float = 0.0,
        *,
        model: EffectiveModel | None = None,
        mixed: bool = False,
    ) -> "Evidence":
        """What a run shows; ``lag`` is how late the generator read, ``model`` what the run had
        where that is not what its settings say.

        ``mixed``: what was asked for is not the endpoint, so ``sleep_seconds`` says nothing.
        """
        asked = tuple(requests)
        total = max((r.end.at for r in asked if r.end), default=0.0)
        services = tuple((r.service, r) for r in asked if r.done and r.service)
        return cls(
            settings,
            model or EffectiveModel.of(settings),
            asked,
            services,
            tuple(samples),
            total,
            lag,
            mixed,
        )

    @property
    def events(self) -> list[Event]:
        """What happened to the run from outside."""
        return events_of(self.samples)

    @property
    def service_seconds(self) -> float:
        """The median service, at least a millisecond."""
        return max(median(s.end - s.start for s, _ in self.services), 0.001)

    @property
    def mean_service_seconds(self) -> float:
        """The mean service: what decides how long a queue of unequal requests takes."""
        lengths = [service.end - service.start for service, _ in self.services]
        return max(sum(lengths) / len(lengths), 0.001) if lengths else 0.001

    def failed(self, word: str) -> int:
        """How many requests failed with ``word``."""
        return sum(request.failure == word for request in self.requests)

    def reset_unserved(self) -> int:
        """How many were reset while more were sent than the backlog holds, and had no worker.

        A client holds a connection for open whose last packet the full queue has dropped
        (tcp_abort_on_overflow 0, tcp(7)); what it sends is dropped as well, until the kernel has
        forgotten the connection and answers with a reset.
        """
        if self.model.requests <= self.model.backlog:
            return 0
        return sum(r.failure == "reset" and not r.worker for r in self.requests)

    def mostly_failed(self, word: str) -> bool:
        """Whether of all failures those with ``word`` are the most frequent."""
        failures = Counter(request.failure for request in self.requests if request.failed)
        return bool(failures[word]) and failures[word] == max(failures.values())

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
        """The share of the run in which requests waited for a connection."""
        spans = [
            (service.start - service.waited, service.start) for service, _ in self.pool_waiters
        ]
        return _covered(spans) / self.total if self.total else 0.0

    @property
    def pool_delayed_share(self) -> float:
        """The share of the requests that waited for a connection for longer than they had one.

        Where service times are unequal, a few long requests make a run in which the waits of all
        others are a small part.
        """
        delayed = sum(
            service.waited > service.end - service.start for service, _ in self.pool_waiters
        )
        return delayed / len(self.requests) if self.requests else 0.0

    @property
    def queue_waiters(self) -> list[tuple[Service, Request]]:
        """The requests that waited for a worker for a good part of their service."""
        return [pair for pair in self.services if _is_long(pair[0], pair[0].queued)]

    @property
    def thread_waiters(self) -> list[tuple[Service, Request]]:
        """The requests whose blocking code waited for a thread for a good part of its service."""
        return [pair for pair in self.services if _is_long(pair[0], pair[0].threaded)]

    @property
    def held(self) -> dict[str, float]:
        """Seconds that the loops of the workers were held, by the place that held them."""
        return held_seconds(self.samples)

    @property
    def cpu_share(self) -> float:
        """The share of one core that the busiest worker took."""
        return cpu_share(list(self.samples))

    @property
    def overdue(self) -> float:
        """The run's time over what the settings promise if the backlog held every connection.

        Where they promise nothing, a connection that the kernel tried again tells as much.
        """
        if self.mixed:
            latest = max((request.sent for request in self.requests), default=0.0)
            return math.inf if latest >= RETRY_SECONDS else 0.0
        roomy = replace(self.model, backlog=max(self.model.backlog, self.model.requests))
        return self.total / max(forecast_of(roomy).total_seconds, SHORT_SECONDS)

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

    def mean_in_use(self) -> float:
        """The mean connections in use while requests waited, of the worker with the fewest."""
        return min((mean for mean, _ in self._in_use()), default=math.inf)

    def min_in_use(self) -> int:
        """The fewest connections that this worker had in use for long while requests waited."""
        return min(self._in_use(), default=(math.inf, 0))[1]

    def seconds_with(self, places: int) -> float:
        """What the run's own services would have taken in ``places`` at a time.

        Requests that failed are taken for average ones.
        """
        ordered = sorted((s.start, s.end - s.start) for s, _ in self.services)
        lengths = [length for _, length in ordered]
        lengths += [self.mean_service_seconds] * (len(self.requests) - len(lengths))
        return makespan(lengths, places)

    def idle_seconds(self) -> float:
        """How long another worker had nothing left while the one with most requests still served.

        Below 0 where that one was done first, as where its requests were shorter.
        """
        by_count = sorted(self._by_worker(), key=len)
        if not by_count:
            return 0.0
        *others, most = [max(service.end for service, _ in served) for served in by_count]
        nobody = len(by_count) < self.model.workers
        return most - (0.0 if nobody else min(others, default=most))

    def _in_use(self) -> list[tuple[float, int]]:
        """(mean, fewest for long) connections in use while requests waited, of each worker."""
        found = (_in_use(served, self.service_seconds) for served in self._by_worker())
        return [pair for pair in found if pair is not None]

    def _by_worker(self) -> list[list[tuple[Service, Request]]]:
        found: dict[int, list[tuple[Service, Request]]] = {}
        for pair in self.services:
            found.setdefault(pair[1].worker, []).append(pair)
        return list(found.values())


def _is_long(service: Service, wait: float) -> bool:
    return wait > max(SHORT_SECONDS, QUEUE_SHARE * (service.end - service.start))


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


def _tenures(served: Sequence[tuple[Service, Request]]) -> list[tuple[float, float]]:
    """From when until when each connection was there for the requests.

    A connection that is handed on is not lost in between, which counts where services are short.
    """
    alone = [(s.start, s.end) for s, _ in served if not s.connection]
    shared: dict[int, list[Service]] = {}
    for service, _ in served:
        if service.connection:
            shared.setdefault(service.connection, []).append(service)
    kept = [(min(s.start for s in each), max(s.end for s in each)) for each in shared.values()]
    return alone + kept


def _in_use(
    served: Sequence[tuple[Service, Request]], service_seconds: float
) -> tuple[float, int] | None:
    """Connections in use while requests waited: their mean, and the lowest lasting number.

    None where nobody waited. A number lasts when it stood for a quarter of a service.
    """
    steps: list[tuple[float, int, int]] = []
    for start, end in _tenures(served):
        steps += [(start, 1, 0), (end, -1, 0)]
    for service, _ in served:
        if waited_for_pool(service):
            steps += [(service.start - service.waited, 0, 1), (service.start, 0, -1)]
    steps.sort()
    seconds: Counter[int] = Counter()
    in_use = waiting = 0
    before = 0.0
    for at, used, waits in steps:
        if waiting > 0 and in_use > 0:  # the instants of handover do not count
            seconds[in_use] += at - before  # type: ignore[assignment]
        in_use += used
        waiting += waits
        before = at
    if not seconds:
        return None
    mean = sum(number * spent for number, spent in seconds.items()) / sum(seconds.values())
    lasting = [n for n, spent in seconds.items() if spent > service_seconds / 4]
    return mean, min(lasting, default=round(mean))
