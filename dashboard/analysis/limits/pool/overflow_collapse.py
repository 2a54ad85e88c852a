"""Overflow connections are closed while requests wait, and their places are lost.

``QueuePool._do_return_conn`` closes what does not fit into its queue of pool_size, and wakes
nobody (SQLAlchemy, sqlalchemy/pool/impl.py).
"""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit, Wait
from dashboard.analysis.limits.phrases import pool, waited
from dashboard.analysis.limits.values import capacity, larger_pool

from .waits import waited_for_pool

KEPT_SHARE = 0.9  # of the capacity, below which places were lost


def _detect(evidence: Evidence) -> bool:
    settings = evidence.settings
    if settings.max_overflow <= 0 or not waited_for_pool(evidence):
        return False
    return evidence.mean_in_use() < KEPT_SHARE * (settings.pool_capacity or 0)


def _explain(evidence: Evidence) -> str:
    settings = evidence.settings
    lost = max(1, (settings.pool_capacity or 0) - evidence.min_in_use())
    where = "" if settings.workers == 1 else " in one of the workers"
    return (
        f"{waited(evidence.pool_waiters, evidence)} waited for a connection. "
        f"{pool(settings)} at a time at first, "
        f"then {evidence.min_in_use()}{where}: while requests waited, {lost} overflow connections "
        f"were closed and their places were lost ({evidence.mean_in_use():.1f} in use on average)."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    settings = evidence.settings
    return [{"pool_size": capacity(settings), "max_overflow": 0}, *larger_pool(settings)]


LIMIT = Limit(
    word="overflow-collapse",
    precedence=50,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the pool, which may lose its overflow",
    wait=Wait.CONNECTION,
)
