"""No limit: no request waited for another."""

from collections import Counter

from dashboard.analysis.evidence import Evidence
from target_app.probe.failures import FAILURES

from .limit import Limit


def _explain(evidence: Evidence) -> str:
    if len(evidence.services) < len(evidence.requests):
        words = Counter(request.failure for request in evidence.requests if request.failed)
        (word, count), *_ = words.most_common(1) or [("", 0)]
        cause = FAILURES[word].cause if word in FAILURES else word
        return f"Requests did not wait for each other, but {count} failed ({word}): {cause}."
    return "No request waited for another: these settings did not limit the run."


LIMIT = Limit(
    word="none",
    precedence=1000,
    detect=lambda _: True,
    explain=_explain,
    as_next="no request would have to wait",
)
