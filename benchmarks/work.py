"""What a request costs a worker besides its sleep: where the forecast's figures come from."""

import tempfile
from pathlib import Path
from typing import Any

from config import Environment, read_settings
from dashboard import forecast
from dashboard.runtime import Runtime

from .table import show, spread

REQUESTS = 500
POOL = {"pool_size": 15, "max_overflow": 0, "sleep_seconds": 0}
CASES: dict[str, tuple[dict[str, Any], float]] = {
    "one after the other: sync, Python": (
        {"mode": "blocking", "endpoint": "python"},
        forecast.WORK_IN_TURN_SECONDS + forecast.QUERY_SECONDS,
    ),
    "together: gevent, psycopg2-green": (
        {"mode": "gevent-green", "endpoint": "postgres"},
        forecast.WORK_SECONDS + forecast.QUERY_SECONDS,
    ),
    "together: gevent, pymysql": (
        {"mode": "gevent-green", "endpoint": "mysql"},
        forecast.WORK_SECONDS + forecast.SLOW_QUERY_SECONDS["pymysql"],
    ),
    "together: gevent, mysqlconnector": (
        {"mode": "gevent-green", "endpoint": "mysql", "driver": "mysqlconnector"},
        forecast.WORK_SECONDS + forecast.SLOW_QUERY_SECONDS["mysqlconnector"],
    ),
    "together: gthread, psycopg2": (
        {"mode": "threads", "endpoint": "postgres", "threads": 15},
        forecast.WORK_SECONDS + forecast.QUERY_SECONDS,
    ),
}


def main(rounds: int) -> None:
    """Print seconds a request of bursts that do not sleep, beside what the forecast takes."""
    found: dict[str, list[float]] = {name: [] for name in CASES}
    with tempfile.TemporaryDirectory(prefix="ps-") as folder:
        Path(folder).chmod(0o755)
        with Runtime(Environment(Path(folder))) as runtime:
            for _ in range(rounds):
                for name, (given, _) in CASES.items():
                    settings = read_settings({"requests": REQUESTS, **POOL, **given})
                    run = runtime.conductor.launch(settings, keep=False)
                    runtime.conductor.wait()
                    found[name].append(run.record().total_seconds / REQUESTS)
    show(
        f"A request's own work: bursts of {REQUESTS} that do not sleep, {rounds} rounds",
        ["", "measured", "in the forecast"],
        [
            [name, spread(found[name], "ms", 1000, 2), f"{taken * 1000:.2f} ms"]
            for name, (_, taken) in CASES.items()
        ],
    )
