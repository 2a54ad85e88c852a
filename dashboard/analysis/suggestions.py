"""The changes of settings that lift a limit, and the time that each would take."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from config import APP, FIELDS, Settings

from .evidence import Evidence
from .forecast import forecast, in_database, usable_connections, width_per_worker
from .observed_pools import NO_DRIVER, POOL_FIELDS, launchable_settings

MOST_THREADS = 1000
# Limits of which the measured services tell what another number of places would bring.
QUEUES = frozenset(
    {"sync-workers", "threads", "blocking-driver", "worker-connections", "uneven-workers"}
    | {"pool-capacity", "overflow-collapse", "pool-timeout"}
)
IMPLIED = ("driver ", "worker_class auto")  # what an app's mode says already
MOST_CONNECTIONS = int(FIELDS["pool_size"].maximum)  # that one pool can be told to keep


@dataclass(frozen=True)
class Suggestion:
    """A change that lifts the limit: the whole settings, and the time they would take."""

    title: str
    settings: Settings
    forecast_seconds: float
    next_limit: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"settings": self.settings.as_dict()}


def suggestions_for(limit: str, evidence: Evidence) -> tuple[Suggestion, ...]:
    """Changes that lift the limit, the smallest first."""
    s = evidence.settings
    per_worker = math.ceil(s.requests / s.workers)
    room = max(1, min(MOST_CONNECTIONS, usable_connections(s) // s.workers))
    capacity = min(MOST_CONNECTIONS, s.pool_capacity or room)
    enough = min(per_worker, room)
    larger = [{"pool_size": enough, "max_overflow": 0}] if enough > capacity else []
    green = {"worker_class": "auto", "driver": "auto", "mode": "gevent-green"}
    tight = enough > 5
    if s.endpoint == APP:
        green = _green_app(s, per_worker)
        tight = bool(larger) and s.driver != NO_DRIVER
    changes: dict[str, list[dict[str, Any]]] = {
        "sync-workers": [
            {"workers": min(16, max(2, min(s.requests, 2 * s.workers)))},
            *([_threads(per_worker)] if s.endpoint == APP else []),
            {**green, **({"max_overflow": 0, "pool_size": enough} if tight else {})},
        ],
        "threads": [{"threads": min(MOST_THREADS, per_worker)}],
        "blocking-driver": [_cooperative(s)],
        "pool-capacity": larger,
        "overflow-collapse": [{"pool_size": capacity, "max_overflow": 0}, *larger],
        "pool-timeout": [
            *larger,
            {"pool_timeout": min(600.0, math.ceil(2 * evidence.total + s.sleep_seconds * 10))},
        ],
        "max-connections": [
            {"pool_class": "QueuePool", "pool_size": room, "max_overflow": 0},
            *([] if s.endpoint == APP else [_more_connections(s)]),
        ],
        "worker-connections": [{"worker_connections": min(20_000, per_worker)}],
        "backlog": [{"backlog": min(65_535, max(s.requests, 2 * s.backlog))}],
        "uneven-workers": [_one_worker(s)],
        "cpu": [{"workers": min(16, 2 * s.workers)}],
        "generator": [{"requests": max(1, s.requests // 2)}],
    }
    made: list[Suggestion] = []
    known = [s]
    for change in changes.get(limit, []):
        settings = replace(s, **change)
        if settings not in known:
            known.append(settings)
            promised = forecast(settings)
            seconds = promised.total_seconds
            if evidence.mixed and limit in QUEUES:
                seconds = round(evidence.seconds_with(places(settings)), 3)
            titles = [f"{k} {v}" for k, v in change.items() if getattr(s, k) != v]
            if s.endpoint == APP:
                titles = [text for text in titles if not text.startswith(IMPLIED)]
                is_pool_changed = any(name in POOL_FIELDS for name in change)
                settings = launchable_settings(settings, is_pool_changed=is_pool_changed)
            title = ", ".join(titles)
            made.append(Suggestion(title, settings, seconds, promised.limit))
    return tuple(made)


def places(s: Settings) -> int:
    """How many requests the settings let be served at once."""
    width = width_per_worker(s)
    capacity = s.pool_capacity if in_database(s) else None
    return s.workers * (width if capacity is None else min(width, capacity))


def _green_app(s: Settings, per_worker: int) -> dict[str, Any]:
    """The mode in which one worker of an app serves many requests."""
    if s.driver in {"psycopg2", "psycopg2-green"}:
        return {"worker_class": "auto", "driver": "psycopg2-green", "mode": "gevent-green"}
    return _threads(per_worker)


def _threads(per_worker: int) -> dict[str, Any]:
    """The mode that needs nothing in the app's environment."""
    threads = min(MOST_THREADS, per_worker)
    return {"worker_class": "auto", "mode": "threads", "threads": threads}


def _cooperative(s: Settings) -> dict[str, Any]:
    if s.endpoint == APP:
        return _green_app(s, math.ceil(s.requests / s.workers))
    driver = "pymysql" if s.database == "mysql" else "psycopg2-green"
    return {"driver": driver}


def _one_worker(s: Settings) -> dict[str, Any]:
    """One worker with the places of all of them."""
    change: dict[str, Any] = {"workers": 1}
    if s.worker == "gthread":
        change["threads"] = min(MOST_THREADS, s.threads * s.workers)
    elif s.requests > s.worker_connections:
        change["worker_connections"] = min(20_000, s.worker_connections * s.workers)
    alone = replace(s, **change)
    capacity = s.pool_capacity
    if in_database(s) and capacity is not None and width_per_worker(alone) > capacity:
        change |= {"pool_size": min(MOST_CONNECTIONS, capacity * s.workers), "max_overflow": 0}
    return change


def _more_connections(s: Settings) -> dict[str, Any]:
    name = "mysql_max_connections" if s.database == "mysql" else "postgres_max_connections"
    return {name: min(2000, s.requests + 10)}
