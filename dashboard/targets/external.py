"""A server that somebody else runs."""

from dataclasses import replace

from dashboard.analysis.forecast import Forecast, unknown
from dashboard.runs.page_state import TargetStatus
from dashboard.runs.run import Run
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from settings import Settings, TargetKind

from .external_address import ExternalServer, notes_of, reach
from .target import Step, Target


class ExternalTarget(Target):
    """A server that somebody else runs: nothing of it is started or stopped."""

    def __init__(self, external: ExternalServer) -> None:
        self._external = external
        self._address = ""

    kind = TargetKind.URL

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:9000``."""
        return self._external.origin

    @property
    def asks(self) -> str:
        """``http://127.0.0.1:9000: GET /orders``."""
        specs = ", ".join(spec.text for spec in self._external.request_specs)
        return f"{self._external.origin}: {specs}"

    @property
    def status(self) -> TargetStatus:
        """Its address; its processes are not ours to know."""
        return TargetStatus([], None, self.origin, self.kind)

    @property
    def defaults(self) -> Settings:
        """Those of the project."""
        return Settings()

    def checked(self, settings: Settings) -> Settings:
        """The settings themselves: most of them say nothing of this server."""
        return settings

    def request_specs(self, given: tuple[RequestSpec, ...]) -> tuple[RequestSpec, ...]:  # noqa: ARG002
        """Those of the command line."""
        return self._external.request_specs

    def promise(self, settings: Settings, request_specs: tuple[RequestSpec, ...] = ()) -> Forecast:  # noqa: ARG002
        """Nothing is known of it."""
        return unknown(self.kind)

    def prepare(self, run: Run, step: Step) -> None:  # noqa: ARG002
        """See that it takes connections."""
        step(f"reaching {self._external.origin}")
        self._address = reach(self._external)

    def plan(self, run: Run, token: str) -> Plan:
        """The burst at the server."""
        where = self._external
        return replace(
            self.burst(run, token, where.port),
            host=where.host,
            address=self._address,
            tls=where.tls,
            external=True,
        )

    def watched(self, run: Run) -> tuple[str, int]:  # noqa: ARG002
        """Its port where it is on this machine."""
        return "", self._external.port if self._external.is_loopback else 0

    def notes(self, run: Run) -> list[str]:
        """Whose server it was, and what it told."""
        return notes_of(self._external, run.record().requests)
