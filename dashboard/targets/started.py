"""A target that a gunicorn of ours serves."""

import math
from abc import abstractmethod

from dashboard.runs.page_state import TargetStatus
from dashboard.runs.run import Run
from dashboard.workload.plan import Plan

from .servers.process import ServerProcess, Spec
from .target import Step, Target


class StartedTarget(Target):
    """A subject that a target of ours serves."""

    def __init__(self, gunicorn: ServerProcess) -> None:
        self._gunicorn = gunicorn

    @property
    def status(self) -> TargetStatus:
        """Its worker pids and its master's."""
        return TargetStatus(self._gunicorn.pids, self._gunicorn.master_pid, kind=self.kind)

    @abstractmethod
    def _spec(self, run: Run, step: Step) -> Spec:
        """What the run's target is started with, its databases up."""

    def prepare(self, run: Run, step: Step) -> None:
        """Have the run's target up."""
        spec = self._spec(run, step)
        step(f"starting the target ({run.settings.worker})")
        starts = self._gunicorn.starts
        timeout = math.ceil(max(30.0, 2 * run.promised.high_seconds + 10))
        self._gunicorn.ensure(spec, timeout)
        run.found = self._gunicorn.found
        if starts and self._gunicorn.starts != starts:
            run.notes.append("The target was restarted, so its pool started empty.")

    def plan(self, run: Run, token: str) -> Plan:
        """The burst at the target."""
        return self.burst(run, token, self._gunicorn.port)

    def processes(self) -> dict[int, str]:
        """gunicorn's master and workers."""
        master = self._gunicorn.master_pid
        masters = {} if master is None else {master: "server"}
        return masters | dict.fromkeys(self._gunicorn.pids, "worker")

    def abort(self, run: Run) -> None:  # noqa: ARG002
        """What the target was doing must not run into the next burst."""
        self._gunicorn.stop()
