"""A user app that a gunicorn of ours serves."""

from typing import Any

from dashboard.analysis.forecast import Forecast, forecast_of, unknown
from dashboard.analysis.observed_pools import expected_model, with_observed_pool
from dashboard.runs.run import Run
from dashboard.text import counted
from dashboard.workload.mix import RequestSpec
from settings import Settings, TargetKind

from .probe_package import write_package
from .servers.process import ServerProcess, Spec
from .started import StartedTarget
from .target import Step
from .user_app_spec import AppSpec, UserApp, last_lines

MASTER_THREADS = (
    "gunicorn preloads your app, which has threads of its own ({} of them): a fork takes none "
    "along, so the workers run without them. Start them in the hook post_worker_init."
)


class UserAppTarget(StartedTarget):
    """Somebody's own app, served by a target of ours."""

    def __init__(self, gunicorn: ServerProcess, user_app: UserApp) -> None:
        super().__init__(gunicorn)
        self._user_app = user_app
        self._shown: Run | None = None  # the last run that came to its end

    kind = TargetKind.APP

    @property
    def asks(self) -> str:
        """``GET /orders, POST /orders x3``."""
        return ", ".join(spec.text for spec in self._user_app.app.request_specs)

    @property
    def defaults(self) -> Settings:
        """What the app's own configuration says."""
        return self._user_app.environment.defaults()

    def checked(self, settings: Settings) -> Settings:
        """The settings without what the app has of its own."""
        return self._user_app.checked(settings)

    def request_specs(self, given: tuple[RequestSpec, ...]) -> tuple[RequestSpec, ...]:  # noqa: ARG002
        """Those of the command line."""
        return self._user_app.app.request_specs

    def promise(self, settings: Settings, request_specs: tuple[RequestSpec, ...] = ()) -> Forecast:  # noqa: ARG002
        """What the last run of the app lets expect."""
        if self._shown is None:
            return unknown(self.kind)
        requests = self._shown.record().requests
        return forecast_of(expected_model(settings, self._shown.found, requests))

    def watched(self, run: Run) -> tuple[str, int]:  # noqa: ARG002
        """The target; its databases are its own."""
        return "", self._gunicorn.port

    def learn(self, run: Run) -> None:
        """Keep what the run has shown of the app: for the next forecast, and for the reader."""
        run.found = self._gunicorn.found or run.found
        run.settings = with_observed_pool(run.settings, run.found, run.record().effective)
        requests = run.record().requests
        if any(request.done for request in requests):
            self._shown = run
        errors = sum(request.failure == "http-5xx" for request in requests)
        last = self.redact(last_lines(self._gunicorn.log()))
        if errors and last:
            run.notes.append(
                f"Your app answered {counted(errors, 'request')} with an error. It wrote: {last}"
            )
        if self._gunicorn.master_threads:
            run.notes.append(MASTER_THREADS.format(self._gunicorn.master_threads))

    def facts(self) -> dict[str, Any]:
        """Its name and versions, nothing of its variables."""
        return self._user_app.facts()

    def redact(self, text: str) -> str:
        """A text without the values of ``--env``."""
        return self._user_app.app.redact(text)

    def _spec(self, run: Run, step: Step) -> Spec:  # noqa: ARG002
        write_package(self._user_app.probe)  # somebody may have deleted it
        spec = AppSpec.of(run.settings, self._user_app)
        run.notes += spec.notes
        return spec
