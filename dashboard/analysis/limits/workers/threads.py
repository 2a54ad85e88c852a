"""All threads of a gthread worker are busy, and the others wait for a thread."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Limit, Wait
from dashboard.analysis.limits.phrases import waited, workers
from dashboard.analysis.limits.values import MOST_THREADS, per_worker
from dashboard.text import counted


def _detect(evidence: Evidence) -> bool:
    model = evidence.model
    if model.worker != "gthread" or not evidence.queue_waiters:
        return False
    return max(evidence.shares.values()) > model.threads


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited for a thread: {workers(model)} x "
        f"{counted(model.threads, 'thread')} = {model.workers * model.threads} at a time."
    )


LIMIT = Limit(
    word="threads",
    precedence=75,
    detect=_detect,
    explain=_explain,
    suggest=lambda evidence: [{"threads": min(MOST_THREADS, per_worker(evidence.model))}],
    as_next="the next limit is the number of threads",
    wait=Wait.THREAD,
)
