"""Our sleeping endpoints, somebody's own app, or a server that runs already."""

import math
from abc import abstractmethod
from dataclasses import replace
from typing import Any

from config import APP, ENDPOINTS, URL, Settings, SettingsError
from dashboard.analysis.forecast import Forecast, forecast, unknown
from dashboard.analysis.observed_pools import as_expected, with_found_pool
from dashboard.databases.databases import Databases, missing_driver
from dashboard.errors import StartError
from dashboard.runs.run import Run
from dashboard.workload.mix import Ask
from dashboard.workload.plan import Plan

from .external_address import Outside, notes_of, reach
from .gunicorn import Spec, Target, TargetSpec
from .target import Step, Subject
from .user_app_gunicorn import AppSpec, Guest, last_lines

MASTER_THREADS = (
    "gunicorn preloads your app, which has threads of its own ({} of them): a fork takes none "
    "along, so the workers run without them. Start them in the hook post_worker_init."
)


class _Started(Subject):
    """A subject that a target of ours serves."""

    def __init__(self, target: Target) -> None:
        self._target = target

    @abstractmethod
    def _spec(self, run: Run, step: Step) -> Spec:
        """What the run's target is started with, its databases up."""

    def prepare(self, run: Run, step: Step) -> None:
        """Have the run's target up."""
        spec = self._spec(run, step)
        step(f"starting the target ({run.settings.worker})")
        starts = self._target.starts
        timeout = math.ceil(max(30.0, 2 * run.promised.high_seconds + 10))
        self._target.ensure(spec, timeout)
        run.found = self._target.found
        if starts and self._target.starts != starts:
            run.notes.append("The target was started anew, so its pool began empty.")

    def plan(self, run: Run, token: str) -> Plan:
        """The burst at the target."""
        return self.burst(run, token, self._target.port)

    def break_off(self, run: Run) -> None:  # noqa: ARG002
        """What the target was doing must not run into the next burst."""
        self._target.stop()


class SleepingEndpoints(_Started):
    """Our own app on our databases."""

    any_status = False
    patience_seconds = 0.0

    def __init__(self, target: Target, databases: Databases) -> None:
        super().__init__(target)
        self._databases = databases

    @property
    def defaults(self) -> Settings:
        """Those of the project."""
        return Settings()

    def checked(self, settings: Settings) -> Settings:
        """The settings themselves, where they name one of our endpoints."""
        if settings.endpoint == APP:
            why = "the endpoint app is there only where --app has named one: poolscope serve --app"
            raise SettingsError([("endpoint", why)])
        if settings.endpoint == URL:
            why = "the endpoint url is there only where --url has named a server"
            raise SettingsError([("endpoint", why)])
        return settings

    def asks(self, given: tuple[Ask, ...]) -> tuple[Ask, ...]:
        """Those that were given."""
        return given

    def require(self, settings: Settings) -> None:
        """StartError where a server or a driver is missing."""
        missing = self._databases.missing(settings.endpoint)
        if missing:
            raise StartError("The endpoint mysql is not available", missing)
        driver = settings.database_driver
        if missing_driver(driver):
            raise StartError(f"The driver {driver} is not installed", missing_driver(driver))

    def promise(self, settings: Settings, asks: tuple[Ask, ...] = ()) -> Forecast:
        """Batches and seconds; nothing is known of paths that somebody chose."""
        return unknown(settings) if asks and settings.endpoint in ENDPOINTS else forecast(settings)

    def watched(self, run: Run) -> tuple[str, int]:
        """The endpoint's database, and the target."""
        return self._databases.admin_url(run.settings.database), self._target.port

    def break_off(self, run: Run) -> None:
        """Stop the target, and what it has left in the database."""
        super().break_off(run)
        if run.log.released_at is not None:
            self._databases.end_sessions()

    def _spec(self, run: Run, step: Step) -> Spec:
        return TargetSpec.of(run.settings, self._databases.ensure(run.settings, step))


