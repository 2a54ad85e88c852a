"""The changes of settings that lift a limit, and the time that each would take."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from settings import APP, Settings

from .evidence import Evidence
from .forecast import forecast, in_database, width_per_worker
from .limits import LIMITS
from .observed_pools import POOL_FIELDS, launchable_settings

# Limits of which the measured services tell what another number of places would bring.
QUEUES = frozenset(
    {"sync-workers", "threads", "blocking-driver", "worker-connections", "uneven-workers"}
    | {"pool-capacity", "overflow-collapse", "pool-timeout"}
)
IMPLIED = ("driver ", "worker_class auto")  # what an app's mode says already


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
    made: list[Suggestion] = []
    known = [s]
    for change in LIMITS[limit].suggest(evidence):
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
