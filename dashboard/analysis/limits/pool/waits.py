"""Whether requests waited for a connection for so long that the pool was their limit."""

from dashboard.analysis.evidence import Evidence

POOL_SHARE = 0.2  # of the run, or of the requests


def waited_for_pool(evidence: Evidence) -> bool:
    """Whether requests waited for a connection in a large part of the run."""
    return max(evidence.pool_wait_share, evidence.pool_delayed_share) >= POOL_SHARE
