"""A count that grows with each change, by which readers see that something is new."""

import threading


class Changes:
    """Counts changes; any thread may notify and read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.version = 0

    def notify(self) -> None:
        """Something has changed."""
        with self._lock:
            self.version += 1
