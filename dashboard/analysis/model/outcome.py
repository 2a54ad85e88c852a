"""What came out of a simulation: totals, failures, and the marks that such a run would have."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from target_app.probe.marks import ENDS, Mark, Phase

from .stations.request import SimulatedRequest

DEADLINE = "deadline"


class Outcome:
    """The requests of one simulation after its end."""

    def __init__(self, requests: Sequence[SimulatedRequest], deadline: float) -> None:
        self._requests = requests
        self._deadline = deadline
        for request in requests:
            marks = request.marks
            if marks[-4] not in ENDS or marks[-3] > deadline:
                while len(marks) > 4 and marks[-3] > deadline:
                    del marks[-4:]
                request.failure = DEADLINE
                request.message = f"no answer within {deadline:g} s"
                marks += (Phase.FAILED, deadline, 0, request.failure)

    @property
    def total_seconds(self) -> float:
        """From the release to the last end."""
        return max((request.marks[-3] for request in self._requests), default=0.0)

    @cached_property
    def failures(self) -> Counter[str]:
        """How many requests failed, by the failure's word."""
        return Counter(request.failure for request in self._requests if request.failure)

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(self.failures.values())

    def marks(self, run: str = "") -> list[Mark]:
        """The marks in order of time, as a run's log has them."""
        found = []
        for request in self._requests:
            seq, worker, lane = request.seq, request.worker, request.lane
            flat = iter(request.marks)
            for phase, at, connection, word in zip(flat, flat, flat, flat, strict=True):
                if phase is Phase.QUEUED or phase in ENDS:
                    mark = Mark(run, seq, phase, round(at, 6), **_told(request, phase, word))
                else:
                    mark = Mark(run, seq, phase, round(at, 6), worker, lane, connection)
                    if word:
                        mark = _with_word(mark, request, word)
                found.append(mark)
        found.sort(key=_at)
        return found


def _at(mark: Mark) -> float:
    return mark.at


def _told(request: SimulatedRequest, phase: Phase, word: str) -> dict[str, Any]:
    """What the client's mark tells beside its phase."""
    if phase is Phase.DONE:
        return {"status": 200}
    if not word:
        return {}
    if phase is Phase.QUEUED:
        return {"message": word}
    status = 0 if word == DEADLINE else 500
    return {"status": status, "failure": word, "message": request.message}


def _with_word(mark: Mark, request: SimulatedRequest, word: str) -> Mark:
    """A worker's mark with the word that the app says, or with why the request fails."""
    if word == request.failure:
        return mark._replace(failure=word, message=request.message)
    return mark._replace(note=word)
