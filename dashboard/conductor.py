"""One run at a time: databases ready -> target ready -> burst -> finished; cancel at any moment."""

import itertools
import math
import secrets
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from config import APP, ENDPOINTS, LOOPBACK, SECONDS, URL, Settings, SettingsError
from target_app.marks import Mark
from target_app.pulse import Pulse

from .app_target import AppSpec, Guest, last_lines
from .batches import Batch
from .burst import files_needed
from .databases import Databases, missing_driver
from .diagnosis import Diagnosis, diagnose, live_diagnosis
from .errors import StartError
from .evidence import Evidence
from .forecast import Forecast, forecast, unknown
from .found import Found, as_expected, as_found, with_found_pool
from .gauges import Sample, of_pulse
from .generator import Generator
from .history import History, HistoryError
from .mix import Ask, names_of
from .monitor import Monitor
from .outside import Outside, notes_of, reach
from .paths import PathRow, by_path
from .plan import Plan
from .processes import Children
from .record import Record, shape_of
from .runs import RunLog
from .spans import Request
from .target import Spec, Target, TargetSpec, same_token
from .versions import versions_of

# Datagrams that were sent before the last answer are read by then.
SETTLE_SECONDS = 0.05 * SECONDS
MOST_RUNS = 20  # that are kept for comparing
BLURRED_SECONDS = 0.1 * SECONDS


UNKNOWN_SECONDS = 120 * SECONDS  # for the answers of an app of which nothing is known
MASTER_THREADS = (
    "gunicorn preloads your app, which has threads of its own ({} of them): a fork takes none "
    "along, so the workers run without them. Start them in the hook post_worker_init."
)


