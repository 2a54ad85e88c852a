"""Our own endpoints as the model sees them: settings in, server and demand out."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from settings import Settings

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
    """What the model has to know of the machine: cores, and the kernel's cap on backlogs."""

    cores: int = 2
    somaxconn: int = 4096

    @classmethod
    def here(cls) -> "Machine":
        """The machine that this runs on; where the kernel does not tell its cap, Linux' own."""
        try:
            somaxconn = int(Path("/proc/sys/net/core/somaxconn").read_text())
        except (OSError, ValueError):
            somaxconn = 4096
        return cls(os.cpu_count() or 1, somaxconn)


def server_of(settings: Settings, machine: Machine) -> Server:
    """The server that ``settings`` describe, on ``machine``."""
    if settings.database == "mysql":
        usable = settings.mysql_max_connections
    else:
        usable = settings.postgres_max_connections - RESERVED_CONNECTIONS
    pool = Pool(
        size=None if settings.pool_class == "NullPool" else settings.pool_size,
        overflow=settings.max_overflow,
        timeout=settings.pool_timeout,
        usable=usable,
    )
    return Server(
        worker_class=settings.worker,
        workers=settings.workers,
        threads=settings.threads,
        worker_connections=settings.worker_connections,
        backlog=min(settings.backlog, machine.somaxconn),
        pools=(pool,),
        holds_loop=settings.worker == "gevent" and settings.database_driver in BLOCKING_DRIVERS,
        cores=machine.cores,
    )


def demand_of(settings: Settings, costs: Costs) -> Demand:
    """What one request to the endpoint of ``settings`` asks for (``target_app/views.py``)."""
    driver = costs.drivers[settings.database_driver]
    todos: tuple[Step, ...] = (Execute(0.0), Compute(driver.rows), Checkin())
    if settings.endpoint == "python":
        return Demand((Sleep(settings.sleep_seconds), Note("todos"), Checkout(), *todos))
    sleep = Execute(settings.sleep_seconds + driver.late if settings.sleep_seconds else 0.0)
    return Demand((Checkout(), sleep, Compute(driver.reply), Note("todos"), *todos))


def promise_of(settings: Settings, machine: Machine, costs: Costs, chances: int = 0) -> Promise:
    """What a burst at one of our endpoints will take, under so many ``chances``; 0 finds a number.

    Where requests are few, more of them cost nothing.
    """
    server, demand = server_of(settings, machine), demand_of(settings, costs)
    demands, drivers = [demand] * settings.requests, [settings.database_driver]
    deadline = settings.deadline_seconds or math.inf

    def run(chance: Chance) -> Outcome:
        return simulate(server, demands, drivers, costs, chance=chance, deadline=deadline)

    many = max(FEWEST, min(MOST, WORTH // settings.requests))
    return promise(run, chances or many)
