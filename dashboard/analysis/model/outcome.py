"""What came out of a simulation: totals, failures, and the marks that such a run would have."""


from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from target_app.probe.marks import ENDS, Mark, Phase

from .request import SimulatedRequest


class Outcome:
    """The requests of one simulation after its end."""

    def __init__(self, requests: Sequence[SimulatedRequest], deadline: float) -> None:
        self._requests = requests
        self._deadline = deadline
        for request in requests:
            phase, at, *_ = request.marks[-1]
            if phase not in ENDS or at > deadline:
                while request.marks[-1][1] > deadline and len(request.marks) > 1:
                    request.marks.pop()
                request.failure = f"deadline: no answer within {deadline:g} s"
                request.marks.append((Phase.FAILED, deadline, 0, request.failure))

    @property
    def total_seconds(self) -> float:
        """From the release to the last end."""
        return max((request.marks[-1][1] for request in self._requests), default=0.0)

    @cached_property
    def failures(self) -> Counter[str]:
        """How many requests failed, by the failure's word."""
        return Counter(
            request.failure.partition(":")[0] for request in self._requests if request.failure
        )

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(self.failures.values())

    def marks(self, run: str = "") -> list[Mark]:
        """The marks in order of time, as a run's log has them."""
        found = []
        for request in self._requests:
            seq, worker, lane = request.seq, request.worker, request.lane
            for phase, at, connection, detail in request.marks:
                outside = phase is Phase.QUEUED or phase in ENDS
                where = (0, 0) if outside else (worker, lane)
                found.append(Mark(run, seq, phase, round(at, 6), *where, connection, detail))
        found.sort(key=lambda mark: mark.at)
        return found



