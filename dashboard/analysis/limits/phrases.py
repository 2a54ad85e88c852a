"""Parts of the limits' sentences: counts, capacities, and ranges of requests."""

from collections.abc import Sequence

from dashboard.analysis.evidence import Evidence
from settings import Settings


def waited(waiters: Sequence[object], evidence: Evidence) -> str:
    """``85 of 100 requests``."""
    return f"{len(waiters)} of {len(evidence.requests)} requests"


def workers(settings: Settings) -> str:
    """``2 workers``."""
    return f"{settings.workers} worker{'s' if settings.workers > 1 else ''}"


def pool(settings: Settings) -> str:
    """``1 worker x (pool_size 5 + max_overflow 10) = 15``."""
    total = (settings.pool_capacity or 0) * settings.workers
    sizes = f"(pool_size {settings.pool_size} + max_overflow {settings.max_overflow})"
    return f"{workers(settings)} x {sizes} = {total}"


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
