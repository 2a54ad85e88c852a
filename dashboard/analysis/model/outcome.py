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
            marks = request.marks
            if marks[-4] not in ENDS or marks[-3] > deadline:
                while len(marks) > 4 and marks[-3] > deadline:
                    del marks[-4:]
                request.failure = f"deadline: no answer within {deadline:g} s"
                marks += (Phase.FAILED, deadline, 0, request.failure)

    @property
    def total_seconds(self) -> float:
        """From the release to the last end."""
        return max((request.marks[-3] for request in self._requests), default=0.0)

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
            flat = iter(request.marks)
            for phase, at, connection, detail in zip(flat, flat, flat, flat, strict=True):
                outside = phase is Phase.QUEUED or phase in ENDS
                where = (0, 0) if outside else (worker, lane)
                found.append(Mark(run, seq, phase, round(at, 6), *where, connection, detail))
        found.sort(key=lambda mark: mark.at)
        return found



