"""What a run turned out to have: the settings of a person, with what was found in their place.

A run of a user app takes the pool and the driver as the app has them, and how long its requests
take is known only when they were measured. The rules that judge a run, and the forecast, read
this and not the settings.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from modes import ASGI, asgi_concurrency
from settings import Settings, TargetKind

NO_DRIVER = "none"
DRIVERS_POOLS = ("asyncpg.", "psycopg_pool.")


def is_drivers(pool_class: str) -> bool:
    """Whether a pool is a driver's own, which no setting of a run reaches."""
    return pool_class.startswith(DRIVERS_POOLS)


@dataclass(frozen=True)
class EffectiveModel:
    """How a run was served, and what each of its requests needed; times in seconds.

    ``driver`` is ``none`` where an app uses none that we know. ``sleep_seconds`` is the sleep of
    an endpoint of ours, and otherwise the median service of the requests.
    """

    kind: TargetKind
    endpoint: str  # of our example app
    requests: int
    mode: str
    worker: str
    workers: int
    threads: int
    thread_tokens: int  # of anyio's threads
    limit_concurrency: int
    worker_connections: int
    backlog: int
    pool_class: str
    pool_size: int
    max_overflow: int
    pool_timeout: float
    database: str
    driver: str
    sleep_seconds: float
    max_connections: int  # of the database, as far as it is ours

    @classmethod
    def of(
        cls, settings: Settings, kind: TargetKind = TargetKind.EXAMPLE, **observed: Any
    ) -> "EffectiveModel":
        """What the settings say, with what was ``observed`` in their place."""
        taken = {
            each.name: getattr(settings, each.name)
            for each in fields(cls)
            if hasattr(settings, each.name)
        }
        mysql = settings.database == "mysql"
        limit = settings.mysql_max_connections if mysql else settings.postgres_max_connections
        taken |= {"kind": kind, "driver": settings.database_driver, "max_connections": limit}
        return cls(**(taken | observed))

    def changed(self, settings: Settings, changes: dict[str, Any]) -> "EffectiveModel":
        """The same run with ``changes``, after which its settings would be ``settings``."""
        names = {each.name for each in fields(self)}
        kept = {name: value for name, value in changes.items() if name in names}
        kept["worker"] = settings.worker
        if self.kind is TargetKind.EXAMPLE:
            after = EffectiveModel.of(settings)
            kept |= {"driver": after.driver, "max_connections": after.max_connections}
        elif kept.get("driver", "auto") == "auto":
            kept.pop("driver", None)  # an app keeps its own
        return replace(self, **kept)

    @property
    def concurrency(self) -> int:
        """Requests that one worker runs at once, as long as nothing holds its loop."""
        if self.worker == ASGI:
            return asgi_concurrency(self.mode, self.thread_tokens)
        return {"sync": 1, "gthread": self.threads}.get(self.worker, self.worker_connections)

    @property
    def pool_capacity(self) -> int | None:
        """Connections that one worker's pool gives out at once; None without a limit."""
        unlimited = self.pool_class == "NullPool" or self.pool_size == 0 or self.max_overflow == -1
        return None if unlimited else self.pool_size + self.max_overflow
