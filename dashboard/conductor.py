"""One run at a time: its subject ready -> burst -> finished; cancel at any moment."""

import itertools
import secrets
import threading
import time
from contextlib import closing
from typing import Any

from config import SECONDS
from dashboard.analysis.forecast import Forecast
from dashboard.burst.generator import Generator
from dashboard.databases.databases import Databases
from dashboard.databases.monitor import Monitor
from dashboard.history.store import History, HistoryError
from dashboard.marks.events import Event, sample_of
from dashboard.marks.log import RunLog
from dashboard.marks.samples import Sample, samples_of_heartbeat, samples_of_hold
from dashboard.processes.children import Children
from dashboard.processes.listen_limit import listen_limit
from dashboard.processes.open_files import files_needed
from dashboard.processes.watch import Watch
from dashboard.runs.page_state import TargetStatus
from dashboard.runs.run import Run
from dashboard.targets.external import ExternalTarget
from dashboard.targets.external_address import ExternalServer
from dashboard.targets.servers.process import ServerProcess
from dashboard.targets.sleeping import SleepingTarget
from dashboard.targets.target import Target
from dashboard.targets.user_app import UserAppTarget
from dashboard.targets.user_app_spec import UserApp
from dashboard.tokens import same_token
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from settings import Settings, TargetKind
from target_app.probe.heartbeat import Heartbeat
from target_app.probe.loop import Hold
from target_app.probe.loop import decode as decode_hold
from target_app.probe.marks import Mark

from .changes import Changes
from .errors import Busy, StartError

# Datagrams that were sent before the last answer are read by then.
SETTLE_SECONDS = 0.05 * SECONDS
MOST_RUNS = 20  # that are kept for comparing


