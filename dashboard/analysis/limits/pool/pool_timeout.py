"""Requests give up before they get a connection."""

import math

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit, Wait
from dashboard.analysis.limits.phrases import pool
from dashboard.analysis.limits.values import larger_pool
from settings import FIELDS

LONGEST_SECONDS = FIELDS["pool_timeout"].maximum


def _explain(evidence: Evidence) -> str:
    settings = evidence.settings
    return (
        f"{evidence.failed('pool-timeout')} of {settings.requests} requests gave up after "
        f"{settings.pool_timeout:g} s (pool_timeout) without a connection: {pool(settings)} at a "
        f"time, each held for {evidence.mean_service_seconds:.1f} s on average."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    settings = evidence.settings
    patient = math.ceil(2 * evidence.total + settings.sleep_seconds * 10)
    return [*larger_pool(settings), {"pool_timeout": min(LONGEST_SECONDS, patient)}]


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
