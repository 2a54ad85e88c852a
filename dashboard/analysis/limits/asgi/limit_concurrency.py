"""uvicorn answers 503 while as many connections are open as ``limit_concurrency`` allows.

It counts connections, idle ones among them, and the app's tasks (uvicorn 0.54,
protocols/http/httptools_impl.py).
"""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.values import per_worker
from dashboard.marks.requests import Request
from settings import FIELDS

MOST = int(FIELDS["limit_concurrency"].maximum)


def _is_refused(request: Request) -> bool:
    """Whether the server itself answered 503: the app has never seen the request."""
    return (
        request.failed
        and request.end is not None
        and request.end.status == 503
        and (not request.worker)
    )


def _refused(evidence: Evidence) -> int:
    return sum(_is_refused(request) for request in evidence.requests)


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    return (
        f"{_refused(evidence)} of {len(evidence.requests)} requests were answered 503 by uvicorn: "
        f"limit_concurrency {model.limit_concurrency} is how many connections, idle ones "
        "included, a worker may have."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    return [{"limit_concurrency": min(MOST, per_worker(evidence.model) + 1)}]


LIMIT = Limit(
    word="limit-concurrency",
    precedence=12,
    detect=lambda evidence: bool(evidence.model.limit_concurrency) and _refused(evidence) > 0,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is limit_concurrency",
    fails_requests=True,
)