class Conductor:
    """Starts runs, collects their marks, and notifies listeners of changes."""

    def __init__(  # noqa: PLR0913, PLR0917  one per part
        self,
        databases: Databases,
        gunicorn: ServerProcess,
        children: Children,
        history: History | None = None,
        external: ExternalServer | None = None,
        user_app: UserApp | None = None,
    ) -> None:
        self.external = external
        self.user_app = user_app
        self.target: Target = SleepingTarget(gunicorn, databases)
        if external is not None:
            self.target = ExternalTarget(external)
        elif user_app is not None:
            self.target = UserAppTarget(gunicorn, user_app)
        self.databases = databases
        self.history = history
        self.gunicorn = gunicorn
        self.runs: dict[str, Run] = {}  # the last few, the newest last
        self._children = children
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.changes = Changes()
        self._token = ""
        self._thread: threading.Thread | None = None
        self._generator: Generator | None = None
        self._watch: Watch | None = None
        self._cancelled = threading.Event()

    @property
    def last(self) -> Run | None:
        """The run that is going, or else the newest; None before the first."""
        return next(reversed(self.runs.values()), None)

    @property
    def target_status(self) -> TargetStatus:
        """What runs behind the dashboard, as the page shows it."""
        return self.target.status

    # Marks arrive from the receiver's thread.
    def on_mark(self, mark: Mark) -> None:
        """Take a mark of the target; those without the going run's token are dropped."""
        run = self.last
        if run is not None and same_token(mark.run, self._token):
            run.log.add(mark)

    def on_notice(self, event: str, token: str, pid: int, more: dict[str, Any]) -> None:
        """Take a notice of the target; what it tells of its app and its loop goes to the run."""
        if event == "held":
            self._on_hold(token, decode_hold(more))
            return
        run = self.last
        self.gunicorn.on_notice(event, token, pid, more)
        if event == "worker-exit" and self._watch is not None and self.gunicorn.owns(token):
            self._watch.look()
        if event == "found" and run is not None and run.is_running:
            run.found = self.gunicorn.found

    def _on_hold(self, token: str, hold: Hold) -> None:
        run, folder = self.last, self.gunicorn.cwd
        if run is not None and run.status == "running" and self.gunicorn.owns(token):
            run.log.add_samples(hold.ended, lambda at: samples_of_hold(hold, at, folder))

    def on_heartbeat(self, token: str, heartbeat: Heartbeat) -> None:
        """Take the heartbeat of a worker of the target."""
        run = self.last
        if run is not None and run.status == "running" and self.gunicorn.owns(token):
            run.log.add_samples(heartbeat.at, lambda at: samples_of_heartbeat(heartbeat, at))

    def launch(
        self,
        settings: Settings,
        compared_with: str = "",
        label: str = "",
        keep: bool = True,
        request_specs: tuple[RequestSpec, ...] = (),
    ) -> Run:
        """Start a run in the background, ``compared_with`` naming the run that it improves on.

        Without ``keep`` it is not in the history. ``asks`` are sent in place of the endpoint's.
        Busy when one is going; StartError when this machine cannot do it at all.
        """
        settings = self.target.checked(settings)
        request_specs = self.target.request_specs(request_specs)
        self.target.require(settings)
        too_many = files_needed(settings.requests)
        if too_many:
            raise StartError("The open-file limit is too low", too_many)
        with self._lock:
            if self.last is not None and self.last.is_running:
                raise Busy(self.last.id)
            # A tab that was open before a restart must not take this run for one that it knows.
            name = f"r{next(self._numbers)}-{secrets.token_hex(3)}"
            is_external = self.target.kind is TargetKind.URL
            log = RunLog(name, settings.requests, is_external=is_external, clean=self.target.redact)
            promised = self.target.promise(settings, request_specs)
            run = Run(name, settings, promised, log, kind=self.target.kind)
            run.app = self.target.facts()
            run.compared_with = compared_with if compared_with in self.runs else ""
            run.label, run.kept, run.request_specs = label, keep, request_specs
            run.origin = self.target.origin
            self.runs[name] = run
            for old in list(self.runs)[:-MOST_RUNS]:
                del self.runs[old]
            self._cancelled.clear()
            parts = [run, self._thread]
            self._thread = threading.Thread(target=self._conduct, args=parts, name="conductor")
            self._thread.start()
        self.changes.notify()
        return run

    def checked(self, settings: Settings) -> Settings:
        """The settings as this dashboard can run them; SettingsError says which it cannot."""
        return self.target.checked(settings)

    @property
    def defaults(self) -> Settings:
        """What a form begins with."""
        return self.target.defaults

    def promise(self, settings: Settings) -> Forecast:
        """What the settings promise."""
        return self.target.promise(settings)

    def cancel(self, run_id: str) -> bool:
        """Cancel the going run; False when ``run_id`` is not going."""
        with self._lock:
            run = self.last
            if run is None or run.id != run_id or not run.is_running:
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
        """Cancel the current run, and wait for it to end."""
        if self.last is not None and self.last.is_running:
            self.cancel(self.last.id)
        self.wait()

    def _step(self, run: Run, step: str) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        run.step, run.step_since = step, time.monotonic()
        self.changes.notify()

    def _conduct(self, run: Run, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # what it still writes must not delay this burst
        self._begin_record(run)
        status = "failed"
        try:
            self.target.prepare(run, lambda step: self._step(run, step))
            self._token = secrets.token_hex(16)
            plan = self.target.plan(run, self._token)
            self._step(run, "opening connections")
            status = self._burst(run, plan)
        except _Cancelled:
            status = "cancelled"
        except StartError as error:
            run.error = error
        finally:
            self._finish(run, status)
            self._keep(run)

    def _begin_record(self, run: Run) -> None:
        """Give the run its number, so that a crash leaves a trace of it."""
        if self.history is not None and run.kept:
            try:
                run.history_id = self.history.begin(run.settings, run.label, run.kind)
            except HistoryError as error:
                run.notes.append(f"This run cannot be saved: {error}.")

    def _keep(self, run: Run) -> None:
        """Write the run into the history, after its end: nobody waits for the disk."""
        if self.history is not None and run.history_id is not None:
            try:
                self.history.finish(run.history_id, run.record())
            except HistoryError as error:
                run.history_id = None
                run.notes.append(f"This run could not be saved: {error}.")
            self.changes.notify()

    def _burst(self, run: Run, plan: Plan) -> str:
        database, port = self.target.watched(run)
        monitor = Monitor(
            database,
            port,
            lambda name, values: run.log.add_samples(
                time.monotonic(), lambda at: [Sample(at, name, 0, values)]
            ),
        )
        run.database = monitor.version

        def tell(kind: str, pid: int, at: float, seconds: float) -> None:
            run.log.add_samples(at, lambda at: [sample_of(Event(at, kind, pid, seconds))])

        watch = self._watch = Watch(self.target.processes, tell)
        with (
            closing(monitor),
            closing(watch),
            Generator(self._children, plan, run.log) as generator,
        ):
            with self._lock:
                self._generator = generator
            try:
                if self._cancelled.is_set():
                    raise _Cancelled
                generator.read_all(lambda: self._enter(run, "running"))
            finally:
                with self._lock:
                    self._generator = None
                    self._watch = None
                run.generator = generator.facts | listen_limit()
        if self._cancelled.is_set():
            return "cancelled"
        time.sleep(SETTLE_SECONDS)
        return "done"

    def _finish(self, run: Run, status: str) -> None:
        self._token = ""
        if status != "done":
            if run.log.released_at is not None:
                word = "cancelled" if status == "cancelled" else "reset"
                at = time.monotonic() - run.log.released_at
                run.log.fail_rest(word, "the run was broken off", round(at, 6))
            self.target.abort(run)
        else:
            self.target.learn(run)
        run.notes += run.record().late_notes + self.target.notes(run)
        run.finished_at = time.monotonic()
        run.log.close()
        self._enter(run, status)

    def _enter(self, run: Run, status: str) -> None:
        run.status, run.step = status, ""
        self.changes.notify()


class _Cancelled(Exception):
    pass
