"""What a request costs a worker besides its sleep: where the forecast's figures come from."""

from typing import Any

from dashboard.analysis import forecast
from settings import read_settings

from .fresh import fresh_runtime
from .table import show, spread

REQUESTS = 500
POOL = {"pool_size": 15, "max_overflow": 0, "sleep_seconds": 0.0}
IN_TURN_SLEEP_SECONDS = 0.02  # a worker that slept has to be woken, which is part of the work
CASES: dict[str, tuple[dict[str, Any], float]] = {
    "one after the other: sync, Python": (
        {"mode": "blocking", "endpoint": "python", "sleep_seconds": IN_TURN_SLEEP_SECONDS},
        forecast.WORK_IN_TURN_SECONDS + forecast.QUERY_SECONDS,
    ),
    "one after the other: gevent, psycopg2": (
        {"mode": "gevent", "endpoint": "postgres", "sleep_seconds": IN_TURN_SLEEP_SECONDS},
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
    """Print seconds a request of bursts beside what the forecast takes."""
    found: dict[str, list[float]] = {name: [] for name in CASES}
    with fresh_runtime() as runtime:
        for _ in range(rounds):
            for name, (given, _) in CASES.items():
                settings = read_settings({"requests": REQUESTS, **POOL, **given})
                run = runtime.conductor.launch(settings, keep=False)
                runtime.conductor.wait()
                record = run.record()
                if record.counts["done"] < REQUESTS:
                    raise SystemExit(f"{name}: {record.sentence}: nothing to measure")
                each = record.total_seconds / REQUESTS - settings.sleep_seconds
                found[name].append(each)
    show(
        f"A request's own work: bursts of {REQUESTS}, their sleep taken off, {rounds} rounds",
        ["", "measured", "in the forecast"],
        [
            [name, spread(found[name], "ms", 1000, 2), f"{taken * 1000:.2f} ms"]
            for name, (_, taken) in CASES.items()
        ],
    )
