"""The kernel's connection queue is full, and clients retry a second or more later."""

from dashboard.analysis.evidence import SHORT_SECONDS, Evidence
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.phrases import of_all
from settings import FIELDS
from target_app.probe.marks import Phase

OVERDUE = 1.5  # times the seconds that the settings promise without the backlog
LONGEST = int(FIELDS["backlog"].maximum)


def _detect(evidence: Evidence) -> bool:
    model = evidence.model
    return model.requests > model.backlog and evidence.overdue >= OVERDUE


def _explain(evidence: Evidence) -> str:
    # A client may hold a connection for open whose last packet the full queue has dropped
    # (tcp_abort_on_overflow 0): what counts is when a worker had it.
    late = [request for request in evidence.requests if request.sent > SHORT_SECONDS]
    marks = (mark for request in late for mark in request.marks)
    reached = (mark.at for mark in marks if mark.phase is Phase.HANDLING)
    text = (
        f"{of_all(len(late), evidence)} found the backlog of "
        f"{evidence.model.backlog} full, so the kernel retried their connections: the "
        f"last one reached a worker {max(reached, default=evidence.total):.1f} s after the "
        "release."
    )
    lost = evidence.reset_unserved()
    if lost:
        text += f" {of_all(lost, evidence)} never reached one: the kernel gave them up."
    if _is_capped(evidence):
        text += (
            f" The kernel allows no more, whatever the setting says: sysctl net.core.somaxconn="
            f"{min(LONGEST, evidence.settings.requests)} raises it."
        )
    return text


def _is_capped(evidence: Evidence) -> bool:
    return evidence.model.backlog < evidence.settings.backlog


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    if _is_capped(evidence):
        return []
    return [{"backlog": min(LONGEST, max(model.requests, 2 * model.backlog))}]


LIMIT = Limit(word="backlog", precedence=30, detect=_detect, explain=_explain, suggest=_suggest)
