"""A run at one moment, live or kept: what is known of it, and all that is derived from that."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from config import SECONDS
from dashboard.analysis.batches import Batch, batches_meaningful, find_batches
from dashboard.analysis.diagnosis import Diagnosis, diagnose, live_diagnosis
from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import Forecast, forecast, unknown
from dashboard.analysis.observed_pools import ObservedApp, effective_model, observed_from_json
from dashboard.analysis.paths import PathRow, by_path
from dashboard.marks.events import Event, events_of
from dashboard.marks.log import RunLog
from dashboard.marks.requests import Request
from dashboard.marks.samples import Sample
from dashboard.text import counted
from dashboard.workload.mix import names_of
from settings import ENDPOINTS, Settings, TargetKind
from target_app.probe.marks import Mark

from . import report
from .answers import AppCard
from .app_card import card

STARTING = "starting"
RUNNING = "running"
BROKEN_OFF = "broken-off"  # the dashboard ended in the middle of it
ENDED = ("done", "cancelled", "failed", BROKEN_OFF)

MOST_EVENTS = 5  # that are told in words
BLURRED_SECONDS = 0.1 * SECONDS


@dataclass(frozen=True)
class Record:
    """One run with everything that is known of it; times of marks in seconds since release.

    It never changes: of a run that goes on, ``Run.record`` makes another.
    """

    settings: Settings
    status: str  # one of ENDED, or STARTING or RUNNING while it has no end yet
    marks: tuple[Mark, ...] = ()
    samples: tuple[Sample, ...] = ()
    kind: TargetKind = TargetKind.EXAMPLE
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
    # What was asked for, as mix.parse_request_spec reads it; () for the endpoint.
    request_specs: tuple[str, ...] = ()
    origin: str = ""  # of a server that somebody else runs: http://127.0.0.1:9000
    # What the launch promised, where it knew more than the settings say; it is not kept.
    promise: Forecast | None = field(default=None, compare=False)

    @classmethod
    def of_log(cls, log: RunLog, **facts: Any) -> "Record":
        """The run in ``log``, as far as it has got."""
        marks, samples, requests = log.everything()
        record = cls(marks=marks, samples=samples, marks_lost=log.marks_lost, **facts)
        # The log has them already, and has kept those to which nothing was added.
        record.__dict__["requests"] = requests
        return record

    @property
    def is_running(self) -> bool:
        """Whether it has no end yet."""
        return self.status in {STARTING, RUNNING}

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

    def as_text(self, origin: str = "") -> str:
        """The run as the original example's client prints one endpoint of ``origin``."""
        path = ENDPOINTS[self.settings.endpoint] if self.kind is TargetKind.EXAMPLE else "/"
        url = (self.origin or origin) + path
        return report.example_text(url, self.settings.requests, self.requests)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each request asked for, ``GET /orders``, in order of number."""
        path = self.settings.path if self.kind is TargetKind.EXAMPLE else "/"
        own = (f"GET {path}",)
        return names_of(self.request_specs or own, self.settings.requests)

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """Its batches; none where batches would be misleading."""
        return self._shape[0]

    @property
    def picture(self) -> str:
        """What shows its course: ``batches``, or ``waiting`` where they do not.

        ``unknown`` where the server reported nothing about its internals.
        """
        return self._shape[1]

    @cached_property
    def _shape(self) -> tuple[tuple[Batch, ...], str]:
        batches = tuple(find_batches(self.requests, self.settings.concurrency))
        if not batches or batches_meaningful(self.requests, batches):
            return batches, "batches"
        is_served = any(request.done and request.service for request in self.requests)
        return (), "waiting" if is_served else "unknown"

    @property
    def found(self) -> ObservedApp | None:
        """What was found in the app; None unless it was a user app."""
        told = self.app and self.app.get("found")
        return observed_from_json(told) if told else None

    @cached_property
    def card(self) -> AppCard | None:
        """What is shown about the user's own app beside the run."""
        return card(self.settings, self.effective, self.app, self.diagnosis)

    @cached_property
    def effective(self) -> EffectiveModel:
        """The settings in effect; a user app brings some of its own."""
        model = effective_model(self.settings, self.kind, self.found, self.requests)
        most = self.generator.get("somaxconn")  # the kernel's own limit, listen(2)
        return model if most is None else replace(model, backlog=min(model.backlog, int(most)))

    @cached_property
    def promised(self) -> Forecast:
        """The forecast at launch, or else the one for its settings."""
        if self.promise is not None:
            return self.promise
        known = self.kind is TargetKind.EXAMPLE and not self.request_specs
        return forecast(self.settings) if known else unknown(self.kind)

    @cached_property
    def evidence(self) -> Evidence:
        """The measurements that the diagnosis uses."""
        lag = max(float(self.generator.get(name) or 0.0) for name in ("lag", "spread"))
        mixed = bool(self.request_specs)
        return Evidence.of(
            self.settings, self.requests, self.samples, lag, model=self.effective, mixed=mixed
        )

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """Which limit holds it back: None while that is uncertain, and for an interrupted run."""
        if self.is_running:
            return live_diagnosis(self.evidence, self.promised)
        return diagnose(self.evidence) if self.status == "done" else None

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
        """The diagnosis' machine word, ``unknown`` without a diagnosis."""
        return self.diagnosis.limit if self.diagnosis else "unknown"

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        if self.status == BROKEN_OFF:
            return "Interrupted: the dashboard stopped during this run"
        if self.error is not None and not self.marks:
            return f"Could not start: {self.error.get('cause', '')}"
        total = self.settings.requests
        if self.is_running:
            return report.running_sentence(self.requests, total)
        return report.finished_sentence(self.requests, total, self.batches, self.status)

    @cached_property
    def events(self) -> list[Event]:
        """External events during it: parts that ended or stalled."""
        return events_of(self.samples)

    @property
    def late_notes(self) -> list[str]:
        """Notes for anyone reading its times."""
        notes = [
            f"{event.words[0].upper()}{event.words[1:]}." for event in self.events[:MOST_EVENTS]
        ]
        if self.marks_lost > 0:
            were = "was" if self.marks_lost == 1 else "were"
            notes.append(
                f"{counted(self.marks_lost, 'mark')} {were} lost in transit and restored from the "
                "responses."
            )
        opened = self.generator.get("opened")
        if opened is not None and opened < self.settings.requests:
            late = self.settings.requests - opened
            ours = self.kind is not TargetKind.URL
            holds = self.effective.backlog
            capped = f", net.core.somaxconn, not {self.settings.backlog}"
            why = f" (the backlog holds {holds}{capped if holds < self.settings.backlog else ''})"
            why = why if ours else ""
            notes.append(
                f"{counted(late, 'connection')} could not be opened before the release{why}: "
                f"{'it' if late == 1 else 'each'} was used as soon as it opened."
            )
        lag = self.generator.get("lag", 0)
        if self.generator.get("stamps") == "read" and lag > BLURRED_SECONDS:
            notes.append("The load generator read responses late, so their times are imprecise.")
        return notes

    @cached_property
    def paths(self) -> list[PathRow]:
        """Results by path; [] where only the endpoint was requested."""
        return by_path(self.requests, self.names) if self.request_specs else []

    def as_json(self) -> dict[str, Any]:
        """The object that ``poolscope run --json`` prints."""
        body = report.as_json(
            self.settings, self.promised, self.requests, self.batches, self.diagnosis
        )
        body["kind"] = self.kind.value
        own = {"app": self.card} if self.app else {}
        paths = {"paths": [row.as_dict() for row in self.paths], "picture": self.picture}
        return body | {"status": self.status} | paths | own


def seconds_in(requests: Sequence[Request], *phases: str) -> list[float]:
    """Seconds that each of the requests spent in ``phases``."""
    return [request.seconds_in(*phases) for request in requests]


def response_seconds(requests: Sequence[Request]) -> list[float]:
    """The response times of the requests that ended."""
    return [r.response_seconds for r in requests if r.response_seconds is not None]
