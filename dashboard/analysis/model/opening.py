"""Before the release: the client opens all its connections, and workers accept what they may.

What finds no place in the kernel's queue is tried again later, see ``backlog``.
"""

from random import Random

from .backlog import Backlog
from .costs import Costs
from .request import SimulatedRequest
from .server import Server
from .worker import Worker

QUIET_SECONDS = 0.25  # the generator waits so long after the last connection that opened


def open_connections(
    requests: list[SimulatedRequest],
    workers: list[Worker],
    backlog: Backlog,
    server: Server,
    costs: Costs,
    chance: Random,
) -> None:
    """Deal ``requests`` out among workers, the kernel's queue and those that come late."""
    shares = _shares(server, chance)
    room = server.backlog + 1
    waiting: list[SimulatedRequest] = []
    turned_away: list[tuple[float, SimulatedRequest]] = []
    free_at = 0.0  # when the workers have accepted what came so far
    pause = costs.accept / server.workers
    for number, request in enumerate(requests):
        now = number * costs.opening
        worker = _choose(workers, server, shares, chance)
        if worker is not None:
            behind = (free_at - now) / pause if free_at > now else 0.0
            if behind < room:
                free_at = max(free_at, now) + pause
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


def _shares(server: Server, chance: Random) -> list[float]:
    """How greedily each worker accepts: who has just accepted is awake, and is faster again."""
    return [chance.gammavariate(server.evenness, 1.0) for _ in range(server.workers)]


def _choose(
    workers: list[Worker], server: Server, shares: list[float], chance: Random
) -> Worker | None:
    if len(workers) == 1:
        return workers[0] if workers[0].accepted < server.accepted else None
    able = [index for index, worker in enumerate(workers) if worker.accepted < server.accepted]
    if not able:
        return None
    return workers[chance.choices(able, [shares[index] for index in able])[0]]
