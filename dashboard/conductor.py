"""One run at a time: its subject ready -> burst -> finished; cancel at any moment."""

import itertools
import secrets
import threading
import time
from contextlib import closing
from typing import Any

from config import SECONDS, URL, Settings
from dashboard.analysis.forecast import Forecast
from dashboard.burst.__main__ import files_needed
from dashboard.burst.generator import Generator
from dashboard.databases.databases import Databases
from dashboard.databases.monitor import Monitor
from dashboard.history.store import History, HistoryError
from dashboard.marks.log import RunLog
from dashboard.marks.samples import Sample, of_pulse
from dashboard.processes.children import Children
from dashboard.runs.run import Run
from dashboard.targets.external_address import Outside
from dashboard.targets.gunicorn import Target, same_token
from dashboard.targets.subjects import RunningServer, SleepingEndpoints, YourApp
from dashboard.targets.target import Subject
from dashboard.targets.user_app_gunicorn import Guest
from dashboard.workload.mix import Ask
from dashboard.workload.plan import Plan
from target_app.probe.heartbeat import Pulse
from target_app.probe.marks import Mark

from .errors import StartError

# Datagrams that were sent before the last answer are read by then.
SETTLE_SECONDS = 0.05 * SECONDS
MOST_RUNS = 20  # that are kept for comparing


class Busy(RuntimeError):
    """Another run is going."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} is going: wait for it, or cancel it")
        self.run = run


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
        self.subject: Subject = SleepingEndpoints(target, databases)
        if outside is not None:
            self.subject = RunningServer(outside)
        elif guest is not None:
            self.subject = YourApp(target, guest)
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
        settings = self.subject.checked(settings)
        asks = self.subject.asks(asks)
        self.subject.require(settings)
        too_many = files_needed(settings.requests)
        if too_many:
            raise StartError("The open-file limit is too low", too_many)
        with self._lock:
            if self.last is not None and self.last.going:
                raise Busy(self.last.id)
            # A tab that was open before a restart must not take this run for one that it knows.
            name = f"r{next(self._numbers)}-{secrets.token_hex(3)}"
            is_outside = settings.endpoint == URL
            log = RunLog(name, settings.requests, is_outside=is_outside, clean=self.subject.redact)
            run = Run(name, settings, self.subject.promise(settings, asks), log)
            run.app = self.subject.facts()
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
        return self.subject.checked(settings)

    @property
    def defaults(self) -> Settings:
        """What a form begins with."""
        return self.subject.defaults

    def promise(self, settings: Settings) -> Forecast:
        """What the settings promise."""
        return self.subject.promise(settings)

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
            self.subject.prepare(run, lambda step: self._step(run, step))
            self._token = secrets.token_hex(16)
            plan = self.subject.plan(run, self._token)
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

    def _burst(self, run: Run, plan: Plan) -> str:
        database, port = self.subject.watched(run)
        monitor = Monitor(
            database,
            port,
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
            self.subject.break_off(run)
        else:
            self.subject.learn(run)
        run.notes += run.late_notes() + self.subject.notes(run)
        run.finished_at = time.monotonic()
        run.status, run.step = status, ""
        run.log.close()
        self._tell()


class _Cancelled(Exception):
    pass
