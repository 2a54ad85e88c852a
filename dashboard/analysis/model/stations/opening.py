"""Before the release: the client opens all its connections, and workers accept what they may.

What finds no place in the kernel's queue is tried again later, see ``backlog``.
"""

import math
from collections import deque
from random import Random

from ..chance import Chance
from ..costs import Costs
from ..server import Server
from .request import SimulatedRequest
from .worker import Shared, Worker

QUIET_SECONDS = 0.25  # the generator waits so long after the last connection that opened


def open_connections(
    requests: list[SimulatedRequest],
    workers: list[Worker],
    shared: Shared,
) -> None:
    """Deal ``requests`` out among workers, the kernel's queue and those that come late."""
    server, costs, chance, backlog = shared.server, shared.costs, shared.chance, shared.backlog
    shares = _shares(server, chance)
    draw = Random(chance.seed)  # noqa: S311  chance of a simulation
    room = server.backlog + 1
    waiting: list[SimulatedRequest] = []
    turned_away: list[tuple[float, SimulatedRequest]] = []
    behind: deque[float] = deque()  # when each is accepted that lies in the kernel meanwhile
    free_at = 0.0  # when the workers have accepted what came so far
    for number, request in enumerate(requests):
        now = number * costs.opening
        worker = _choose(workers, server, shares, draw)
        if worker is not None:
            while behind and behind[0] <= now:
                behind.popleft()
            if len(behind) < room:
                free_at = max(free_at, now) + _pause(worker, server, costs)
                behind.append(free_at)
                worker.take(request)
                continue
        elif len(waiting) < room:
            waiting.append(request)
            continue
        turned_away.append((now, request))
    backlog.queue.extend(waiting)
    released_at = len(requests) * costs.opening + QUIET_SECONDS
    for at, request in turned_away:
        backlog.expect(at + 1.0 - released_at, request, tried=1)


def _pause(worker: Worker, server: Server, costs: Costs) -> float:
    """How long one of several workers is busy with accepting the next, per worker."""
    pause = costs.accept
    if server.worker_class == "gthread":
        pause = costs.accept_thread if worker.accepted < server.threads else costs.accept_busy
    return pause / server.workers


def _shares(server: Server, chance: Chance) -> list[float]:
    """How greedily each worker accepts.

    Who has just accepted is awake, and is faster again; of threads even more so, and where there
    are more workers than cores. Measured: all 100 in one of two gthread workers, or 15 and 85.
    """
    most = 5.0 if server.worker_class == "gthread" else 1.6
    if server.workers > server.cores:
        most = max(most, 3.0)
    step = most * chance.skew**2
    return [math.exp(-step * index) for index in range(server.workers)]


def _choose(
    workers: list[Worker], server: Server, shares: list[float], draw: Random
) -> Worker | None:
    if len(workers) == 1:
        return workers[0] if workers[0].accepted < server.accepted else None
    able = [index for index, worker in enumerate(workers) if worker.accepted < server.accepted]
    if not able:
        return None
    return workers[draw.choices(able, [shares[index] for index in able])[0]]
