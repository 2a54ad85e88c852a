"""Each sync worker serves one request, and the others wait for a worker."""

from dashboard.analysis.effective_model import NO_DRIVER
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
from settings import TargetKind

DEFAULT_POOL_SIZE = 5


def _detect(evidence: Evidence) -> bool:
    return evidence.model.worker == "sync" and bool(evidence.queue_waiters)


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited for a worker: {workers(model)} of "
        f"class sync x 1 request = {model.workers} at a time."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    is_app = model.kind is TargetKind.APP
    size = enough(model)
    needs_pool = size > DEFAULT_POOL_SIZE
    if is_app:
        needs_pool = bool(larger_pool(model)) and model.driver != NO_DRIVER
    pool = {"max_overflow": 0, "pool_size": size} if needs_pool else {}
    more = min(MOST_WORKERS, max(2, min(model.requests, 2 * model.workers)))
    return [
        {"workers": more},
        *([threads_mode(model)] if is_app else []),
        concurrent_mode(model) | pool,
    ]


LIMIT = Limit(
    word="sync-workers",
    precedence=70,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the number of workers",
)
