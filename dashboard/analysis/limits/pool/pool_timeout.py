"""Requests give up before they get a connection."""

import math

from dashboard.analysis.effective_model import is_drivers
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit, Wait
from dashboard.analysis.limits.phrases import of_all, pool
from dashboard.analysis.limits.values import larger_pool
from settings import FIELDS

LONGEST_SECONDS = FIELDS["pool_timeout"].maximum


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    return (
        f"{of_all(evidence.failed('pool-timeout'), evidence)} gave up after "
        f"{model.pool_timeout:g} s (pool_timeout) without a connection: {pool(model)} at a "
        f"time, each held for {evidence.mean_service_seconds:.1f} s on average."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    if is_drivers(model.pool_class):
        return []
    patient = math.ceil(2 * evidence.total + model.sleep_seconds * 10)
    return [*larger_pool(model), {"pool_timeout": min(LONGEST_SECONDS, patient)}]


LIMIT = Limit(
    word="pool-timeout",
    precedence=15,
    detect=lambda evidence: evidence.mostly_failed("pool-timeout"),
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is pool_timeout",
    wait=Wait.CONNECTION,
    fails_requests=True,
)
