"""A run as it is kept, sent, laid beside others and judged: pure values, nothing that lives."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from config import Settings
from target_app.marks import Mark

from . import report
from .batches import Batch, find_batches
from .diagnosis import Diagnosis, diagnose
from .evidence import Evidence
from .forecast import Forecast, forecast
from .gauges import Sample
from .spans import Request, service_order

GOING = "running"
BROKEN_OFF = "broken-off"  # the dashboard ended in the middle of it
ENDED = ("done", "cancelled", "failed", BROKEN_OFF)

MOST_BARS = 24  # of the tiny waterfall
PERMILLE = 1000


@dataclass(frozen=True)
class Record:
    """One run with everything that is known of it; times of marks in seconds since release."""

    settings: Settings
    status: str  # one of ENDED, or GOING while it has no end yet
    marks: tuple[Mark, ...] = ()
    samples: tuple[Sample, ...] = ()
    number: int = 0  # in the history, 0 when it is not kept
    label: str = ""
    pinned: bool = False
    started_at: float = 0.0  # of time.time()
    versions: dict[str, str] = field(default_factory=dict)
    generator: dict[str, Any] = field(default_factory=dict)  # what it said of itself
    notes: tuple[str, ...] = ()
    error: dict[str, str] | None = None  # cause, cure and stderr of a run that could not start
    marks_lost: int = 0

    @property
    def name(self) -> str:
        """``#7``, or the label, or ``this run``."""
        return self.label or (f"#{self.number}" if self.number else "this run")

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """Its requests that have a mark, in order of number."""
        by_seq: dict[int, list[Mark]] = {}
        for mark in self.marks:
            by_seq.setdefault(mark.seq, []).append(mark)
        return tuple(Request.of(seq, by_seq[seq]) for seq in sorted(by_seq))

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """Its batches."""
        return tuple(find_batches(self.requests, self.settings.concurrency))

    @cached_property
    def promised(self) -> Forecast:
        """What its settings promise."""
        return forecast(self.settings)

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """Which limit held it back; None for a run that did not come to its end."""
        if self.status != "done":
            return None
        lag = max(float(self.generator.get(name) or 0.0) for name in ("lag", "spread"))
        return diagnose(Evidence.of(self.settings, self.requests, self.samples, lag))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many requests ended in each phase."""
        return report.counts(self.requests, self.settings.requests)

    @cached_property
    def total_seconds(self) -> float:
        """From release to the last end."""
        return report.total_seconds(self.requests)

    @property
    def limit(self) -> str:
        """The diagnosis' machine word, ``unknown`` where there is none."""
        return self.diagnosis.limit if self.diagnosis else "unknown"

    @property
    def sentence(self) -> str:
        """What became of it, in one sentence."""
        if self.status == BROKEN_OFF:
            return "Broken off: the dashboard ended in the middle of this run"
        if self.error is not None and not self.marks:
            return f"Could not start: {self.error.get('cause', '')}"
        return report.finished_sentence(
            self.requests, self.settings.requests, self.batches, self.status
        )

    def as_json(self) -> dict[str, Any]:
        """The object that ``poolscope run --json`` prints."""
        body = report.as_json(
            self.settings, self.promised, self.requests, self.batches, self.diagnosis
        )
        return body | {"status": self.status}


def seconds_in(requests: Sequence[Request], *phases: str) -> list[float]:
    """Seconds that each of the requests spent in ``phases``, in ascending order."""
    return sorted(request.seconds_in(*phases) for request in requests)


def response_seconds(requests: Sequence[Request]) -> list[float]:
    """The response times of the requests that ended, in ascending order."""
    return sorted(r.response_seconds for r in requests if r.response_seconds is not None)


def percentile(ascending: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of the values do not exceed (nearest rank); 0 of none."""
    if not ascending:
        return 0.0
    rank = -(-len(ascending) * round(share * 100) // 100)  # the ceiling, without float errors
    return ascending[max(0, rank - 1)]


def median(values: Sequence[float]) -> float:
    """The median, 0 of none."""
    return statistics.median(values) if values else 0.0


def tiny_waterfall(requests: Sequence[Request], total_seconds: float) -> list[list[int]]:
    """At most two dozen bars ``[start, end, failed]`` of a run, in thousandths of its time.

    Each stands for its neighbours in the order of service; what it shows is the service.
    """
    ordered = service_order([request for request in requests if request.end])
    if not ordered or not total_seconds:
        return []
    step = max(1.0, len(ordered) / MOST_BARS)
    bars = []
    for place in range(min(MOST_BARS, len(ordered))):
        request = ordered[int(place * step)]
        end = request.end.at if request.end else 0.0
        start = request.service.start if request.service else request.sent
        until = request.service.end if request.service and request.done else end
        bars.append([_part(start, total_seconds), _part(until, total_seconds), int(request.failed)])
    return bars


def _part(at: float, total: float) -> int:
    return max(0, min(PERMILLE, round(at / total * PERMILLE)))
