"""The load generator was late, so the run says little about the server."""

from dashboard.analysis.evidence import SHORT_SECONDS
from dashboard.analysis.limits.limit import Limit

LATE_SHARE = 0.25  # of the run, by which requests were sent or read late


LIMIT = Limit(
    word="generator",
    precedence=20,
    detect=lambda evidence: evidence.lag > max(SHORT_SECONDS, LATE_SHARE * evidence.total),
    explain=lambda evidence: (
        f"The load generator was late: it read responses up to {evidence.lag:.2f} s after they "
        "arrived, so this run says little about the server."
    ),
    suggest=lambda evidence: [{"requests": max(1, evidence.model.requests // 2)}],
)
