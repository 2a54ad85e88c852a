"""Something from outside broke the run off or held it up: its waits say nothing of its settings."""

from dashboard.analysis.evidence import Evidence
from dashboard.marks.events import Event
from dashboard.text import counted
from target_app.probe.failures import FAILURES

from .limit import Limit
from .phrases import of_all

# How requests fail when what serves them ends.
CUT = ("reset", "connect-refused")
CUT_SHARE = 0.1  # of the requests, from which on a run without known events was broken off, too
LATER_SECONDS = 0.5  # an end may be seen a little after the requests that it took along
STALL_SHARE = 0.1  # of the run
MOST_NAMED = 3


def _disrupting(evidence: Evidence) -> list[Event]:
    """The events that requests failed or waited for."""
    ends = [request.end.at for request in evidence.requests if request.failed and request.end]
    last = max(ends, default=-1.0)
    return [
        event
        for event in evidence.events
        if (
            event.seconds >= STALL_SHARE * evidence.total
            if event.kind.endswith("-stall")
            else last >= event.at - LATER_SECONDS
        )
    ]


def _cut(evidence: Evidence) -> int:
    return sum(evidence.failed(word) for word in CUT) - evidence.reset_unserved()


def _detect(evidence: Evidence) -> bool:
    if _disrupting(evidence):
        return True
    cut = _cut(evidence)
    return cut > CUT_SHARE * len(evidence.requests) and any(map(evidence.mostly_failed, CUT))


def _explain(evidence: Evidence) -> str:
    events = _disrupting(evidence)
    named = [event.words for event in events[:MOST_NAMED]]
    if len(events) > MOST_NAMED:
        named.append(f"{counted(len(events) - MOST_NAMED, 'event')} more")
    failed = sum(request.failed for request in evidence.requests)
    text = f"{_and(named)}." if named else _closed(evidence)
    if named and failed:
        text += f" {of_all(failed, evidence)} failed."
    text = text[0].upper() + text[1:]
    return f"{text} Its waits therefore say nothing about its settings: run it again."


def _closed(evidence: Evidence) -> str:
    cut = [r for r in evidence.requests if r.failure in CUT and r.end is not None]
    first = min((request.end.at for request in cut if request.end), default=0.0)
    cause = FAILURES[cut[0].failure].cause
    return f"{of_all(len(cut), evidence)} were cut off, the first after {first:.1f} s: {cause}."


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


LIMIT = Limit(
    word="interrupted",
    precedence=5,
    detect=_detect,
    explain=_explain,
    fails_requests=True,
)
