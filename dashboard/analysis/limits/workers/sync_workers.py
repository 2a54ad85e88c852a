"""Each sync worker serves one request, and the others wait for a worker."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.phrases import waited, workers
from dashboard.analysis.limits.values import (
    MOST_WORKERS,
    concurrent_mode,
    enough,
    larger_pool,
    threads_mode,
)
from dashboard.analysis.observed_pools import NO_DRIVER
from settings import APP

DEFAULT_POOL_SIZE = 5


def _detect(evidence: Evidence) -> bool:
    return evidence.settings.worker == "sync" and bool(evidence.queue_waiters)


def _explain(evidence: Evidence) -> str:
    settings = evidence.settings
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited for a worker: {workers(settings)} of "
        f"class sync x 1 request = {settings.workers} at a time."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    settings = evidence.settings
    is_app = settings.endpoint == APP
    size = enough(settings)
    needs_pool = size > DEFAULT_POOL_SIZE
    if is_app:
        needs_pool = bool(larger_pool(settings)) and settings.driver != NO_DRIVER
    pool = {"max_overflow": 0, "pool_size": size} if needs_pool else {}
    more = min(MOST_WORKERS, max(2, min(settings.requests, 2 * settings.workers)))
    return [
        {"workers": more},
        *([threads_mode(settings)] if is_app else []),
        concurrent_mode(settings) | pool,
    ]


LIMIT = Limit(
    word="sync-workers",
    precedence=70,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the number of workers",
)
