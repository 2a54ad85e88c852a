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
    model = evidence.model
    if model.max_overflow <= 0 or not waited_for_pool(evidence):
        return False
    return evidence.mean_in_use() < KEPT_SHARE * (model.pool_capacity or 0)


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    lost = max(1, (model.pool_capacity or 0) - evidence.min_in_use())
    where = "" if model.workers == 1 else " in one of the workers"
    return (
        f"{waited(evidence.pool_waiters, evidence)} waited for a connection. "
        f"{pool(model)} at a time at first, "
        f"then {evidence.min_in_use()}{where}: while requests waited, {lost} overflow connections "
        f"were closed and not replaced ({evidence.mean_in_use():.1f} in use on average)."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    return [{"pool_size": capacity(model), "max_overflow": 0}, *larger_pool(model)]


LIMIT = Limit(
    word="overflow-collapse",
    precedence=50,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the pool, which may lose its overflow",
    wait=Wait.CONNECTION,
)
