"""A worker has accepted as many connections as it may, and the others wait to be accepted."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Limit
from dashboard.analysis.limits.phrases import waited, workers
from dashboard.analysis.limits.values import MOST_ACCEPTED, per_worker


def _detect(evidence: Evidence) -> bool:
    full = evidence.at_once() >= evidence.model.worker_connections
    return bool(evidence.queue_waiters) and full


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    places = model.workers * model.worker_connections
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited to be accepted: {workers(model)} x "
        f"{model.worker_connections} worker_connections = {places} at a time."
    )


LIMIT = Limit(
    word="worker-connections",
    precedence=85,
    detect=_detect,
    explain=_explain,
    suggest=lambda evidence: [
        {"worker_connections": min(MOST_ACCEPTED, per_worker(evidence.model))}
    ],
    as_next="the next limit is worker_connections",
)
