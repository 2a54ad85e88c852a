"""One simulated request: where it is in its program, what it holds, and its marks."""

from target_app.probe.marks import Phase

from .program import Program


LATE = "opened after the release"  # as the generator says it


class SimulatedRequest:
    """Request ``seq``; its marks are ``(phase, at, lane, connection, note)``."""

    __slots__ = (
        "after",
        "at",
        "connection",
        "failure",
        "held",
        "lane",
        "marks",
        "opening",
        "program",
        "seq",
        "until",
        "worker",
    )

    def __init__(self, seq: int, program: Program, pools: int, sent: float) -> None:
        self.seq = seq
        self.program = program
        self.at = 0  # the operation that comes next
        self.after: Phase | None = None  # entered when it goes on
        self.opening = 0  # how far a connection is that is being opened for it, see worker.py
        self.held = [0] * pools
        self.connection = 0
        self.until = 0.0  # the end of its patience with the pool
        self.worker = 0
        self.lane = 0
        self.failure = ""
        self.marks: list[tuple[Phase, float, int, str]] = [(Phase.QUEUED, sent, 0, "")]

    def sent_late(self, at: float) -> None:
        """Its connection opened only at ``at``, after the release."""
        self.marks[0] = (Phase.QUEUED, at, 0, LATE)
