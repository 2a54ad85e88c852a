"""SQLAlchemy's own QueuePool over connections that are none, for clients in threads or greenlets.

``python -m tests.dashboard.analysis.model.real_pool`` reads scripts as JSON from stdin and plays
them in greenlets, each pool with its own clients.
"""

import itertools
import json
import sys
import time
from typing import Any

PATIENCE_SECONDS = 20.0


class Connection:
    """As much of a DB-API connection as a pool wants of one."""

    def __init__(self, number: int) -> None:
        self.number = number

    def rollback(self) -> None:
        """Nothing to take back."""

    def close(self) -> None:
        """Nothing to close."""


class RealPool:
    """A QueuePool, and one thread or greenlet for each client that asks."""

    def __init__(self, size: int, overflow: int, timeout: float) -> None:
        from sqlalchemy.pool import QueuePool

        numbers = itertools.count(1)
        create: Any = lambda: Connection(next(numbers))  # noqa: E731
        self.pool = QueuePool(
            create,
            pool_size=size,
            max_overflow=overflow,
            timeout=timeout,
        )
        self.held: dict[int, Any] = {}
        self.asked: list[int] = []
        self.refused: list[int] = []
        self.gone: set[int] = set()  # have given theirs back

    def ask(self, client: int) -> None:
        """Take a connection, however long it takes; in the client's own thread."""
        from sqlalchemy.exc import TimeoutError as Refused

        self.asked.append(client)
        try:
            fairy = self.pool.connect()
        except Refused:
            self.refused.append(client)
        else:
            self.held[client] = fairy

    @property
    def waiting(self) -> int:
        """How many sleep in ``Queue.get``."""
        queue: Any = self.pool._pool
        return len(queue.not_empty._waiters)

    def state(self) -> list[Any]:
        """What can be seen of it."""
        pairs = self.held.items()
        held = sorted([client, fairy.dbapi_connection.number] for client, fairy in pairs)
        served = {*self.held, *self.refused, *self.gone}
        waiting = [client for client in self.asked if client not in served]
        queue: Any = self.pool._pool
        idle = [record.dbapi_connection.number for record in queue.queue]
        return [held, waiting, idle, self.pool._overflow]

    def settled(self) -> bool:
        """Whether everybody who asked has a connection, or sleeps."""
        has_asked = len(self.asked)
        done = len(self.held) + len(self.refused) + len(self.gone)
        return has_asked - done == self.waiting

    def play(self, step: list[Any], spawn: Any, pause: Any) -> None:
        """One step, until all have settled."""
        kind, *what = step
        end = time.monotonic() + PATIENCE_SECONDS
        if kind == "ask":
            before = len(self.asked)
            spawn(self.ask, what[0])
            while len(self.asked) == before:
                pause()
        elif kind == "back":
            fairies = [self.held.pop(client) for client in what[0]]
            self.gone |= set(what[0])
            for fairy in fairies:
                fairy.close()
            pause()
        while not self.settled() or (kind == "timeout" and self.waiting):
            if time.monotonic() > end:
                raise TimeoutError(f"{step}: not settled")
            pause()


def main() -> None:
    """Play all scripts at once, in greenlets; their states go to stdout."""
    from gevent import monkey

    monkey.patch_all()
    import gevent

    def pause() -> None:
        gevent.sleep(0.001)

    scripts = json.load(sys.stdin)
    pools = [RealPool(each["size"], each["overflow"], each["timeout"]) for each in scripts]
    found: list[list[Any]] = [[] for _ in scripts]
    # Whoever loses patience does so for all of them at once, so this comes last.
    for late in (False, True):
        for script, pool, states in zip(scripts, pools, found, strict=True):
            for step in script["steps"]:
                if (step[0] == "timeout") is late:
                    pool.play(step, gevent.spawn, pause)
                    states.append(pool.state())
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
