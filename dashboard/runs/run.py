"""A live run: its settings, its log, and its progress."""

import time
from dataclasses import dataclass, field
from typing import Any

from dashboard.analysis.forecast import Forecast
from dashboard.analysis.observed_pools import ObservedApp
from dashboard.errors import StartError
from dashboard.marks.log import RunLog
from dashboard.workload.mix import RequestSpec
from settings import Settings, TargetKind

from .page_state import Life, TargetStatus
from .record import RUNNING, STARTING, Record
from .versions import versions_of


@dataclass
class Run:
    """One launch: its settings, forecast, log and progress.

    Everything derived from these is in its ``record``.
    """

    id: str
    settings: Settings
    promised: Forecast
    log: RunLog
    kind: TargetKind = TargetKind.EXAMPLE
    status: str = STARTING  # then RUNNING, and done, cancelled or failed
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
    origin: str = ""  # of a server that somebody else runs
    _record: tuple[object, Record] | None = field(default=None, init=False, repr=False)

    @property
    def is_running(self) -> bool:
        """Whether it has no end yet."""
        return self.status in {STARTING, RUNNING}

    @property
    def elapsed(self) -> float | None:
        """Seconds since release, None before."""
        if self.log.released_at is None:
            return None
        return (self.finished_at or time.monotonic()) - self.log.released_at

    def record(self) -> Record:
        """The run as of now; the same object as before if nothing has changed."""
        facts = self._facts()
        now = (self.log.sizes, facts)
        if self._record is None or self._record[0] != now:
            self._record = (now, Record.of_log(self.log, **facts))
        return self._record[1]

    def life(self, target: TargetStatus) -> Life:
        """What only the live dashboard knows about it."""
        seconds = round(time.monotonic() - self.step_since, 3)
        return Life(self.id, self.step, seconds, self.elapsed, self.compared_with, target)

    def _facts(self) -> dict[str, Any]:
        why = self.error
        app, versions = self.app, versions_of(self.settings, self.kind)
        if app is not None:
            versions = {"Python": app["python"], **app["versions"]}
            app = app | {"found": self.found and self.found.as_json()}
        return {
            "settings": self.settings,
            "kind": self.kind,
            "status": self.status,
            "number": self.history_id or 0,
            "label": self.label,
            "started_at": self.started_at,
            "versions": versions | self.database,
            "app": app,
            "generator": dict(self.generator),
            "notes": tuple(self.notes),
            "error": {"cause": why.cause, "cure": why.cure, "stderr": why.log} if why else None,
            "request_specs": tuple(request_spec.text for request_spec in self.request_specs),
            "origin": self.origin,
            "promise": self.promised,
        }
