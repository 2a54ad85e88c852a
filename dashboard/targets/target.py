"""What a burst goes to, as the conductor sees it: one kind of thing behind one set of questions."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from config import LOOPBACK, SECONDS
from dashboard.analysis.forecast import Forecast
from dashboard.runs.page_state import TargetStatus
from dashboard.runs.run import Run
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from settings import Settings, TargetKind

Step = Callable[[str], None]

UNKNOWN_SECONDS = 120 * SECONDS  # for the answers of an app of which nothing is known
WITHIN_SECONDS = 60 * SECONDS  # beyond twice the forecast


class Target(ABC):
    """One kind of thing that a burst goes to."""

    any_status = True  # whether an answer of 4xx counts as an answer
    patience_seconds = UNKNOWN_SECONDS

    kind = TargetKind.EXAMPLE

    @property
    def origin(self) -> str:
        """The address of a server that somebody else runs, "" for one of ours."""
        return ""

    @property
    def asks(self) -> str:
        """What is requested, in words for people; "" where the settings say it."""
        return ""

    @property
    @abstractmethod
    def status(self) -> TargetStatus:
        """Its processes, as the page shows them."""

    @property
    @abstractmethod
    def defaults(self) -> Settings:
        """What a form begins with."""

    @abstractmethod
    def checked(self, settings: Settings) -> Settings:
        """The settings as they can be run; SettingsError says which cannot."""

    @abstractmethod
    def request_specs(self, given: tuple[RequestSpec, ...]) -> tuple[RequestSpec, ...]:
        """What a run asks for, () for its endpoint alone."""

    def require(self, settings: Settings) -> None:  # noqa: B027  most have nothing to do
        """StartError where this machine cannot do such a run at all."""

    @abstractmethod
    def promise(self, settings: Settings, request_specs: tuple[RequestSpec, ...] = ()) -> Forecast:
        """What the settings promise."""

    @abstractmethod
    def prepare(self, run: Run, step: Step) -> None:
        """Have it ready for the run's burst, telling each ``step``; StartError where it fails."""

    @abstractmethod
    def plan(self, run: Run, token: str) -> Plan:
        """The burst of a run that is prepared for."""

    @abstractmethod
    def watched(self, run: Run) -> tuple[str, int]:
        """The database URL and the port on this machine that are gauged, "" and 0 for none."""

    def processes(self) -> dict[int, str]:
        """What it consists of on this machine: {pid: "server" or "worker"}."""
        return {}

    def abort(self, run: Run) -> None:  # noqa: B027  most have nothing to do
        """Stop what a run that was broken off has left at work."""

    def learn(self, run: Run) -> None:  # noqa: B027  most have nothing to do
        """Take what a run that came to its end has shown."""

    def notes(self, run: Run) -> list[str]:  # noqa: ARG002
        """What a reader of the run should know of whom it went to."""
        return []

    def facts(self) -> dict[str, Any] | None:
        """What a record keeps of somebody's app."""
        return None

    def redact(self, text: str) -> str:
        """A text from it without what must not be shown."""
        return text

    def burst(self, run: Run, token: str, port: int) -> Plan:
        """The run's requests at a port of this machine."""
        settings = run.settings
        long = max(self.patience_seconds, 2 * run.promised.high_seconds + WITHIN_SECONDS)
        return Plan(
            host=LOOPBACK,
            port=port,
            request_specs=run.request_specs or (RequestSpec(path=settings.path),),
            requests=settings.requests,
            token=token,
            deadline_seconds=settings.deadline_seconds or long,
            any_status=self.any_status,
        )
