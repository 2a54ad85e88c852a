"""One simulated request: where it is in its program, what it holds, and its marks."""

from typing import Any

from target_app.probe.marks import Phase

from .program import Program

_QUEUED = Phase.QUEUED


LATE = "opened after the release"  # as the generator says it


class SimulatedRequest:
    """Request ``seq``; its marks lie flat: phase, at, connection, and a word of each in turn.

    Ten thousand requests have a hundred thousand marks, which as objects would keep Python's
    garbage collector busy.
    """

    __slots__ = (
        "after",
        "at",
        "connection",
        "failure",
        "held",
        "lane",
        "marks",
        "message",
        "opening",
        "program",
        "seq",
        "until",
        "worker",
    )

    def __init__(self, seq: int, program: Program, sent: float) -> None:
        self.seq = seq
        self.program = program
        self.at = 0  # the operation that comes next
        self.after: Phase | None = None  # entered when it goes on
        self.opening = 0  # how far a connection is that is being opened for it, see checkouts.py
        self.held: list[tuple[int, int]] = []  # (pool, connection), the newest last
        self.connection = 0
        self.until = 0.0  # the end of its patience with the pool
        self.worker = 0
        self.lane = 0
        self.failure = ""
        self.message = ""  # what a person reads of the failure
        self.marks: list[Any] = [_QUEUED, sent, 0, ""]

    def sent_late(self, at: float) -> None:
        """Its connection opened only at ``at``, after the release."""
        self.marks[:4] = (_QUEUED, at, 0, LATE)
