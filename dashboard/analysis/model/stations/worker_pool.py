"""A pool of one worker: SQLAlchemy's rules, who waits and how long, and its database."""

import math
from collections import deque

from ..server import Pool
from .database import Database
from .queue_pool import NullPool, QueuePool
from .request import SimulatedRequest

NUMBERS_PER_POOL = 100_000  # as the probe numbers connections


class WorkerPool:
    """Pool number ``index`` of a worker, which opens its connections at ``database``."""

    __slots__ = ("_numbers", "_patience", "database", "ready_at", "rules", "settings")

    def __init__(self, settings: Pool, index: int, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.rules: QueuePool[SimulatedRequest] | NullPool[SimulatedRequest] = (
            NullPool()
            if settings.size is None
            else QueuePool(settings.size, settings.overflow, settings.lifo)
        )
        self.ready_at = -1.0  # when SQLAlchemy has asked all it asks once; not begun below 0
        # Who waits, in order of the end of their patience; stale ones have another, or none.
        self._patience: deque[tuple[float, SimulatedRequest]] = deque()
        self._numbers = index * NUMBERS_PER_POOL

    def number(self) -> int:
        """The next connection's number."""
        self._numbers += 1
        return self._numbers

    def wait(self, request: SimulatedRequest, until: float) -> None:
        """Have ``request`` wait for a connection that comes back, until ``until`` at most."""
        request.until = until
        self.rules.waiters.append(request)
        self._patience.append((until, request))

    def waiting_until(self) -> float:
        """When the first of those that wait loses patience; infinity where nobody waits."""
        patience = self._patience
        while patience and patience[0][1].until != patience[0][0]:
            patience.popleft()
        return patience[0][0] if patience else math.inf

    def impatient(self, now: float) -> SimulatedRequest | None:
        """Somebody whose patience is over, who then waits no longer; None without one."""
        if self.waiting_until() > now:
            return None
        request = self._patience.popleft()[1]
        request.until = 0.0
        if request in self.rules.waiters:  # else it was woken, and has not run yet
            self.rules.waiters.remove(request)
        return request
