"""One worker process: what its requests do between two waits, one after the other.

Python computes in one thread of a process at a time, so a worker has one clock: every stretch
of computing moves it on. Who waits for anything is put aside with the time at which it is due.
Which of those that are due goes on next is the worker class's affair (see ``loops``).
"""

import math
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush

from target_app.probe.marks import Phase

from ..chance import Chance, Lengths
from ..costs import Costs, Driver
from ..server import Server
from .backlog import Backlog
from .checkouts import Checkouts
from .database import Database
from .program import CHECKIN, CHECKOUT, MARK, WAIT
from .request import SimulatedRequest
from .worker_pool import WorkerPool

COOL_AFTER_SECONDS = 0.0001  # a pause after which caches have begun to go cold
COLD_AFTER_SECONDS = 0.005  # and have gone
SHORT_SECONDS = 0.0005  # waits of the same short length end in order

# Looked up once: an enum's members are slow to reach.
_WAITING, _HANDLING, _RESPONDING = Phase.WAITING, Phase.HANDLING, Phase.RESPONDING
_DONE, _FAILED = Phase.DONE, Phase.FAILED


@dataclass(frozen=True)
class Shared:
    """What all workers of a simulation share."""

    server: Server
    costs: Costs
    drivers: tuple[Driver, ...]  # of each pool
    backlog: Backlog
    databases: tuple[Database, ...]  # of each pool
    chance: Chance
    lengths: Lengths  # of stretches of computing
    lateness: Lengths  # of those that are woken


