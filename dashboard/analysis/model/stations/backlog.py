"""The kernel's queue of connections that no worker has accepted yet.

Linux holds one more than it is asked for, and drops the handshake of whoever comes then. The
client's kernel tries again: since Linux 6.5 once a second for five seconds, before that, and then,
after twice as long each time (ip-sysctl, tcp_syn_linear_timeouts, tcp_syn_retries; RFC 6298).
"""

import heapq
import math
from collections import deque

from .request import SimulatedRequest

RETRY_SECONDS = 1.0  # before the second try
TRIES = 7  # beside those of the same distance


class Backlog:
    """Connections that come, in order of time, and those that lie in the kernel."""

    def __init__(self, size: int, linear: int) -> None:
        self._linear = linear  # waits that are as long as the first, beside it
        self._room = size + 1
        self._coming: list[tuple[float, int, int, SimulatedRequest]] = []
        self.queue: deque[SimulatedRequest] = deque()
        self.lost: list[tuple[float, SimulatedRequest]] = []  # all tries in vain

    def expect(self, at: float, request: SimulatedRequest, tried: int = 0) -> None:
        """Have ``request`` connect at ``at``, having tried so often before."""
        heapq.heappush(self._coming, (at, request.seq, tried, request))

    @property
    def next_at(self) -> float:
        """When there is somebody to accept, as far as it is known; infinity for never."""
        if self.queue:
            return -math.inf
        return self._coming[0][0] if self._coming else math.inf

    def advance(self, now: float) -> None:
        """Let those connect whose time has come, or be turned away."""
        coming = self._coming
        while coming and coming[0][0] <= now:
            at, seq, tried, request = heapq.heappop(coming)
            if len(self.queue) < self._room:
                if tried:
                    request.sent_late(at)
                self.queue.append(request)
                continue
            wait = RETRY_SECONDS * 2 ** max(0, tried - self._linear)
            if tried < TRIES + self._linear:
                heapq.heappush(coming, (at + wait, seq, tried + 1, request))
            else:
                self.lost.append((at + wait, request))
