"""What all servers are told alike, and what differs between them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from modes import ASGI
from settings import Settings


@dataclass(frozen=True)
class Serving:
    """One way to serve an app; what its server does not know is left out of the command line.

    ``app`` is what the server imports, ``config`` gunicorn's configuration, ``control_socket``
    whether that gunicorn has one.
    """

    python: str
    app: str
    worker_class: str
    workers: int = 1
    threads: int = 1
    worker_connections: int = 1000
    backlog: int = 2048
    limit_concurrency: int = 0
    timeout_seconds: int = 0  # that gunicorn allows a worker to be silent; 0 leaves it its own
    config: str = ""
    control_socket: bool = True
    access_log: bool = True

    @classmethod
    def of(cls, settings: Settings, python: str, app: str) -> "Serving":
        """What the settings say of the server; what its worker class does not use is left out."""
        is_asgi = settings.worker == ASGI
        return cls(
            python=python,
            app=app,
            worker_class=settings.worker,
            workers=settings.workers,
            threads=settings.threads if settings.worker == "gthread" else 1,
            worker_connections=1000 if is_asgi else settings.worker_connections,
            backlog=settings.backlog,
            limit_concurrency=settings.limit_concurrency if is_asgi else 0,
        )


@dataclass(frozen=True)
class Server:
    """One server: how it is started on a port of the kernel's choice, and where it says which.

    ``listening`` finds the port in a line of its log; None where the log does not have it.
    """

    name: str
    argv: Callable[[Serving], list[str]]
    listening: "re.Pattern[str] | None" = None
    log_is_stdout: bool = False
    interfaces: frozenset[str] = field(default=frozenset({"ASGI"}))
