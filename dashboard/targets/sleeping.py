"""Our own sleeping endpoints, on our databases."""

from importlib.util import find_spec

from dashboard.analysis.forecast import Forecast, forecast, unknown
from dashboard.databases.databases import Databases, missing_driver
from dashboard.errors import StartError
from dashboard.runs.run import Run
from dashboard.workload.mix import RequestSpec
from settings import AUTO, Settings

from .own_app import TargetSpec
from .servers.process import ServerProcess, Spec
from .started import StartedTarget
from .target import Step


def _is_here(package: str) -> bool:
    return find_spec("uvicorn" if package == AUTO else package) is not None


class SleepingTarget(StartedTarget):
    """Our own app on our databases."""

    any_status = False
    patience_seconds = 0.0

    def __init__(self, gunicorn: ServerProcess, databases: Databases) -> None:
        super().__init__(gunicorn)
        self._databases = databases

    @property
    def defaults(self) -> Settings:
        """Those of the project."""
        return Settings()

    def checked(self, settings: Settings) -> Settings:
        """The settings themselves."""
        return settings

    def request_specs(self, given: tuple[RequestSpec, ...]) -> tuple[RequestSpec, ...]:
        """Those that were given."""
        return given

    def require(self, settings: Settings) -> None:
        """StartError where a server or a driver is missing."""
        missing = self._databases.missing(settings.endpoint)
        if missing:
            raise StartError("The endpoint mysql is not available", missing)
        if settings.interface == "ASGI":
            lacking = [name for name in ("starlette", settings.server) if not _is_here(name)]
            if lacking:
                names = ["uvicorn" if name == AUTO else name for name in lacking]
                cause = f"Mode {settings.mode} needs {' and '.join(names)}"
                raise StartError(cause, f"Install it: .venv/bin/pip install {' '.join(names)}")
        driver = settings.database_driver
        if missing_driver(driver):
            raise StartError(f"The driver {driver} is not installed", missing_driver(driver))

    def promise(self, settings: Settings, request_specs: tuple[RequestSpec, ...] = ()) -> Forecast:
        """Batches and seconds; nothing is known of paths that somebody chose."""
        return unknown(self.kind) if request_specs else forecast(settings)

    def watched(self, run: Run) -> tuple[str, int]:
        """The endpoint's database, and the target."""
        return self._databases.admin_url(run.settings.database), self._gunicorn.port

    def notes(self, run: Run) -> list[str]:  # noqa: ARG002
        """Where the databases are, where that is not where they are expected."""
        return [self._databases.note] if self._databases.note else []

    def abort(self, run: Run) -> None:
        """Stop the target, and what it has left in the database."""
        super().abort(run)
        if run.log.released_at is not None:
            self._databases.end_sessions()

    def _spec(self, run: Run, step: Step) -> Spec:
        return TargetSpec.of(run.settings, self._databases.ensure(run.settings, step))
