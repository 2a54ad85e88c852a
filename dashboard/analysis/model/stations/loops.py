"""Which request goes on next: one after the other, by turns of an event loop, or by the GIL."""

import math
from collections import deque
from random import Random

from .request import SimulatedRequest
from .worker import Shared, Worker

MOST_EVENTS = 64  # that libev takes from the kernel at once; it makes more room when they fill it
MOST_ACCEPTS = 100  # in one turn of a lone gevent worker; of several, each accepts one


class LoopWorker(Worker):
    """gevent's worker; a sync one is a loop with one request in it, all of whose waits block.

    A turn of the loop carries on everyone whose wait is over, last come first, as libev works
    through what is pending. Whoever got a connection back from somebody else runs after that.
    Source: libev, ``ev_invoke_pending``; gevent/baseserver.py, ``_do_read``.
    """

    def __init__(self, number: int, shared: Shared) -> None:
        super().__init__(number, shared)
        self._turn: list[tuple[float, int, SimulatedRequest]] = []  # the rest of it, last first
        self._most = MOST_EVENTS
        self._accepts = 1 if self.server.workers > 1 else MOST_ACCEPTS

    def next_at(self) -> float:
        """When it has something to do; infinity for never."""
        if self._turn or self.checkouts.woken:
            return self.clock
        return self.next_due()

    def run(self, horizon: float) -> None:
        """Do turns until its clock is beyond ``horizon``."""
        while True:
            while self._turn:
                request = self._turn.pop()[2]
                if request.lane:
                    self.step(request)
                else:
                    self.begin(request)
                if self.clock > horizon:
                    return
            while self.checkouts.woken:
                self.checkouts.resume()
            now = self.next_at()
            if now > horizon or now == math.inf:
                return
            if now > self.clock:
                self.pause(now)
            if self.checkouts.waiting_until() <= now:
                self.checkouts.lose_patience(now)
            if self.accepted < self.most and self.backlog.next_at <= now:
                self._accept()
            self._turn = self.gather(now)
            if len(self._turn) > self._most:
                self._put_back(self._turn[self._most :])
                del self._turn[self._most :]
                self._most = 2 * self._most + 2  # ev.c, array_nextsize

    def _put_back(self, rest: list[tuple[float, int, SimulatedRequest]]) -> None:
        """Leave for the next turn what the kernel did not report in this one."""
        self.arrived.extendleft(reversed(rest))

    def _accept(self) -> None:
        backlog = self.backlog
        for _ in range(self._accepts):
            backlog.advance(self.clock)
            if self.accepted >= self.most or not backlog.queue:
                return
            self.clock += self.costs.accept * self.pace
            self.take(backlog.queue.popleft())

    def freed(self, request: SimulatedRequest) -> None:
        """``request`` is over: nothing has to be done for the next."""


class ThreadWorker(Worker):
    """gunicorn's gthread: its threads take turns at the GIL, who comes next is chance.

    Connections are accepted up to worker_connections and wait for a thread inside the worker.
    """

    def __init__(self, number: int, shared: Shared) -> None:
        super().__init__(number, shared)
        self._queue: deque[SimulatedRequest] = deque()  # for a thread
        self._idle: list[int] = list(range(self.server.threads, 0, -1))  # threads' lanes
        self._ready: list[tuple[float, int, SimulatedRequest]] = []
        self._pick = Random(self.number)  # noqa: S311  chance of a simulation

    def next_at(self) -> float:
        """When it has something to do; infinity for never."""
        if self._ready or self.checkouts.woken:
            return self.clock
        return self.next_due()

    def run(self, horizon: float) -> None:
        """Let threads compute, one stretch after the other, until ``horizon``."""
        ready = self._ready
        while True:
            now = self.next_at()
            if now > horizon or now == math.inf:
                return
            if now > self.clock:
                self.pause(now)
            if self.checkouts.waiting_until() <= now:
                self.checkouts.lose_patience(now)
            if self.accepted < self.most and self.backlog.next_at <= now:
                self._accept()
            while self.arrived and self.arrived[0][0] <= now:
                self._start(self.arrived.popleft()[2])
            ready += self.gather(now)
            choices = len(ready) + len(self.checkouts.woken)
            if not choices:
                continue
            index = int(self._pick.random() * choices)
            pace = self.pace
            if choices > 1:
                self.pace = pace * (1 + self.costs.switch)
            if index >= len(ready):
                self.checkouts.resume()
            else:
                request = ready.pop(index)[2]
                if len(request.marks) > 4:
                    self.step(request)
                else:
                    self.begin(request)
            self.pace = pace

    def _start(self, request: SimulatedRequest) -> None:
        """Give ``request`` to a free thread, or let it wait for one."""
        if self._idle:
            request.lane = self._idle.pop()
            self._ready.append((self.clock, request.seq, request))
        else:
            self._queue.append(request)

    def _accept(self) -> None:
        backlog = self.backlog
        backlog.advance(self.clock)
        pause = self.costs.accept_busy * self.pace
        while backlog.queue and self.accepted < self.most:
            self.clock += pause
            self.take(backlog.queue.popleft())
            if self.clock < backlog.next_at <= self.clock + pause:
                self.clock = backlog.next_at
            backlog.advance(self.clock)

    def freed(self, request: SimulatedRequest) -> None:
        """``request`` is over: its thread takes the next that waits for one."""
        self._idle.append(request.lane)
        if self._queue:
            self._start(self._queue.popleft())