class Busy(RuntimeError):
    """Another run is going."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} is going: wait for it, or cancel it")
        self.run = run


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
    found: Found | None = None  # what was found in it
    asks: tuple[Ask, ...] = ()  # what is asked for; () for the endpoint alone

    @property
    def going(self) -> bool:
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
        return Evidence.of(settings, self.requests(), samples, lag, mixed=bool(self.asks))

    def effective(self) -> Settings:
        """The settings that the run really has, which an app has in part of its own."""
        return as_found(self.settings, self.found, self.requests())

    def diagnosis(self) -> Diagnosis | None:
        """Which limit holds it back: None while that is not certain yet, or it was cancelled."""
        if self.going:
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
        if not self.asks:
            return []
        names = names_of([ask.text for ask in self.asks], self.settings.requests)
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
            asks=tuple(ask.text for ask in self.asks),
        )


class Conductor:
    """Starts runs, hears their marks, and tells whoever follows that something has changed."""

    def __init__(  # noqa: PLR0913, PLR0917  one per part
        self,
        databases: Databases,
        target: Target,
        children: Children,
        history: History | None = None,
        outside: Outside | None = None,
        guest: Guest | None = None,
    ) -> None:
        self.outside = outside
        self.guest = guest
        self._shown: Run | None = None  # the last run of the guest that came to its end
        self.databases = databases
        self.history = history
        self.target = target
        self.runs: dict[str, Run] = {}  # the last few, the newest last
        self._children = children
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._version = 0
        self._token = ""
        self._thread: threading.Thread | None = None
        self._generator: Generator | None = None
        self._cancelled = threading.Event()

    @property
    def last(self) -> Run | None:
        """The run that is going, or else the newest; None before the first."""
        return next(reversed(self.runs.values()), None)

    # Marks arrive from the receiver's thread.
    def hear(self, mark: Mark) -> None:
        """Take a mark of the target; those without the going run's token are dropped."""
        run = self.last
        if run is not None and same_token(mark.run, self._token):
            run.log.add(mark)

    def hear_notice(self, event: str, token: str, pid: int, more: dict[str, Any]) -> None:
        """Take a notice of the target; what it has found in an app goes to the going run."""
        self.target.hear(event, token, pid, more)
        run = self.last
        if event == "found" and run is not None and run.going:
            run.found = self.target.found

    def hear_pulse(self, token: str, pulse: Pulse) -> None:
        """Take the heartbeat of a worker of the target."""
        run = self.last
        if run is not None and run.status == "running" and self.target.owns(token):
            run.log.add_samples(pulse.at, lambda at: of_pulse(pulse, at))

    def launch(
        self,
        settings: Settings,
        compared_with: str = "",
        label: str = "",
        keep: bool = True,
        asks: tuple[Ask, ...] = (),
    ) -> Run:
        """Start a run in the background, ``compared_with`` naming the run that it improves on.

        Without ``keep`` it is not in the history. ``asks`` are sent in place of the endpoint's.
        Busy when one is going; StartError when this machine cannot do it at all.
        """
        settings = self.checked(settings)
        if settings.endpoint == APP and self.guest is not None:
            asks = self.guest.app.asks
        if settings.endpoint == URL and self.outside is not None:
            asks = self.outside.asks
        missing = self.databases.missing(settings.endpoint)
        if missing:
            raise StartError("The endpoint mysql is not available", missing)
        driver = settings.database_driver
        if missing_driver(driver):
            raise StartError(f"The driver {driver} is not installed", missing_driver(driver))
        too_many = files_needed(settings.requests)
        if too_many:
            raise StartError("The open-file limit is too low", too_many)
        with self._lock:
            if self.last is not None and self.last.going:
                raise Busy(self.last.id)
            # A tab that was open before a restart must not take this run for one that it knows.
            name = f"r{next(self._numbers)}-{secrets.token_hex(3)}"
            log = RunLog(
                name,
                settings.requests,
                is_outside=settings.endpoint == URL,
                clean=self.guest.app.redact if self.guest is not None else None,
            )
            own = bool(asks) and settings.endpoint in ENDPOINTS
            promised = unknown(settings) if own else self.promise(settings)
            run = Run(name, settings, promised, log)
            run.app = self.guest.facts() if self.guest else None
            run.compared_with = compared_with if compared_with in self.runs else ""
            run.label, run.kept, run.asks = label, keep, asks
            self.runs[name] = run
            for old in list(self.runs)[:-MOST_RUNS]:
                del self.runs[old]
            self._cancelled.clear()
            parts = [run, self._thread]
            self._thread = threading.Thread(target=self._conduct, args=parts, name="conductor")
            self._thread.start()
        self._tell()
        return run

    def checked(self, settings: Settings) -> Settings:
        """The settings as this dashboard can run them; SettingsError says which it cannot."""
        self._check_url(settings)
        if self.guest is not None:
            return self.guest.checked(settings)
        if settings.endpoint == APP:
            why = "the endpoint app is there only where --app has named one: poolscope serve --app"
            raise SettingsError([("endpoint", why)])
        return settings

    @property
    def defaults(self) -> Settings:
        """What a form begins with: of an app, what its own configuration says."""
        if self.outside is not None:
            return Settings(endpoint=URL)
        return self.guest.seen.defaults() if self.guest is not None else Settings()

    def promise(self, settings: Settings) -> Forecast:
        """What the settings promise; of an app, by what its last run has shown."""
        shown = self._shown
        if settings.endpoint != APP or shown is None:
            return forecast(settings)
        return forecast(as_expected(settings, shown.found, shown.requests()))

    def _check_url(self, settings: Settings) -> None:
        if settings.endpoint == URL and self.outside is None:
            why = "the endpoint url is there only where --url has named a server"
            raise SettingsError([("endpoint", why)])
        if settings.endpoint != URL and self.outside is not None:
            why = f"--url has named {self.outside.origin}, so nothing is started: take endpoint url"
            raise SettingsError([("endpoint", why)])

    def cancel(self, run_id: str) -> bool:
        """Cancel the going run; False when ``run_id`` is not going."""
        with self._lock:
            run = self.last
            if run is None or run.id != run_id or not run.going:
                return False
            self._cancelled.set()
            if self._generator is not None:
                self._generator.cancel()
        return True

    def wait(self) -> None:
        """Wait for the end of the going run."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Cancel what goes on, and wait for its end."""
        if self.last is not None and self.last.going:
            self.cancel(self.last.id)
        self.wait()

    @property
    def version(self) -> int:
        """Grows whenever a run's state changes."""
        return self._version

    def wait_for_change(self, version: int, timeout: float) -> int:
        """Wait until the version is beyond ``version``; the version then."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, timeout)
            return self._version

    def _tell(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _step(self, run: Run, step: str) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        run.step, run.step_since = step, time.monotonic()
        self._tell()

    def _conduct(self, run: Run, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # what it still writes must not delay this burst
        self._begin_record(run)
        status = "failed"
        try:
            if self.outside is not None:
                self._step(run, f"reaching {self.outside.origin}")
                plan = self._plan_outside(run, self.outside, reach(self.outside))
            else:
                self._serve(run)
                plan = self._plan(run)
            self._step(run, "opening connections")
            status = self._burst(run, plan)
        except _Cancelled:
            status = "cancelled"
        except StartError as error:
            run.error = error
        finally:
            self._finish(run, status)
            self._keep(run)

    def _serve(self, run: Run) -> None:
        """Have the run's target up."""
        spec = self._spec(run)
        self._step(run, f"starting the target ({run.settings.worker})")
        starts = self.target.starts
        timeout = math.ceil(max(30.0, 2 * run.promised.high_seconds + 10))
        self.target.ensure(spec, timeout)
        run.found = self.target.found
        if starts and self.target.starts != starts:
            run.notes.append("The target was started anew, so its pool began empty.")

    def _spec(self, run: Run) -> Spec:
        """What the run's target is started with, its databases up."""
        if self.guest is not None:
            spec = AppSpec.of(run.settings, self.guest)
            run.notes += spec.notes
            return spec
        urls = self.databases.ensure(run.settings, lambda step: self._step(run, step))
        return TargetSpec.of(run.settings, urls)

    def _begin_record(self, run: Run) -> None:
        """Give the run its number, so that a crash leaves a trace of it."""
        if self.history is not None and run.kept:
            try:
                run.history_id = self.history.begin(run.settings, run.label)
            except HistoryError as error:
                run.notes.append(f"This run cannot be kept: {error}.")

    def _keep(self, run: Run) -> None:
        """Write the run into the history, after its end: nobody waits for the disk."""
        if self.history is not None and run.history_id is not None:
            try:
                self.history.finish(run.history_id, run.record())
            except HistoryError as error:
                run.history_id = None
                run.notes.append(f"This run could not be kept: {error}.")
            self._tell()

    def _plan(self, run: Run) -> Plan:
        """The burst at our own target."""
        self._token = secrets.token_hex(16)
        settings = run.settings
        deadline = settings.deadline_seconds or max(
            UNKNOWN_SECONDS if settings.endpoint in {APP, URL} else 0,
            2 * run.promised.high_seconds + 60,
        )
        return Plan(
            host=LOOPBACK,
            port=self.target.port,
            asks=run.asks or (Ask(path=settings.path),),
            requests=settings.requests,
            token=self._token,
            deadline_seconds=deadline,
            any_status=settings.endpoint in {APP, URL},
        )

    def _plan_outside(self, run: Run, outside: Outside, address: str) -> Plan:
        """The same burst at a server that somebody else runs."""
        return replace(
            self._plan(run),
            host=outside.host,
            port=outside.port,
            address=address,
            tls=outside.tls,
            outside=True,
        )

    def _burst(self, run: Run, plan: Plan) -> str:
        has_database = not plan.outside and self.guest is None
        is_here = self.outside is None or self.outside.is_loopback
        monitor = Monitor(
            self.databases.admin_url(run.settings.database) if has_database else "",
            plan.port if is_here else 0,
            lambda name, values: run.log.add_samples(
                time.monotonic(), lambda at: [Sample(at, name, 0, values)]
            ),
        )
        run.database = monitor.version
        with closing(monitor), Generator(self._children, plan, run.log) as generator:
            with self._lock:
                self._generator = generator
            try:
                if self._cancelled.is_set():
                    raise _Cancelled
                generator.read_all(lambda: self._released(run))
            finally:
                with self._lock:
                    self._generator = None
                run.generator = generator.facts
        if self._cancelled.is_set():
            return "cancelled"
        time.sleep(SETTLE_SECONDS)
        return "done"

    def _released(self, run: Run) -> None:
        run.status, run.step = "running", ""
        self._tell()

    def _finish(self, run: Run, status: str) -> None:
        self._token = ""
        if status != "done":
            if run.log.released_at is not None:
                word = "cancelled" if status == "cancelled" else "reset"
                at = time.monotonic() - run.log.released_at
                run.log.fail_rest(f"{word}: the run was broken off", round(at, 6))
            if self.outside is None:
                # What it was doing must not run into the next burst.
                self.target.stop()
                if run.log.released_at is not None:
                    self.databases.end_sessions()
        if self.guest is not None and status == "done":
            self._learn(run, self.guest)
        run.notes += _notes(run)
        if self.outside is not None:
            run.notes += notes_of(self.outside, run.requests())
        run.finished_at = time.monotonic()
        run.status, run.step = status, ""
        run.log.close()
        self._tell()

    def _learn(self, run: Run, guest: Guest) -> None:
        """Take what the run has shown of the app: for the next forecast, and for the reader."""
        run.found = self.target.found or run.found
        run.settings = with_found_pool(run.settings, run.found, run.effective())
        requests = run.requests()
        if any(request.done for request in requests):
            self._shown = run
        errors = sum(request.failure == "http-5xx" for request in requests)
        last = guest.app.redact(last_lines(self.target.log()))
        if errors and last:
            run.notes.append(f"Your app answered {errors} requests with an error. It wrote: {last}")
        if self.target.master_threads:
            run.notes.append(MASTER_THREADS.format(self.target.master_threads))


class _Cancelled(Exception):
    pass


def _notes(run: Run) -> list[str]:
    """What a reader of this run's times should know."""
    notes = []
    if run.log.marks_lost > 0:
        notes.append(
            f"{run.log.marks_lost} marks were lost on the way and restored from the answers."
        )
    opened = run.generator.get("opened")
    if opened is not None and opened < run.settings.requests:
        late = run.settings.requests - opened
        ours = run.settings.endpoint != URL
        why = f" (the backlog holds {run.settings.backlog})" if ours else ""
        notes.append(
            f"{late} connections could not be opened before the release{why}: "
            "they were sent as they opened."
        )
    if run.generator.get("stamps") == "read" and run.generator.get("lag", 0) > BLURRED_SECONDS:
        notes.append("The generator read answers late, so their times are blurred.")
    return notes
