"""How the requests of one worker get their connections, wait for them, and give them back."""

from __future__ import annotations

import math
from collections import deque
from heapq import heappush
from typing import TYPE_CHECKING

from target_app.probe.marks import Phase

from ..costs import Driver
from ..server import Server
from .queue_pool import OPEN, REFUSED, WAIT
from .request import SimulatedRequest
from .worker_pool import WorkerPool

if TYPE_CHECKING:
    from .worker import Worker

DIALLING, OPENED, DENIED = 1, 2, 3  # what becomes of a connection that is being opened

# Looked up once: an enum's members are slow to reach.
_CONNECTING, _HOLDING = Phase.CONNECTING, Phase.HOLDING


class Checkouts:
    """The pools of ``worker``, in the order in which checkouts name them.

    Whatever takes the worker's time moves its clock on.
    """

    def __init__(
        self, worker: Worker, server: Server, drivers: tuple[Driver, ...], pools: list[WorkerPool]
    ) -> None:
        self._worker = worker
        self._drivers = drivers
        self._alone = server.worker_class == "sync"  # nobody else is there to give one back
        self._by_turns = server.worker_class not in {"sync", "gthread"}
        self.pools = pools
        self.woken: deque[tuple[WorkerPool, SimulatedRequest]] = deque()

    def waiting_until(self) -> float:
        """When the first of those that wait for a connection loses patience."""
        first = math.inf
        for pool in self.pools:
            until = pool.waiting_until()
            first = min(first, until)
        return first

    def take(self, request: SimulatedRequest, index: int, blocks: bool) -> bool:
        """Ask pool ``index`` for a connection; False when it does not come at once."""
        pool = self.pools[index]
        return self._granted(request, pool, pool.rules.ask(), index, blocks)

    def resume(self) -> None:
        """Go on with the first that was woken, if the connection is still there."""
        pool, request = self.woken.popleft()
        if not request.until:  # it has lost patience since
            return
        answer = pool.rules.wake()
        if answer is WAIT:
            pool.rules.waiters.append(request)
            return
        request.until = 0.0
        self._go_on(request, pool, answer)

    def lose_patience(self, now: float) -> None:
        """End the wait of those that have waited for as long as pool_timeout."""
        for pool in self.pools:
            request = pool.impatient(now)
            while request is not None:
                self._go_on(request, pool, pool.rules.time_out())
                request = pool.impatient(now)

    def continue_opening(self, request: SimulatedRequest) -> bool:
        """Go on with a connection that is being opened; True when ``request`` has it."""
        worker = self._worker
        index = request.program[request.at].pool
        pool = self.pools[index]
        if request.opening == DIALLING:
            self._dial(request, pool, self._drivers[index])
        elif request.opening == DENIED:
            self._refuse(request, pool)
        elif worker.clock < pool.ready_at:
            heappush(worker.due, (pool.ready_at, request.seq, request))
        else:
            self._opened(request, pool, index)
            return True
        return False

    def give_back(self, request: SimulatedRequest, index: int) -> None:
        """Give the newest connection of pool ``index`` back: one waiter wakes, or it is closed."""
        pool = self.pools[index]
        held = request.held
        at = len(held) - 1
        while held[at][0] != index:
            at -= 1
        kept = pool.rules.give_back(held.pop(at)[1])
        request.connection = held[-1][1] if held else 0
        if not kept:
            pool.database.close()
            self._worker.clock += self._drivers[index].close * self._worker.pace
        elif pool.rules.waiters:
            self.woken.append((pool, pool.rules.waiters.popleft()))

    def _go_on(self, request: SimulatedRequest, pool: WorkerPool, answer: int) -> None:
        op = request.program[request.at]
        if self._granted(request, pool, answer, op.pool, op.blocks):
            request.at += 1
            self._worker.step(request)

    def _granted(
        self, request: SimulatedRequest, pool: WorkerPool, answer: int, index: int, blocks: bool
    ) -> bool:
        """Do what the pool has answered; True when ``request`` has its connection."""
        worker = self._worker
        if answer > 0:
            request.held.append((index, answer))
            request.connection = answer
            request.marks += (_HOLDING, worker.clock, answer, "")
            return True
        if answer == OPEN:
            return self._open(request, pool, index, blocks)
        if answer == REFUSED:
            self._refuse(request, pool)
            return False
        until = worker.clock + pool.settings.timeout
        if self._alone:
            worker.clock = until
            self._refuse(request, pool)
        else:
            pool.wait(request, until)
        return False

    def _open(self, request: SimulatedRequest, pool: WorkerPool, index: int, blocks: bool) -> bool:
        """Open a connection; True when it is there already, because the worker waited for it."""
        worker = self._worker
        driver = self._drivers[index]
        request.marks += (_CONNECTING, worker.clock, 0, "")
        worker.clock += driver.connect * worker.pace
        if blocks:
            worker.clock = self._ask_database(request, pool, driver)
            if request.opening == DENIED:
                self._refuse(request, pool)
                return False
            self._opened(request, pool, index)
            return True
        if self._by_turns:
            # The socket has to be writable before the server hears anything.
            request.opening = DIALLING
            worker.trips.append((worker.clock + worker.costs.trip, request.seq, request))
        else:
            self._dial(request, pool, driver)
        return False

    def _dial(self, request: SimulatedRequest, pool: WorkerPool, driver: Driver) -> None:
        ready = self._ask_database(request, pool, driver)
        heappush(self._worker.due, (ready, request.seq, request))

    def _ask_database(self, request: SimulatedRequest, pool: WorkerPool, driver: Driver) -> float:
        """When the database answers; ``request.opening`` says what."""
        worker = self._worker
        ready, granted = pool.database.open(worker.clock, driver)
        request.opening = OPENED if granted else DENIED
        crowded = worker.crowded and worker.clock < pool.ready_at
        if granted and (pool.ready_at < 0 or crowded):
            # One asks the server all that SQLAlchemy asks once; until then all others wait. A
            # database that is short of cores opens theirs first.
            pool.ready_at = ready = ready + worker.costs.first_connection
        return ready

    def _opened(self, request: SimulatedRequest, pool: WorkerPool, index: int) -> None:
        request.opening = 0
        self._worker.clock += self._drivers[index].login * self._worker.pace
        number = pool.number()
        request.held.append((index, number))
        request.connection = number
        request.marks += (_HOLDING, self._worker.clock, number, "")

    def _refuse(self, request: SimulatedRequest, pool: WorkerPool) -> None:
        """End a request that got no connection, with all that it holds."""
        worker = self._worker
        if request.opening:
            request.opening = 0
            pool.rules.not_opened()
            request.failure = "too-many-connections"
            request.message = "the database has no place for another connection"
        else:
            settings = pool.settings
            request.failure = "pool-timeout"
            request.message = (
                f"QueuePool limit of size {settings.size} overflow {settings.overflow} reached, "
                f"connection timed out, timeout {settings.timeout:.2f}"
            )
        # The probe says why before the answer does.
        request.marks += (request.marks[-4], worker.clock, 0, request.failure)
        worker.clock += worker.costs.fail * worker.pace
        while request.held:
            self.give_back(request, request.held[-1][0])
        worker.answer(request, worker.pace)
