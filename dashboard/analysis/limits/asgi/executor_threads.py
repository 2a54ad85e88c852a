"""Blocking code waits for a thread of an executor: asyncio's default one, or the app's own.

asyncio's has ``min(32, cores + 4)`` threads (concurrent.futures.ThreadPoolExecutor).
"""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Limit, Wait
from dashboard.analysis.limits.phrases import waited, workers
from modes import ASGI


def _explain(evidence: Evidence) -> str:
    return (
        f"{waited(evidence.thread_waiters, evidence)} waited for a thread of an executor: with "
        f"{workers(evidence.model)}, one ran at most {evidence.at_once()} at a time. An executor "
        "with more threads (loop.set_default_executor) would run more."
    )


LIMIT = Limit(
    word="executor-threads",
    precedence=74,
    detect=lambda evidence: evidence.model.worker == ASGI and bool(evidence.thread_waiters),
    explain=_explain,
    as_next="the next limit is the executor's threads",
    wait=Wait.POOL_THREAD,
)
