"""The pool gives out as many connections as it may, and requests wait for them."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Limit, Wait
from dashboard.analysis.limits.phrases import pool, waited
from dashboard.analysis.limits.values import larger_pool

from .waits import waited_for_pool


def _explain(evidence: Evidence) -> str:
    who = waited(evidence.pool_waiters, evidence)
    return f"{who} waited for a connection: {pool(evidence.model)} at a time."


LIMIT = Limit(
    word="pool-capacity",
    precedence=60,
    detect=waited_for_pool,
    explain=_explain,
    suggest=lambda evidence: larger_pool(evidence.model),
    as_next="the next limit is the pool's capacity",
    wait=Wait.CONNECTION,
)
