"""Blocking code waits for one of anyio's threads, forty unless an app says otherwise."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit, Wait
from dashboard.analysis.limits.phrases import waited, workers
from dashboard.analysis.limits.values import MOST_THREADS, per_worker
from modes import ASGI

FULL_SHARE = 0.9  # of the tokens, that were in use at once


def _detect(evidence: Evidence) -> bool:
    model = evidence.model
    if model.worker != ASGI or not evidence.thread_waiters:
        return False
    return evidence.at_once() >= FULL_SHARE * model.thread_tokens


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    places = model.workers * model.thread_tokens
    return (
        f"{waited(evidence.thread_waiters, evidence)} waited for a thread: {workers(model)} x "
        f"{model.thread_tokens} threads of anyio = {places} at a time."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    return [{"thread_tokens": min(MOST_THREADS, per_worker(evidence.model))}]


LIMIT = Limit(
    word="anyio-threads",
    precedence=73,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is anyio's threads",
    wait=Wait.POOL_THREAD,
)
