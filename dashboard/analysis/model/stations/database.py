"""What all workers share at the database: its cores, its places, and who opens connections."""

import math
from collections.abc import Callable

from ..costs import Driver


class Database:
    """Works through statements, opens connections one by one, and refuses those beyond ``usable``.

    ``speed`` is how much it gets done in a second of what one core does.
    """

    __slots__ = ("_free_at", "_length", "_opened_at", "_speed", "_usable", "connections")

    def __init__(self, usable: int | None, speed: float, length: Callable[[], float]) -> None:
        self._usable = math.inf if usable is None else usable
        self._speed = speed
        self._length = length
        self._free_at = 0.0
        self._opened_at = 0.0
        self.connections = 0

    def work(self, now: float, seconds: float) -> float:
        """When it has done what takes one core ``seconds``, asked for at ``now``."""
        begin = self._free_at if self._free_at > now else now
        self._free_at = end = begin + seconds * self._length() / self._speed
        return end

    def open(self, now: float, driver: Driver) -> tuple[float, bool]:
        """(When the client hears of it, whether it is a connection or a refusal)."""
        begin = self._opened_at if self._opened_at > now else now
        self._opened_at = begin + driver.open_serial * self._length()
        if self.connections >= self._usable:
            return self._opened_at + driver.open_alone, False
        self.connections += 1
        return self._opened_at + driver.open_alone, True

    def close(self) -> None:
        """One is closed."""
        self.connections -= 1
