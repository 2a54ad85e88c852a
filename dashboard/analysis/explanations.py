"""The diagnosis in words: what held the run back, what would lift it, and the evidence."""

from collections.abc import Sequence

from dashboard.marks.requests import Request, Service

from .evidence import Evidence
from .limits import LIMITS
from .limits.limit import Wait
from .limits.phrases import ranges
from .suggestions import Suggestion


def sentence_for(limit: str, evidence: Evidence, suggestions: Sequence[Suggestion]) -> str:
    """The limit with the arithmetic of the run, and the time with the first suggestion."""
    text = LIMITS[limit].explain(evidence)
    if not suggestions:
        return text
    best = suggestions[0]
    if best.forecast_seconds is None:
        return f"{text} Try {best.title}: a run will show what it brings."
    after = LIMITS[best.next_limit]
    seconds = f"{best.forecast_seconds:.1f} s"
    if LIMITS[limit].fails_requests:
        many = "more" if after.fails_requests else "all"
        text += f" With {best.title} {many} would be answered, in {seconds}"
    else:
        text += f" {best.title} would take {seconds} instead of {evidence.total:.1f} s"
    return text + (f"; {after.as_next}." if after.as_next else ".")


def evidence_for(limit: str, evidence: Evidence) -> str:
    """Which requests waited, how long, and what share of all their time that was."""
    wait = LIMITS[limit].wait if limit in LIMITS else Wait.WORKER
    pairs, waits = _waits(wait, evidence)
    whole = sum(request.response_seconds or 0.0 for request in evidence.requests)
    if limit in {"none", "unknown", "interrupted"} or not pairs or not whole:
        return ""
    numbers = sorted(request.seq for _, request in pairs)
    return (
        f"Requests {ranges(numbers)} waited {min(waits):.1f} to {max(waits):.1f} s for "
        f"{wait.value}: {sum(waits):.0f} of {whole:.0f} request-seconds "
        f"({100 * sum(waits) / whole:.0f}%)."
    )


def _waits(wait: Wait, evidence: Evidence) -> tuple[list[tuple[Service, Request]], list[float]]:
    """Who waited for that, and for how long."""
    if wait is Wait.CONNECTION:
        return evidence.pool_waiters, [service.waited for service, _ in evidence.pool_waiters]
    if wait is Wait.POOL_THREAD:
        return evidence.thread_waiters, [s.threaded for s, _ in evidence.thread_waiters]
    return evidence.queue_waiters, [service.queued for service, _ in evidence.queue_waiters]
