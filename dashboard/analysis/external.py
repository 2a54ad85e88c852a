"""The limit of an external server, from its behavior: its settings are unknown.

Its requests carry marks only where it has the probe by hand. Then the waits are measured as in
any run, and how many were served at a time is counted; without, the answers' times are all there
is, and nothing is said of the reason.
"""

from dashboard.text import counted

from .evidence import Evidence
from .forecast import NONE, UNKNOWN
from .quantiles import median

WAIT_SHARE = 0.2  # of the run, or of the requests
POOL = "pool-capacity"
WORKERS = "workers"


def limit_of(evidence: Evidence) -> str:
    """``pool-capacity``, ``workers``, ``none``, or ``unknown`` if the server does not report."""
    if not any(request.worker for request in evidence.requests):
        return UNKNOWN
    if max(evidence.pool_wait_share, evidence.pool_delayed_share) >= WAIT_SHARE:
        return POOL
    return WORKERS if evidence.queue_waiters else NONE


def sentence_of(limit: str, evidence: Evidence) -> str:
    """The limit in one sentence, with what was counted."""
    workers = len(evidence.shares)
    where = f"in {counted(workers, 'worker process')}"
    total = counted(len(evidence.requests), "request")
    if limit == POOL:
        return (
            f"{len(evidence.pool_waiters)} of {total} waited for a connection: "
            f"{evidence.at_once()} at a time had one in a worker, {where}. "
            "The pool is configured on the server itself."
        )
    if limit == WORKERS:
        return (
            f"{len(evidence.queue_waiters)} of {total} waited for a worker: at most "
            f"{evidence.at_once()} at a time were served, {where}."
        )
    if limit == NONE:
        return "No request waited for another."
    times = [r.response_seconds for r in evidence.requests if r.response_seconds is not None]
    if not times:
        return "No request was answered."
    return (
        f"What requests waited for is unknown: the server does not report it. They took "
        f"{min(times):.2f} to {max(times):.2f} s, half of them at most {median(times):.2f} s."
    )