class Worker(ABC):
    """A worker of any class; subclasses say who goes on next."""

    def __init__(self, number: int, shared: Shared) -> None:
        self.number = number
        self.server = shared.server
        self.costs = shared.costs
        self.backlog = shared.backlog
        self.lump = shared.chance.lump
        self.crowded = shared.chance.crowded
        self._length = shared.lengths
        self._late = shared.costs.lateness * shared.chance.scatter
        self._lateness = shared.lateness
        pools = [
            WorkerPool(pool, index, database)
            for index, (pool, database) in enumerate(
                zip(shared.server.pools, shared.databases, strict=True)
            )
        ]
        self.checkouts = Checkouts(self, shared.server, shared.drivers, pools)
        self.clock = 0.0
        self.pace = 1.0  # how much longer than alone on a core
        self.slack = shared.costs.cold  # how much longer the next stretch takes after a pause
        self._known: set[int] = set()  # operations that it has done before
        self.most = shared.server.accepted  # connections that it accepts
        self.accepted = 0
        self._lanes = 0
        self.due: list[tuple[float, int, SimulatedRequest]] = []  # a heap
        self.trips: deque[tuple[float, int, SimulatedRequest]] = deque()  # short, so in order
        self.arrived: deque[tuple[float, int, SimulatedRequest]] = deque()

    @abstractmethod
    def next_at(self) -> float:
        """When it has something to do; infinity for never."""

    @abstractmethod
    def run(self, horizon: float) -> None:
        """Do what there is to do until its clock is beyond ``horizon``."""

    @abstractmethod
    def freed(self, request: SimulatedRequest) -> None:
        """``request`` is over."""

    def take(self, request: SimulatedRequest) -> None:
        """Accept ``request``, of which all bytes are there at its first mark's time."""
        self.accepted += 1
        request.worker = self.number
        self.arrived.append((request.marks[1], request.seq, request))

    def next_due(self) -> float:
        """When the next wait is over, or somebody can be accepted; infinity for never."""
        first = self.checkouts.waiting_until()
        for line in (self.trips, self.due, self.arrived):
            if line and line[0][0] < first:
                first = line[0][0]
        if self.accepted < self.most and self.backlog.next_at < first:
            first = self.backlog.next_at
        return max(first, self.clock)

    def gather(self, now: float) -> list[tuple[float, int, SimulatedRequest]]:
        """Those whose waits are over at ``now``, in order of time as far as it matters."""
        found = []
        for line in (self.arrived, self.trips):
            while line and line[0][0] <= now:
                found.append(line.popleft())
        due = self.due
        while due and due[0][0] <= now:
            found.append(heappop(due))
        return found

    def pause(self, now: float) -> None:
        """Do nothing until ``now``."""
        self.slack = max(self.slack, self._slack_after(now - self.clock))
        self.clock = now

    def begin(self, request: SimulatedRequest) -> None:
        """Read the request and enter the app."""
        if not request.lane:
            self._lanes += 1
            request.lane = self._lanes
        pace = self.pace * self.slack * self._length()
        self.clock += self.costs.parse * pace
        request.marks += (_HANDLING, self.clock, 0, "")
        self.clock += self.costs.view * pace
        self.step(request)

    def step(self, request: SimulatedRequest) -> None:  # noqa: PLR0912
        """Carry ``request`` on until it waits or is over.

        One long function: it runs several times for each request, and calls cost.
        """
        checkouts = self.checkouts
        marks = request.marks
        program = request.program
        pace = self.pace * self.slack * self._length()
        self.slack = 1.0
        if request.after is not None:
            marks += (request.after, self.clock, request.connection, "")
            request.after = None
        elif request.opening:
            if not checkouts.continue_opening(request):
                return
            request.at += 1
        at = request.at
        t = self.clock
        while True:
            before, action, seconds, phase, after, pool, note, blocks, work = program[at]
            t += before * pace
            if at not in self._known:
                self._known.add(at)
                t += self.costs.first_step * pace
            at += 1
            if action == WAIT:
                if phase is not None:
                    marks += (phase, t, request.connection, "")
                if not blocks:
                    self.clock = t
                    request.at, request.after = at, after
                    self._put_aside(request, seconds, pool, work)
                    return
                t += seconds + work
                pace = self.pace * self._length() * self._slack_after(seconds)
                if after is not None:
                    marks += (after, t, request.connection, "")
            elif action == CHECKOUT:
                marks += (_WAITING, t, 0, "")
                self.clock = t
                request.at = at - 1
                if not checkouts.take(request, pool, blocks):
                    return
                t = self.clock
            elif action == CHECKIN:
                self.clock = t
                checkouts.give_back(request, pool)
                t = self.clock
                marks += (_HANDLING, t, 0, "")
            elif action == MARK:
                marks += (marks[-4], t, marks[-2], note)
            else:
                self.clock = t
                self.answer(request, pace)
                return

    def answer(self, request: SimulatedRequest, pace: float) -> None:
        """Send the answer, and be done with ``request``."""
        request.marks += (_RESPONDING, self.clock, 0, "")
        self.clock += self.costs.respond * pace
        end = _FAILED if request.failure else _DONE
        request.marks += (end, self.clock + self.costs.answer, 0, request.failure)
        self.clock += self.costs.close * pace
        self.accepted -= 1
        self.freed(request)

    def _put_aside(self, request: SimulatedRequest, seconds: float, pool: int, work: float) -> None:
        """Have ``request`` wait for ``seconds``, after ``work`` of the database's."""
        until = self.clock
        if work:
            until = self.checkouts.pools[pool].database.work(until, work)
        until += seconds
        short = seconds < SHORT_SECONDS
        if not short:
            until += self._late * self._lateness()
        if self.lump and (not short or self.checkouts.pools[pool].rules.waiters):
            until = math.ceil(until / self.lump) * self.lump
        if short:
            self.trips.append((until, request.seq, request))
        else:
            heappush(self.due, (until, request.seq, request))

    def _slack_after(self, seconds: float) -> float:
        """How much longer a stretch takes after nothing ran for ``seconds``."""
        if seconds < COOL_AFTER_SECONDS:
            return 1.0
        return self.costs.cool if seconds < COLD_AFTER_SECONDS else self.costs.cold
