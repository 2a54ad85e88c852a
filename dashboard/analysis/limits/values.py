"""The values that suggestions give to settings: within what those and the database allow."""

import math

from dashboard.analysis.effective_model import EffectiveModel, is_drivers
from dashboard.analysis.forecast import usable_connections
from settings import FIELDS, TargetKind

from .limit import Change

MOST_THREADS = int(FIELDS["threads"].maximum)
MOST_WORKERS = int(FIELDS["workers"].maximum)
MOST_CONNECTIONS = int(FIELDS["pool_size"].maximum)  # that one pool can be told to keep
MOST_ACCEPTED = int(FIELDS["worker_connections"].maximum)


def per_worker(model: EffectiveModel) -> int:
    """The requests of each worker where they are shared evenly."""
    return math.ceil(model.requests / model.workers)


def room(model: EffectiveModel) -> int:
    """The connections that the database has for the pool of each worker."""
    return max(1, min(MOST_CONNECTIONS, usable_connections(model) // model.workers))


def capacity(model: EffectiveModel) -> int:
    """The connections that each pool gives out, as a number that a setting takes."""
    return min(MOST_CONNECTIONS, model.pool_capacity or room(model))


def enough(model: EffectiveModel) -> int:
    """The connections of each pool with which nobody would wait, as far as the database goes."""
    return min(per_worker(model), room(model))


def larger_pool(model: EffectiveModel) -> list[Change]:
    """A pool in which nobody would wait; [] where the database has no more connections."""
    if is_drivers(model.pool_class):
        return []
    size = enough(model)
    return [{"pool_size": size, "max_overflow": 0}] if size > capacity(model) else []


def threads_mode(model: EffectiveModel) -> Change:
    """The mode that needs nothing in an app's environment."""
    threads = min(MOST_THREADS, per_worker(model))
    return {"worker_class": "auto", "mode": "threads", "threads": threads}


def concurrent_mode(model: EffectiveModel) -> Change:
    """The mode in which one worker serves many requests."""
    if model.kind is not TargetKind.APP:
        return {"worker_class": "auto", "driver": "auto", "mode": "gevent-green"}
    if model.driver in {"psycopg2", "psycopg2-green"}:
        return {"worker_class": "auto", "driver": "psycopg2-green", "mode": "gevent-green"}
    return threads_mode(model)
