"""One worker process: what its requests do between two waits, one after the other.

Python computes in one thread of a process at a time, so a worker has one clock: every stretch
of computing moves it on. Who waits for anything else is put aside with the time at which it is
due. Which of those that are due goes on next is the worker class's affair (see ``loops``).
"""

import math
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush

from target_app.probe.marks import Phase

from .backlog import Backlog
from .costs import Costs, Driver
from .database import Database
from .program import CHECKIN, CHECKOUT, MARK, WAIT
from .queue_pool import Answer, NullPool, QueuePool
from .request import SimulatedRequest
from .server import Pool, Server

NUMBERS_PER_POOL = 100_000  # as the probe numbers connections
COOL_AFTER_SECONDS = 0.0001  # a pause after which caches have begun to go cold
COLD_AFTER_SECONDS = 0.005  # and have gone
DIALLING, OPENED, REFUSED = 1, 2, 3  # what becomes of a connection that is being opened
SHORT_SECONDS = 0.0005  # waits of the same short length end in order
# Looked up once: an enum's members are slow to reach.
_WAITING, _CONNECTING, _HOLDING = Phase.WAITING, Phase.CONNECTING, Phase.HOLDING
_HANDLING, _RESPONDING = Phase.HANDLING, Phase.RESPONDING
_DONE, _FAILED = Phase.DONE, Phase.FAILED
_WAIT = Answer.WAIT


