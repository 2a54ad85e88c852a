"""A call holds the event loop, and every other request of the worker waits for it."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit, Wait
from dashboard.analysis.limits.phrases import holder, waited
from dashboard.analysis.limits.values import MOST_WORKERS
from modes import ASGI
from settings import TargetKind

HELD_SHARE = 0.3  # of the run
SHORT_SECONDS = 0.25  # what first requests import may take that long


def _detect(evidence: Evidence) -> bool:
    if evidence.model.worker not in {ASGI, "gevent"} or not evidence.queue_waiters:
        return False
    held = sum(evidence.held.values()) / evidence.model.workers
    return held >= max(SHORT_SECONDS, HELD_SHARE * evidence.total)


def _explain(evidence: Evidence) -> str:
    cure = ""
    if evidence.model.kind is TargetKind.APP:
        cure = " Await it, or run it in a thread (asyncio.to_thread, or a def endpoint)."
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited for the event loop: "
        f"{holder(evidence)}.{cure}"
    )


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    if model.kind is TargetKind.APP or model.worker != ASGI:
        return []  # it is for the app's code to change
    more = {"workers": min(MOST_WORKERS, max(2, 2 * model.workers))}
    return [{"driver": "auto", "mode": mode} for mode in ("asyncio", "asyncio-threads")] + [more]


LIMIT = Limit(
    word="event-loop-blocked",
    precedence=82,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the event loop, which a call holds",
    wait=Wait.LOOP,
)
