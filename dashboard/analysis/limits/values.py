"""The values that suggestions give to settings: within what the settings and the database allow."""

import math

from dashboard.analysis.forecast import usable_connections
from settings import APP, FIELDS, Settings

from .limit import Change

MOST_THREADS = int(FIELDS["threads"].maximum)
MOST_WORKERS = int(FIELDS["workers"].maximum)
MOST_CONNECTIONS = int(FIELDS["pool_size"].maximum)  # that one pool can be told to keep
MOST_ACCEPTED = int(FIELDS["worker_connections"].maximum)


def per_worker(settings: Settings) -> int:
    """The requests of each worker where they are shared evenly."""
    return math.ceil(settings.requests / settings.workers)


def room(settings: Settings) -> int:
    """The connections that the database has for the pool of each worker."""
    return max(1, min(MOST_CONNECTIONS, usable_connections(settings) // settings.workers))


def capacity(settings: Settings) -> int:
    """The connections that each pool gives out, as a number that a setting takes."""
    return min(MOST_CONNECTIONS, settings.pool_capacity or room(settings))


def enough(settings: Settings) -> int:
    """The connections of each pool with which nobody would wait, as far as the database goes."""
    return min(per_worker(settings), room(settings))


def larger_pool(settings: Settings) -> list[Change]:
    """A pool in which nobody would wait; [] where the database has no more connections."""
    size = enough(settings)
    return [{"pool_size": size, "max_overflow": 0}] if size > capacity(settings) else []


def threads_mode(settings: Settings) -> Change:
    """The mode that needs nothing in an app's environment."""
    threads = min(MOST_THREADS, per_worker(settings))
    return {"worker_class": "auto", "mode": "threads", "threads": threads}


def concurrent_mode(settings: Settings) -> Change:
    """The mode in which one worker serves many requests."""
    if settings.endpoint != APP:
        return {"worker_class": "auto", "driver": "auto", "mode": "gevent-green"}
    if settings.driver in {"psycopg2", "psycopg2-green"}:
        return {"worker_class": "auto", "driver": "psycopg2-green", "mode": "gevent-green"}
    return threads_mode(settings)