class YourApp(_Started):
    """Somebody's own app, served by a target of ours."""

    def __init__(self, target: Target, guest: Guest) -> None:
        super().__init__(target)
        self._guest = guest
        self._shown: Run | None = None  # the last run that came to its end

    @property
    def defaults(self) -> Settings:
        """What the app's own configuration says."""
        return self._guest.seen.defaults()

    def checked(self, settings: Settings) -> Settings:
        """The settings without what the app has of its own."""
        return self._guest.checked(settings)

    def asks(self, given: tuple[Ask, ...]) -> tuple[Ask, ...]:  # noqa: ARG002
        """Those of the command line."""
        return self._guest.app.asks

    def promise(self, settings: Settings, asks: tuple[Ask, ...] = ()) -> Forecast:  # noqa: ARG002
        """What the last run of the app lets expect."""
        if settings.endpoint != APP or self._shown is None:
            return forecast(settings)
        return forecast(as_expected(settings, self._shown.found, self._shown.requests()))

    def watched(self, run: Run) -> tuple[str, int]:  # noqa: ARG002
        """The target; its databases are its own."""
        return "", self._target.port

    def learn(self, run: Run) -> None:
        """Keep what the run has shown of the app: for the next forecast, and for the reader."""
        run.found = self._target.found or run.found
        run.settings = with_found_pool(run.settings, run.found, run.effective())
        requests = run.requests()
        if any(request.done for request in requests):
            self._shown = run
        errors = sum(request.failure == "http-5xx" for request in requests)
        last = self.redact(last_lines(self._target.log()))
        if errors and last:
            run.notes.append(f"Your app answered {errors} requests with an error. It wrote: {last}")
        if self._target.master_threads:
            run.notes.append(MASTER_THREADS.format(self._target.master_threads))

    def facts(self) -> dict[str, Any]:
        """Its name and versions, nothing of its variables."""
        return self._guest.facts()

    def redact(self, text: str) -> str:
        """A text without the values of ``--env``."""
        return self._guest.app.redact(text)

    def _spec(self, run: Run, step: Step) -> Spec:  # noqa: ARG002
        spec = AppSpec.of(run.settings, self._guest)
        run.notes += spec.notes
        return spec


class RunningServer(Subject):
    """A server that somebody else runs: nothing of it is started or stopped."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._address = ""

    @property
    def defaults(self) -> Settings:
        """Those of the project, at the endpoint url."""
        return Settings(endpoint=URL)

    def checked(self, settings: Settings) -> Settings:
        """The settings themselves, where they are for this server."""
        if settings.endpoint == URL:
            return settings
        origin = self._outside.origin
        why = f"--url has named {origin}, so nothing is started: take endpoint url"
        raise SettingsError([("endpoint", why)])

    def asks(self, given: tuple[Ask, ...]) -> tuple[Ask, ...]:  # noqa: ARG002
        """Those of the command line."""
        return self._outside.asks

    def promise(self, settings: Settings, asks: tuple[Ask, ...] = ()) -> Forecast:  # noqa: ARG002
        """Nothing is known of it."""
        return forecast(settings)

    def prepare(self, run: Run, step: Step) -> None:  # noqa: ARG002
        """See that it takes connections."""
        step(f"reaching {self._outside.origin}")
        self._address = reach(self._outside)

    def plan(self, run: Run, token: str) -> Plan:
        """The burst at the server."""
        where = self._outside
        return replace(
            self.burst(run, token, where.port),
            host=where.host,
            address=self._address,
            tls=where.tls,
            outside=True,
        )

    def watched(self, run: Run) -> tuple[str, int]:  # noqa: ARG002
        """Its port where it is on this machine."""
        return "", self._outside.port if self._outside.is_loopback else 0

    def notes(self, run: Run) -> list[str]:
        """Whose server it was, and what it told."""
        return notes_of(self._outside, run.requests())
