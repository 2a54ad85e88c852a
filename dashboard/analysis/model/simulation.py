"""Runs the model: a server, what each request demands and when it comes in, marks out."""

import math
from collections.abc import Sequence

from .chance import LIKELIEST, Chance
from .costs import Costs
from .demand import Demand
from .outcome import Outcome
from .server import Server
from .stations.backlog import Backlog
from .stations.database import Database
from .stations.loops import LoopWorker, ThreadWorker
from .stations.opening import open_connections
from .stations.program import Program, compile_demand
from .stations.request import SimulatedRequest
from .stations.worker import Shared, Worker

SMOOTH = 4
SLICE_SECONDS = 0.003  # by which one worker may be ahead of another


def simulate(  # noqa: PLR0913
    server: Server,
    demands: Sequence[Demand],
    drivers: Sequence[str],
    costs: Costs,
    *,
    chance: Chance = LIKELIEST,
    deadline: float = math.inf,
    release_seconds: float = 5e-6,
) -> Outcome:
    """What becomes of one burst: ``demands`` has one for each request, in order of number.

    ``drivers`` names the driver of each pool, ``deadline`` is the client's patience in seconds,
    ``release_seconds`` lie between two requests that are sent.
    """
    costs = costs.scaled(chance.speed, chance.database)
    of_database = chance.lengths(costs.database_jitter, 1)
    speed = max(1, server.cores - 1)
    shared = Shared(
        server,
        costs,
        tuple(costs.drivers[name] for name in drivers),
        Backlog(server.backlog, server.linear_retries),
        tuple(Database(pool.usable, speed, of_database) for pool in server.pools),
        chance,
        chance.lengths(costs.jitter),
        chance.lengths(costs.late_jitter, 2),
    )
    kind = ThreadWorker if server.worker_class == "gthread" else LoopWorker
    workers: list[Worker] = [kind(number, shared) for number in range(1, server.workers + 1)]
    programs: dict[int, Program] = {}
    requests = []
    for seq, demand in enumerate(demands, 1):
        program = programs.get(id(demand))
        if program is None:
            program = programs[id(demand)] = compile_demand(
                demand, costs, shared.drivers[0], server.worker_class == "sync", server.holds_loop
            )
        sent = (seq - 1) * release_seconds
        requests.append(SimulatedRequest(seq, program, sent))
    open_connections(requests, workers, shared)
    _run(workers, server, costs, deadline)
    return Outcome(requests, deadline)


def _run(workers: list[Worker], server: Server, costs: Costs, deadline: float) -> None:
    """Let always that worker go on which is furthest behind."""
    end = deadline + 1.0
    if len(workers) == 1:
        workers[0].pace = _pace(1, server, costs)
        workers[0].run(end)
        return
    while True:
        instants = [worker.next_at() for worker in workers]
        now = min(instants)
        if now > end or now == math.inf:
            return
        worker = workers[instants.index(now)]
        busy = sum(
            at <= max(now, each.clock) + SLICE_SECONDS
            for at, each in zip(instants, workers, strict=True)
        )
        worker.pace = _pace(busy, server, costs)
        instants.remove(now)
        worker.run(min(instants) + SLICE_SECONDS)


def _pace(busy: int, server: Server, costs: Costs) -> float:
    """How much longer computing takes while ``busy`` workers want the machine's cores.

    With little to do it is 1, with much to do it is what there is to do over what there is; near
    the point where both are equal everybody is in everybody's way already.
    """
    database = 0.0 if server.holds_loop or server.worker_class == "sync" else costs.database
    wanted = busy * (1 + costs.beside + database) / server.cores
    return float((1 + wanted**SMOOTH) ** (1 / SMOOTH))
