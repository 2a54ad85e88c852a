"""A run as it is kept, sent, laid beside others and judged: pure values, nothing that lives."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dashboard.analysis.batches import Batch, batches_meaningful, find_batches
from dashboard.analysis.diagnosis import Diagnosis, diagnose
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import Forecast, forecast, unknown
from dashboard.analysis.observed_pools import ObservedApp, effective_settings, observed_from_json
from dashboard.analysis.paths import PathRow, by_path
from dashboard.marks.requests import Request, service_order
from dashboard.marks.samples import Sample
from dashboard.workload.mix import names_of
from settings import Settings
from target_app.probe.marks import Mark

from . import report
from .app_card import card

RUNNING = "running"
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
    app: dict[str, Any] | None = None  # of somebody's own: its module, versions and what was found
    request_specs: tuple[
        str, ...
    ] = ()  # what was asked for, as mix.parse_ask reads it; () for the endpoint

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
    def names(self) -> tuple[str, ...]:
        """What each request asked for, ``GET /orders``, in order of number."""
        own = (f"GET {self.settings.path}",)
        return names_of(self.request_specs or own, self.settings.requests)

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """Its batches; none where they are no picture of what happened."""
        return self._shape[0]

    @property
    def picture(self) -> str:
        """What shows its course: ``batches``, or ``waiting`` where they do not.

        ``unknown`` where the server has told nothing of its inside.
        """
        return self._shape[1]

    @cached_property
    def _shape(self) -> tuple[tuple[Batch, ...], str]:
        return shape_of(self.requests, self.settings)

    @property
    def found(self) -> ObservedApp | None:
        """What was found in the app; None for a run of ours."""
        told = self.app and self.app.get("found")
        return observed_from_json(told) if told else None

    @cached_property
    def card(self) -> dict[str, Any] | None:
        """What is said of somebody's own app beside the run."""
        return card(self.settings, self.effective, self.app, self.diagnosis)

    @cached_property
    def effective(self) -> Settings:
        """The settings that the run really had, which an app has in part of its own."""
        return effective_settings(self.settings, self.found, self.requests)

    @cached_property
    def promised(self) -> Forecast:
        """What its settings promise."""
        return unknown(self.settings) if self.request_specs else forecast(self.settings)

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """Which limit held it back; None for a run that did not come to its end."""
        if self.status != "done":
            return None
        lag = max(float(self.generator.get(name) or 0.0) for name in ("lag", "spread"))
        mixed = bool(self.request_specs)
        return diagnose(Evidence.of(self.effective, self.requests, self.samples, lag, mixed=mixed))

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

    @cached_property
    def paths(self) -> list[PathRow]:
        """What each path did."""
        return by_path(self.requests, self.names)

    def as_json(self) -> dict[str, Any]:
        """The object that ``poolscope run --json`` prints."""
        body = report.as_json(
            self.settings, self.promised, self.requests, self.batches, self.diagnosis
        )
        own = {"app": self.card} if self.app else {}
        paths = {"paths": [row.as_dict() for row in self.paths], "picture": self.picture}
        return body | {"status": self.status} | paths | own


def shape_of(requests: Sequence[Request], settings: Settings) -> tuple[tuple[Batch, ...], str]:
    """The batches, and the word for what shows the course of these requests."""
    batches = tuple(find_batches(requests, settings.concurrency))
    if not batches or batches_meaningful(requests, batches):
        return batches, "batches"
    return (), "waiting" if any(r.done and r.service for r in requests) else "unknown"


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
