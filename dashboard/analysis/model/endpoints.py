"""Our own endpoints as the model sees them: settings in, server and demand out."""

import math
from dataclasses import dataclass

from ..effective_model import EffectiveModel
from .chance import Chance
from .costs import Costs
from .demand import Checkin, Checkout, Compute, Demand, Execute, Note, Sleep, Step
from .outcome import Outcome
from .promise import Promise, promise
from .server import Pool, Server
from .simulation import simulate

# Drivers that hold gevent's event loop while they wait for the database: they wait in C.
BLOCKING_DRIVERS = frozenset({"psycopg2", "mysqlclient"})
# Connections that Postgres keeps for its superuser (superuser_reserved_connections).
RESERVED_CONNECTIONS = 3


FEWEST, MOST = 9, 40  # chances that a promise is made of
WORTH = 4000  # simulated requests


@dataclass(frozen=True)
class Machine:
    """What the model has to know of a machine: its cores, and how its kernel queues connections."""

    cores: int = 2
    somaxconn: int = 4096  # the most that any backlog holds
    linear_retries: int = 4  # of handshakes that were dropped, see backlog.py


def server_of(model: EffectiveModel, machine: Machine) -> Server:
    """The server that serves a run of ``model``, on ``machine``."""
    usable = model.max_connections
    if model.database != "mysql":
        usable -= RESERVED_CONNECTIONS
    pool = Pool(
        size=None if model.pool_class == "NullPool" else model.pool_size,
        overflow=model.max_overflow,
        timeout=model.pool_timeout,
        usable=usable,
    )
    return Server(
        worker_class=model.worker,
        workers=model.workers,
        threads=model.threads,
        worker_connections=model.worker_connections,
        backlog=min(model.backlog, machine.somaxconn),
        pools=(pool,),
        holds_loop=model.worker == "gevent" and model.driver in BLOCKING_DRIVERS,
        cores=machine.cores,
        linear_retries=machine.linear_retries,
    )


def demand_of(model: EffectiveModel, costs: Costs) -> Demand:
    """What one request to the endpoint of ``model`` asks for (``target_app/views.py``)."""
    driver = costs.drivers[model.driver]
    todos: tuple[Step, ...] = (Execute(0.0), Compute(driver.rows), Checkin())
    if model.endpoint == "python":
        return Demand((Sleep(model.sleep_seconds), Note("todos"), Checkout(), *todos))
    late = driver.late if model.sleep_seconds else 0.0
    sleep = Execute(model.sleep_seconds + late)
    return Demand((Checkout(), sleep, Compute(driver.reply), Note("todos"), *todos))


def promise_of(
    model: EffectiveModel, machine: Machine, costs: Costs, deadline: float = 0.0
) -> Promise:
    """What a burst at one of our endpoints will take; ``deadline`` 0 waits for ever.

    Where requests are few, many chances cost nothing.
    """
    server, demand = server_of(model, machine), demand_of(model, costs)
    demands, drivers = [demand] * model.requests, [model.driver]

    def run(chance: Chance) -> Outcome:
        return simulate(
            server, demands, drivers, costs, chance=chance, deadline=deadline or math.inf
        )

    return promise(run, max(FEWEST, min(MOST, WORTH // model.requests)))
