"""What all workers share at the database: places for connections, and the one who opens them."""

import math

from .costs import Driver


class Database:
    """Opens connections one after the other, and refuses those beyond ``usable``."""

    __slots__ = ("_free_at", "_usable", "connections")

    def __init__(self, usable: int | None) -> None:
        self._usable = math.inf if usable is None else usable
        self._free_at = 0.0
        self.connections = 0

    def open(self, now: float, driver: Driver) -> tuple[float, bool]:
        """(When the client hears of it, whether it is a connection or a refusal)."""
        self._free_at = max(self._free_at, now) + driver.open_serial
        if self.connections >= self._usable:
            return self._free_at + driver.open_alone, False
        self.connections += 1
        return self._free_at + driver.open_alone, True

    def close(self) -> None:
        """One is closed."""
        self.connections -= 1
