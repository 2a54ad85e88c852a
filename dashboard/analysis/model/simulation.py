"""Runs the model: a server, what each request demands and when it comes in, marks out."""

import math
from collections.abc import Sequence
from random import Random

from .backlog import Backlog
from .costs import Costs
from .database import Database
from .demand import Demand
from .loops import LoopWorker, ThreadWorker
from .opening import open_connections
from .outcome import Outcome
from .program import Program, compile_demand
from .request import SimulatedRequest
from .server import Server
from .worker import Worker

SLICE_SECONDS = 0.003  # by which one worker may be ahead of another


def simulate(  # noqa: PLR0913
    server: Server,
    demands: Sequence[Demand],
    drivers: Sequence[str],
    costs: Costs,
    *,
    seed: int = 1,
    deadline: float = math.inf,
    release_seconds: float = 5e-6,
) -> Outcome:
    """What becomes of one burst: ``demands`` has one for each request, in order of number.

    ``drivers`` names the driver of each pool, ``deadline`` is the client's patience in seconds,
    ``release_seconds`` lie between two requests that are sent.
    """
    chance = Random(seed)  # noqa: S311  chance of a simulation
    lengths = _lengths(costs, chance)
    backlog = Backlog(server.backlog)
    databases = [Database(pool.usable) for pool in server.pools]
    kind = ThreadWorker if server.worker_class == "gthread" else LoopWorker
    used = tuple(costs.drivers[name] for name in drivers)
    workers: list[Worker] = [
        kind(number, server, costs, used, backlog, databases, lengths)
        for number in range(1, server.workers + 1)
    ]
    programs: dict[int, Program] = {}
    requests = []
    for seq, demand in enumerate(demands, 1):
        program = programs.get(id(demand))
        if program is None:
            program = programs[id(demand)] = compile_demand(
                demand, costs, used[0], server.worker_class == "sync", server.holds_loop
            )
        sent = (seq - 1) * release_seconds
        requests.append(SimulatedRequest(seq, program, len(server.pools), sent))
    open_connections(requests, workers, backlog, server, costs, chance)
    _run(workers, server, costs, deadline)
    return Outcome(requests, deadline)


def _run(workers: list[Worker], server: Server, costs: Costs, deadline: float) -> None:
    """Let always that worker go on which is furthest behind."""
    end = deadline + 1.0
    if len(workers) == 1:
        workers[0].pace = max(1.0, (1 + costs.beside) / server.cores)
        workers[0].run(end)
        return
    while True:
        instants = [worker.next_at() for worker in workers]
        now = min(instants)
        if now > end or now == math.inf:
            return
        worker = workers[instants.index(now)]
        busy = sum(at <= now + SLICE_SECONDS for at in instants)
        worker.pace = max(1.0, busy * (1 + costs.beside) / server.cores)
        instants.remove(now)
        worker.run(min(instants) + SLICE_SECONDS)


def _lengths(costs: Costs, chance: Random):  # type: ignore[no-untyped-def]
    """Factors of stretches' lengths, 1 on average, drawn beforehand."""
    spread = costs.jitter
    drawn = [chance.lognormvariate(-spread * spread / 2, spread) for _ in range(997)]
    index = 0

    def next_length() -> float:
        nonlocal index
        index += 1
        if index >= 997:
            index = 0
        return drawn[index]

    return next_length
