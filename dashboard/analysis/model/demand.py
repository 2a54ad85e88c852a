"""What one request asks of a server: a short program of steps."""

from dataclasses import dataclass
from typing import NamedTuple


class Compute(NamedTuple):
    """Python of the request's own, ``seconds`` of one core."""

    seconds: float


class Checkout(NamedTuple):
    """Take a connection of the worker's pool number ``pool``."""

    pool: int = 0


class Execute(NamedTuple):
    """A statement that the database works on for ``seconds``, with ``pool``'s connection."""

    seconds: float
    pool: int = 0


class Checkin(NamedTuple):
    """Give ``pool``'s connection back, after the rollback that SQLAlchemy sends."""

    pool: int = 0


class Sleep(NamedTuple):
    """Wait for ``seconds`` for anything but the database, as a call to another server."""

    seconds: float


class Note(NamedTuple):
    """What the app says that it does from here on; empty says nothing."""

    text: str


Step = Compute | Checkout | Execute | Checkin | Sleep | Note


@dataclass(frozen=True)
class Demand:
    """The steps of one kind of request, from entering the view to leaving it."""

    steps: tuple[Step, ...]

    @property
    def computing(self) -> float:
        """Seconds of Python of its own, without what the server adds."""
        return sum(step.seconds for step in self.steps if isinstance(step, Compute))
