"""One launch that lives: its settings, its log, and everything that is derived from them so far."""

import time
from dataclasses import dataclass, field
from typing import Any

from config import SECONDS
from dashboard.analysis.batches import Batch
from dashboard.analysis.diagnosis import Diagnosis, diagnose, live_diagnosis
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import Forecast
from dashboard.analysis.observed_pools import ObservedApp, effective_settings
from dashboard.analysis.paths import PathRow, by_path
from dashboard.errors import StartError
from dashboard.marks.log import RunLog
from dashboard.marks.requests import Request
from dashboard.workload.mix import RequestSpec, names_of
from settings import URL, Settings

from .record import Record, shape_of
from .versions import versions_of

BLURRED_SECONDS = 0.1 * SECONDS


@dataclass
class Run:
    """One launch: its settings, what was promised, its log, and how far it is."""

    id: str
    settings: Settings
    promised: Forecast
    log: RunLog
    status: str = "starting"  # then running, and done, cancelled or failed
    step: str = ""
    step_since: float = field(default_factory=time.monotonic)
    error: StartError | None = None
    notes: list[str] = field(default_factory=list)
    generator: dict[str, Any] = field(default_factory=dict)  # what it said of itself
    database: dict[str, str] = field(default_factory=dict)  # the server's name and version
    finished_at: float | None = None
    compared_with: str = ""
    started_at: float = field(default_factory=time.time)
    label: str = ""
    kept: bool = True  # in the history, when it ends
    history_id: int | None = None
    app: dict[str, Any] | None = None  # what is known of somebody's own app
    found: ObservedApp | None = None  # what was found in it
    request_specs: tuple[RequestSpec, ...] = ()  # what is asked for; () for the endpoint alone

    @property
    def is_running(self) -> bool:
        """Whether it has no end yet."""
        return self.status in {"starting", "running"}

    @property
    def elapsed(self) -> float | None:
        """Seconds since release, None before."""
        if self.log.released_at is None:
            return None
        return (self.finished_at or time.monotonic()) - self.log.released_at

    def requests(self) -> list[Request]:
        """Its requests so far."""
        return self.log.seen()

    def evidence(self) -> Evidence:
        """What the run shows so far."""
        lag = max(float(self.generator.get(name, 0.0)) for name in ("lag", "spread"))
        settings, samples = self.effective(), self.log.samples()
        return Evidence.of(settings, self.requests(), samples, lag, mixed=bool(self.request_specs))

    def effective(self) -> Settings:
        """The settings that the run really has, which an app has in part of its own."""
        return effective_settings(self.settings, self.found, self.requests())

    def diagnosis(self) -> Diagnosis | None:
        """Which limit holds it back: None while that is not certain yet, or it was cancelled."""
        if self.is_running:
            return live_diagnosis(self.evidence(), self.promised)
        return diagnose(self.evidence()) if self.status == "done" else None

    def batches(self) -> list[Batch]:
        """Its batches so far."""
        return list(self.shape()[0])

    def shape(self) -> tuple[tuple[Batch, ...], str]:
        """Its batches so far, and the word for what shows its course."""
        return shape_of(self.requests(), self.settings)

    def paths(self) -> list[PathRow]:
        """What each path did so far; [] where the endpoint alone was asked."""
        if not self.request_specs:
            return []
        names = names_of(
            [request_spec.text for request_spec in self.request_specs], self.settings.requests
        )
        return by_path(self.requests(), names)

    def _versions(self) -> dict[str, str]:
        if self.app is None:
            return versions_of(self.settings)
        return {"Python": self.app["python"], **self.app["versions"]}

    def app_facts(self) -> dict[str, Any] | None:
        """What is known of somebody's own app, with what was found in it; None for ours."""
        if self.app is None:
            return None
        return self.app | {"found": self.found and self.found.as_json()}

    def record(self) -> Record:
        """The run as it is kept and sent."""
        why = self.error
        return Record(
            settings=self.settings,
            status=self.status,
            marks=tuple(self.log.marks()),
            samples=tuple(self.log.samples()),
            number=self.history_id or 0,
            label=self.label,
            started_at=self.started_at,
            versions=self._versions() | self.database,
            app=self.app_facts(),
            generator=dict(self.generator),
            notes=tuple(self.notes),
            error={"cause": why.cause, "cure": why.cure, "stderr": why.log} if why else None,
            marks_lost=self.log.marks_lost,
            request_specs=tuple(request_spec.text for request_spec in self.request_specs),
        )

    def late_notes(self) -> list[str]:
        """What a reader of its times should know."""
        notes = []
        if self.log.marks_lost > 0:
            notes.append(
                f"{self.log.marks_lost} marks were lost on the way and restored from the answers."
            )
        opened = self.generator.get("opened")
        if opened is not None and opened < self.settings.requests:
            late = self.settings.requests - opened
            ours = self.settings.endpoint != URL
            why = f" (the backlog holds {self.settings.backlog})" if ours else ""
            notes.append(
                f"{late} connections could not be opened before the release{why}: "
                "they were sent as they opened."
            )
        if (
            self.generator.get("stamps") == "read"
            and self.generator.get("lag", 0) > BLURRED_SECONDS
        ):
            notes.append("The generator read answers late, so their times are blurred.")
        return notes
