"""Parts of the limits' sentences: counts, capacities, and ranges of requests."""

from collections.abc import Sequence

from dashboard.analysis.effective_model import EffectiveModel, is_drivers
from dashboard.analysis.evidence import Evidence
from dashboard.text import counted


def waited(waiters: Sequence[object], evidence: Evidence) -> str:
    """``85 of 100 requests``."""
    return of_all(len(waiters), evidence)


def of_all(count: int, evidence: Evidence) -> str:
    """``5 of 100 requests``."""
    return f"{count} of {counted(len(evidence.requests), 'request')}"


def workers(model: EffectiveModel) -> str:
    """``2 workers``."""
    return counted(model.workers, "worker")


def pool(model: EffectiveModel) -> str:
    """``1 worker x (pool_size 5 + max_overflow 10) = 15``."""
    total = (model.pool_capacity or 0) * model.workers
    if is_drivers(model.pool_class):
        return f"{workers(model)} x max_size {model.pool_size} of {model.pool_class} = {total}"
    sizes = f"(pool_size {model.pool_size} + max_overflow {model.max_overflow})"
    return f"{workers(model)} x {sizes} = {total}"


def ranges(numbers: Sequence[int]) -> str:
    """``16-100``, or the first few ranges where there are many."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [f"{first}-{last}" if last > first else str(first) for first, last in found]
    return ", ".join(texts) if len(texts) <= 4 else ", ".join(texts[:3]) + " and others"


def holder(evidence: Evidence) -> str:
    """``views.py:41 in orders (psycopg2.connect) held it for 2.5 of 2.6 s``, "" for nobody."""
    held = evidence.held
    if not held:
        return ""
    place = max(held, key=lambda each: held[each])
    return f"{place} held it for {held[place]:.1f} of {evidence.total:.1f} s"
