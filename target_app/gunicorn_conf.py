"""gunicorn's configuration for a target that the dashboard starts: worker hooks only.

Everything else is said on the command line, where ``ps`` shows it.
"""

import json
from typing import Any

from config import TargetConfig
from target_app.probe import heartbeat
from target_app.probe.beacon import Beacon, parse_address

_config = TargetConfig.from_environ()


def _tell(event: str, pid: int) -> None:
    if _config.beacon:
        notice = {"event": event, "token": _config.token, "pid": pid}
        Beacon(parse_address(_config.beacon)).send(json.dumps(notice).encode())


def post_worker_init(worker: Any) -> None:
    """Tell the dashboard that this worker has loaded the app, and begin its pulse."""
    _tell("worker-ready", worker.pid)
    if _config.beacon:
        # Not before: what the master imports has missed gevent's patching.
        from target_app.probe.pools import pool_states

        heartbeat.start(Beacon(parse_address(_config.beacon)), _config.token, pool_states)


def child_exit(_server: Any, worker: Any) -> None:
    """Tell the dashboard that a worker has ended; runs in the master."""
    _tell("worker-exit", worker.pid)
