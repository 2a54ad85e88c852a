"""The changes of settings that lift a limit, and the time that each would take."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from settings import AUTO, Settings, TargetKind

from .effective_model import EffectiveModel
from .evidence import Evidence
from .forecast import forecast_of, in_database, width_per_worker
from .limits import LIMITS
from .observed_pools import POOL_FIELDS

# Limits of which the measured services tell what another number of places would bring.
QUEUES = frozenset(
    {"sync-workers", "threads", "blocking-driver", "worker-connections", "uneven-workers"}
    | {"anyio-threads", "event-loop-blocked"}
    | {"pool-capacity", "overflow-collapse", "pool-timeout"}
)
IMPLIED = ("driver ", "worker_class auto")  # what an app's mode says already


@dataclass(frozen=True)
class Suggestion:
    """A change that lifts the limit: the whole settings, and the time they would take."""

    title: str
    settings: Settings
    forecast_seconds: float | None  # None: of a user app nobody knows before the run
    next_limit: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"settings": self.settings.as_dict()}


def suggestions_for(limit: str, evidence: Evidence) -> tuple[Suggestion, ...]:
    """Changes that lift the limit, the smallest first."""
    settings, model = evidence.settings, evidence.model
    made: list[Suggestion] = []
    known = [model]
    for change in LIMITS[limit].suggest(evidence):
        after = _launched(settings, change, model.kind)
        changed = model.changed(after, change)
        if changed in known:
            continue
        known.append(changed)
        promised = forecast_of(changed)
        seconds: float | None = promised.total_seconds
        if model.kind is TargetKind.APP:
            seconds = None  # it computes, and shares its cores: docs/adr/0013
        elif evidence.mixed and limit in QUEUES:
            seconds = round(evidence.seconds_with(places(changed)), 3)
        title = ", ".join(
            f"{name} {value}"
            for name, value in change.items()
            if _before(name, settings, model) != value
            and not (model.kind is TargetKind.APP and f"{name} {value}".startswith(IMPLIED))
        )
        made.append(Suggestion(title, after, seconds, promised.limit))
    return tuple(made)


def _before(name: str, settings: Settings, model: EffectiveModel) -> Any:
    """What the run had of a setting: of an app its own pool."""
    return getattr(model, name) if name in POOL_FIELDS else getattr(settings, name)


def _launched(settings: Settings, change: dict[str, Any], kind: TargetKind) -> Settings:
    """The settings after the change, as a person launches them."""
    if kind is not TargetKind.APP:
        return replace(settings, **change)
    own_pool = not any(name in POOL_FIELDS for name in change)
    pool_from = settings.pool_from if own_pool else "here"
    return replace(settings, **(change | {"driver": AUTO, "pool_from": pool_from}))


def places(model: EffectiveModel) -> int:
    """How many requests are served at once."""
    width = width_per_worker(model)
    capacity = model.pool_capacity if in_database(model) else None
    return model.workers * (width if capacity is None else min(width, capacity))
