"""gunicorn's configuration for a target that the dashboard starts: worker hooks only.

Everything else is said on the command line, where ``ps`` shows it.
"""

from typing import Any

from config import TargetConfig
from target_app.probe.entry.told import ProbeConfig

_config = TargetConfig.from_environ()
_probe = ProbeConfig.of(_config.beacon, _config.token)


def post_worker_init(worker: Any) -> None:
    """Tell the dashboard that this worker has loaded the app, and begin its pulse.

    The ASGI app does so itself, in its loop.
    """
    if _config.mode:
        return
    _probe.tell("worker-ready", pid=worker.pid)
    if _probe.beacon:
        # Not before: what the master imports has missed gevent's patching.
        from target_app.probe.entry.worker import begin_pulse

        begin_pulse(_probe)


def child_exit(_server: Any, worker: Any) -> None:
    """Tell the dashboard that a worker has ended; runs in the master."""
    _probe.tell("worker-exit", pid=worker.pid)
