"""Which limit held a run back, in words, with the arithmetic of that run.

A pure function of requests, samples and settings. It looks for the innermost limit first: what a
request waits for with a worker, the pool, before what it waits for without one. Where the
settings promised more than was delivered (overflow collapse, uneven workers, a full backlog), the
reason for that comes before the capacity that was promised.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from settings import TargetKind
from target_app.probe.marks import Phase

from . import external
from .evidence import Evidence
from .explanations import evidence_for, sentence_for
from .forecast import NONE, Forecast
from .limits import find_limit
from .suggestions import Suggestion, suggestions_for


@dataclass(frozen=True)
class Diagnosis:
    """The limit's machine word, one sentence, its evidence, and what lifts it."""

    limit: str
    sentence: str
    evidence: str = ""
    suggestions: tuple[Suggestion, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"suggestions": [each.as_dict() for each in self.suggestions]}


def diagnose(evidence: Evidence) -> Diagnosis:
    """The limit that held the run back, and the smallest changes that lift it.

    A server that somebody else runs has settings of its own, which ours cannot lift.
    """
    if evidence.model.kind is TargetKind.URL:
        limit = external.limit_of(evidence)
        return Diagnosis(
            limit, external.sentence_of(limit, evidence), evidence_for(limit, evidence)
        )
    limit = find_limit(evidence).word
    suggestions = suggestions_for(limit, evidence)
    return Diagnosis(
        limit,
        sentence_for(limit, evidence, suggestions),
        evidence_for(limit, evidence),
        suggestions,
    )


def live_diagnosis(evidence: Evidence, promised: Forecast) -> Diagnosis | None:
    """The diagnosis of a run in progress, once two batches match the forecast."""
    waiting = any(request.phase in {Phase.QUEUED, Phase.WAITING} for request in evidence.requests)
    served = [service for service, _ in evidence.services]
    first = min((service.end for service in served), default=math.inf)
    if evidence.model.kind is TargetKind.URL:
        return None
    if not waiting or not any(service.start >= first for service in served):
        return None
    diagnosis = diagnose(evidence)
    likely = {promised.limit, "overflow-collapse", "pool-capacity", "uneven-workers"}
    return diagnosis if diagnosis.limit in likely - {NONE} else None