class WorkerPool:
    """A pool of one worker: SQLAlchemy's rules, the next number, and its database."""

    __slots__ = ("_numbers", "database", "patience", "ready_at", "rules", "settings")

    def __init__(self, settings: Pool, index: int, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.rules: QueuePool | NullPool = (
            NullPool()
            if settings.size is None
            else QueuePool(settings.size, settings.overflow, settings.lifo)
        )
        self.ready_at = -1.0  # when SQLAlchemy has asked all it asks once; not begun below 0
        # Who waits, in order of the end of their patience; stale ones have another, or none.
        self.patience: deque[tuple[float, SimulatedRequest]] = deque()
        self._numbers = index * NUMBERS_PER_POOL

    def number(self) -> int:
        """The next connection's number."""
        self._numbers += 1
        return self._numbers

    def waiting_until(self) -> float:
        """When the first of those that wait loses patience; infinity where nobody waits."""
        patience = self.patience
        while patience and patience[0][1].until != patience[0][0]:
            patience.popleft()
        return patience[0][0] if patience else math.inf

    def wait(self, request: SimulatedRequest, until: float) -> None:
        """Have ``request`` wait for a connection that comes back, until ``until`` at most."""
        request.until = until
        self.rules.waiters.append(request)
        self.patience.append((until, request))


class Worker:
    """A worker of any class; subclasses say who goes on next."""

    def __init__(  # noqa: PLR0913, PLR0917  one per part
        self,
        number: int,
        server: Server,
        costs: Costs,
        drivers: tuple[Driver, ...],
        backlog: Backlog,
        databases: list[Database],
        chance: Callable[[], float],
        late: Callable[[], float],
        lump: float,
    ) -> None:
        self.number = number
        self.server = server
        self.costs = costs
        self.drivers = drivers
        self.backlog = backlog
        self.chance = chance  # a length's factor, 1 on average
        self._lump = lump
        self._late = late  # the same of how late somebody is woken
        self.pools = [
            WorkerPool(pool, index, databases[index]) for index, pool in enumerate(server.pools)
        ]
        self.clock = 0.0
        self.pace = 1.0  # how much longer than alone on a core
        self.slack = costs.cold  # how much longer the next stretch takes for having paused
        self._known: set[int] = set()  # stretches that it has been through
        self.impatient_at = math.inf  # when the first that waits for a connection gives up
        self.most = server.accepted  # connections that it accepts
        self.accepted = 0
        self.lanes = 0
        self.due: list[tuple[float, int, SimulatedRequest]] = []  # a heap
        self.trips: deque[tuple[float, int, SimulatedRequest]] = deque()  # short, so in order
        self.arrived: deque[tuple[float, int, SimulatedRequest]] = deque()
        self.woken: deque[tuple[WorkerPool, SimulatedRequest]] = deque()
        self.finished: list[SimulatedRequest] = []

    # What a subclass adds.
    def next_at(self) -> float:
        """When it has something to do; infinity for never."""
        raise NotImplementedError

    def run(self, horizon: float) -> None:
        """Do what there is to do until its clock is beyond ``horizon``."""
        raise NotImplementedError

    def freed(self) -> None:
        """A request is over."""
        raise NotImplementedError

    def take(self, request: SimulatedRequest) -> None:
        """Accept ``request``, of which all bytes are there at its first mark's time."""
        self.accepted += 1
        request.worker = self.number
        self.arrived.append((request.marks[1], request.seq, request))

    def next_due(self) -> float:
        """When the next wait is over; infinity for never."""
        first = self.trips[0][0] if self.trips else math.inf
        if self.due and self.due[0][0] < first:
            first = self.due[0][0]
        if self.arrived and self.arrived[0][0] < first:
            first = self.arrived[0][0]
        self.impatient_at = math.inf
        for pool in self.pools:
            if pool.patience:
                until = pool.waiting_until()
                if until < self.impatient_at:
                    self.impatient_at = until
        if self.impatient_at < first:
            first = self.impatient_at
        if self.accepted < self.most and self.backlog.next_at < first:
            first = self.backlog.next_at
        return first if first > self.clock else self.clock

    def gather(self, now: float) -> list[tuple[float, int, SimulatedRequest]]:
        """Those whose waits are over at ``now``, in order of time."""
        found = []
        for line in (self.arrived, self.trips):
            while line and line[0][0] <= now:
                found.append(line.popleft())
        due = self.due
        while due and due[0][0] <= now:
            found.append(heappop(due))
        return found

    def begin(self, request: SimulatedRequest) -> None:
        """Read the request and enter the app."""
        costs = self.costs
        if not request.lane:
            self.lanes += 1
            request.lane = self.lanes
        pace = self.pace * self.slack * self.chance()
        self.clock += costs.parse * pace
        request.marks += (_HANDLING, self.clock, 0, "")
        self.clock += costs.view * pace
        self.step(request)

    def step(self, request: SimulatedRequest) -> None:  # noqa: PLR0912, PLR0915, C901
        """Carry ``request`` on until it waits or is over.

        One long function: it runs several times for each request, and calls cost.
        """
        t = self.clock
        pace = self.pace * self.slack * self.chance()
        self.slack = 1.0
        marks = request.marks
        program = request.program
        known = self._known
        at = request.at
        if request.after is not None:
            marks += (request.after, t, request.connection, "")
            request.after = None
        elif request.opening == DIALLING:
            self._dial(request, t)
            return
        elif request.opening:
            ready_at = self.pools[program[at].pool].ready_at
            if t < ready_at and request.opening == OPENED:
                heappush(self.due, (ready_at, request.seq, request))
                return
            if request.opening == REFUSED:
                self.clock = t
                self._refused(request)
                return
            index = program[at].pool
            at += 1
            t += self.drivers[index].login * pace
            self._opened(request, t, index)
        while True:
            before, action, seconds, phase, after, index, note, blocks, work = program[at]
            t += before * pace
            if at not in known:
                known.add(at)
                t += self.costs.first_step * pace
            at += 1
            if action == WAIT:
                if phase is not None:
                    marks += (phase, t, request.connection, "")
                if blocks:
                    t += seconds + work
                    pace = self.pace * self.chance() * self.slack_after(seconds)
                    if after is not None:
                        marks += (after, t, request.connection, "")
                    continue
                request.at = at
                request.after = after
                self.clock = t
                if work:
                    t = self.pools[index].database.work(t, work)
                t += seconds
                if seconds < SHORT_SECONDS:
                    if self._lump and self.pools[index].rules.waiters:
                        t = math.ceil(t / self._lump) * self._lump
                    self.trips.append((t, request.seq, request))
                    return
                t += self.late()
                if self._lump:
                    t = math.ceil(t / self._lump) * self._lump
                heappush(self.due, (t, request.seq, request))
                return
            if action == CHECKOUT:
                marks += (_WAITING, t, 0, "")
                pool = self.pools[index]
                answer = pool.rules.ask()
                if answer.__class__ is int:
                    request.held[index] = request.connection = answer
                    marks += (_HOLDING, t, answer, "")
                    continue
                request.at = at - 1
                self.clock = t
                if answer is Answer.OPEN:
                    if self._open(request, pool, blocks):
                        t = self.clock
                        continue
                    return
                until = t + pool.settings.timeout
                if blocks and self.server.waits_hold_worker:
                    self.clock = until  # nobody else is there who could give one back
                    self._refused(request)
                    return
                pool.wait(request, until)
                return
            if action == CHECKIN:
                self.clock = t
                self._give_back(request, index)
                t = self.clock
                marks += (_HANDLING, t, 0, "")
            elif action == MARK:
                marks += (marks[-4], t, marks[-2], note)
            else:
                self.clock = t
                self._answer(request, pace)
                return

    def slack_after(self, seconds: float) -> float:
        """How much longer a stretch takes after nothing ran for ``seconds``."""
        if seconds < COOL_AFTER_SECONDS:
            return 1.0
        return self.costs.cool if seconds < COLD_AFTER_SECONDS else self.costs.cold

    def pause(self, now: float) -> None:
        """Do nothing until ``now``."""
        self.slack = max(self.slack, self.slack_after(now - self.clock))
        self.clock = now

    def late(self) -> float:
        """How much later than its time somebody is woken who slept."""
        return self.costs.lateness * self._late()

    def resume(self, pool: WorkerPool, request: SimulatedRequest) -> None:
        """Go on with a request that was woken, if the connection is still there."""
        if not request.until:  # it has lost patience since
            return
        answer = pool.rules.wake()
        if answer is Answer.WAIT:
            pool.rules.waiters.append(request)
            return
        request.until = 0.0
        self._granted(pool, request, answer)

    def lose_patience(self, now: float) -> None:
        """End the wait of those that have waited for as long as pool_timeout."""
        for pool in self.pools:
            while pool.waiting_until() <= now:
                request = pool.patience.popleft()[1]
                request.until = 0.0
                if request in pool.rules.waiters:  # else it was woken, and has not run yet
                    pool.rules.waiters.remove(request)
                answer = pool.rules.time_out()
                if answer is Answer.REFUSED:
                    self._refused(request)
                else:
                    self._granted(pool, request, answer)

    def _granted(self, pool: WorkerPool, request: SimulatedRequest, answer: object) -> None:
        index = request.program[request.at].pool
        if answer is Answer.OPEN:
            if self._open(request, pool, blocks=request.program[request.at].blocks):
                request.at += 1
                self.step(request)
            return
        request.held[index] = request.connection = answer
        request.marks += (_HOLDING, self.clock, answer, "")
        request.at += 1
        self.step(request)

    def _open(self, request: SimulatedRequest, pool: WorkerPool, blocks: bool) -> bool:
        """Open a connection; True when it is there already, because the worker waited for it."""
        index = request.program[request.at].pool
        driver = self.drivers[index]
        request.marks += (_CONNECTING, self.clock, 0, "")
        self.clock += driver.connect * self.pace
        if not blocks:
            # The socket has to be writable before the server hears anything.
            request.opening = DIALLING
            if self.server.worker_class == "gthread":
                self._dial(request, self.clock)
            else:
                self.trips.append((self.clock + self.costs.trip, request.seq, request))
            return False
        ready, granted = pool.database.open(self.clock, driver)
        if pool.ready_at < 0:
            pool.ready_at = ready = ready + self.costs.first_connection
        self.clock = ready + driver.login * self.pace
        request.opening = OPENED if granted else REFUSED
        if not granted:
            self._refused(request)
            return False
        self._opened(request, self.clock, index)
        return True

    def _dial(self, request: SimulatedRequest, now: float) -> None:
        """Have the database hear of the connection that ``request`` wants."""
        index = request.program[request.at].pool
        pool = self.pools[index]
        ready, granted = pool.database.open(now, self.drivers[index])
        if granted and (pool.ready_at < 0 or now < pool.ready_at):
            # One asks the server all that SQLAlchemy asks once; until then all others wait, and
            # the database opens theirs meanwhile.
            pool.ready_at = ready = ready + self.costs.first_connection
        request.opening = OPENED if granted else REFUSED
        heappush(self.due, (ready, request.seq, request))

    def _opened(self, request: SimulatedRequest, now: float, index: int) -> None:
        request.opening = 0
        number = self.pools[index].number()
        request.held[index] = request.connection = number
        request.marks += (_HOLDING, now, number, "")

    def _give_back(self, request: SimulatedRequest, index: int) -> None:
        pool = self.pools[index]
        kept = pool.rules.give_back(request.held[index])
        request.held[index] = 0
        request.connection = next(filter(None, request.held), 0)
        if not kept:
            pool.database.close()
            self.clock += self.drivers[index].close * self.pace
        elif pool.rules.waiters:
            self.woken.append((pool, pool.rules.waiters.popleft()))

    def _refused(self, request: SimulatedRequest) -> None:
        """End a request that got no connection."""
        pool = self.pools[request.program[request.at].pool]
        if request.opening:
            request.opening = 0
            pool.rules.not_opened()
            request.failure = "too-many-connections: the database has no place for another one"
        else:
            request.failure = (
                f"pool-timeout: QueuePool limit of size {pool.settings.size} overflow "
                f"{pool.settings.overflow} reached, connection timed out, "
                f"timeout {pool.settings.timeout:.2f}"
            )
        phase = request.marks[-4]
        request.marks += (phase, self.clock, 0, f"error:{request.failure}")
        self.clock += self.costs.fail * self.pace
        for index, number in enumerate(request.held):
            if number:
                self._give_back(request, index)
        self._answer(request, self.pace)

    def _answer(self, request: SimulatedRequest, pace: float) -> None:
        request.marks += (_RESPONDING, self.clock, 0, "")
        self.clock += self.costs.respond * pace
        end = _FAILED if request.failure else _DONE
        at = self.clock + self.costs.answer
        request.marks += (end, at, 0, request.failure or "200")
        self.clock += self.costs.close * pace
        self.finished.append(request)
        self.freed()
