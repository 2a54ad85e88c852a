"""The server that the model simulates: its workers, their pools, and the machine below."""

from dataclasses import dataclass

COOPERATIVE = frozenset({"gevent"})  # one thread of many greenlets
THREADED = frozenset({"gthread"})


@dataclass(frozen=True)
class Pool:
    """A pool of each worker, and how many connections its database gives to all of them.

    ``size`` and ``overflow`` as SQLAlchemy's QueuePool takes them; ``size`` None is NullPool.
    ``usable`` None is a database without a limit.
    """

    size: int | None = 5
    overflow: int = 10
    timeout: float = 30.0
    lifo: bool = False
    usable: int | None = None

    @property
    def capacity(self) -> int | None:
        """Connections that it gives out at once; None without a limit."""
        if self.size is None or self.size == 0 or self.overflow == -1:
            return None
        return self.size + self.overflow


@dataclass(frozen=True)
class Server:
    """How requests are served.

    ``worker_class`` is gunicorn's sync, gthread or gevent. ``backlog`` is what the kernel really
    holds. ``holds_loop`` says that the driver stops its worker while the database works.
    """

    worker_class: str = "gevent"
    workers: int = 1
    threads: int = 8
    worker_connections: int = 1000
    backlog: int = 2048
    pools: tuple[Pool, ...] = (Pool(),)
    holds_loop: bool = False
    cores: int = 2
    linear_retries: int = 4  # of the client's kernel, see backlog.py

    @property
    def accepted(self) -> int:
        """Connections that one worker has accepted at most."""
        return 1 if self.worker_class == "sync" else self.worker_connections

    @property
    def at_once(self) -> int:
        """Requests that one worker runs at most, as long as nothing holds its loop."""
        if self.worker_class == "gthread":
            return min(self.threads, self.worker_connections)
        return self.accepted

    @property
    def waits_hold_worker(self) -> bool:
        """Whether a request that sleeps keeps its worker from others."""
        return self.worker_class == "sync"
