"""What a person chooses for a run, with units, allowed ranges and words.

Each field of ``Settings`` carries its own description (range, unit, words for the page), from
which the validation, the page's form, the command line's options and the API's schema are all
made.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from fields import Field, choice, number, shown
from modes import (
    ASGI,
    MODES,
    MOST_REQUESTS,
    MYSQL_DRIVERS,
    POSTGRES_DRIVERS,
    SERVERS,
    asgi_concurrency,
    mixed,
)

AUTO = "auto"
ENDPOINTS = {name: f"/sleep/{name}/" for name in ("python", "postgres", "mysql")}


class TargetKind(StrEnum):
    """What a run's requests go to."""

    EXAMPLE = "example"  # our own app with its sleeping endpoints
    APP = "app"  # somebody's own, which the command line names
    URL = "url"  # a server that somebody else runs


class SettingsError(ValueError):
    """Settings that cannot be used: ``errors`` holds ``(field, message)`` pairs."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in errors))
        self.errors = errors


@dataclass(frozen=True)
class Settings:
    """What a person chooses for one run."""

    mode: str = choice(
        "gevent-green", tuple(MODES), "Mode", "main", "A preset of worker class and driver."
    )
    endpoint: str = choice(
        "postgres",
        tuple(ENDPOINTS),
        "Endpoint",
        "main",
        "Where each request sleeps.",
    )
    requests: int = number(
        100,
        1,
        MOST_REQUESTS,
        "Requests",
        "main",
        "Number of requests, all released at the same moment.",
    )
    sleep_seconds: float = number(1.0, 0, 60, "Sleep", "main", "How long each request sleeps.", "s")
    worker_class: str = choice(
        AUTO,
        (AUTO, "sync", "gevent", "gthread"),
        "Worker class",
        "server",
        "gunicorn worker class; auto uses the mode's.",
    )
    driver: str = choice(
        AUTO,
        (AUTO, *POSTGRES_DRIVERS, *MYSQL_DRIVERS),
        "Driver",
        "server",
        "Database driver; auto uses the mode's.",
    )
    server: str = choice(
        AUTO,
        (AUTO, *SERVERS),
        "Server",
        "server",
        "What serves the app; auto: gunicorn for WSGI, and for ASGI what your app calls for.",
    )
    workers: int = number(1, 1, 16, "Workers", "server", "Worker processes.")
    threads: int = number(8, 1, 1000, "Threads", "server", "Threads per worker (gthread only).")
    thread_tokens: int = number(
        40,
        1,
        1000,
        "Thread tokens",
        "server",
        "Threads per worker that anyio runs def endpoints in (ASGI only); 40 is anyio's default.",
    )
    limit_concurrency: int = number(
        0,
        0,
        20_000,
        "limit_concurrency",
        "server",
        "Connections beyond which uvicorn answers 503; 0 means no limit.",
    )
    worker_connections: int = number(
        1000,
        1,
        20_000,
        "Worker connections",
        "server",
        "Connections a gevent or gthread worker accepts at once.",
    )
    backlog: int = number(
        2048,
        1,
        65_535,
        "Backlog",
        "server",
        "Connections the kernel queues for the workers, at most net.core.somaxconn.",
    )
    pool_from: str = choice(
        "app",
        ("app", "here"),
        "Pool settings from",
        "pool",
        "app: the pool your app configures. here: the pool below, for this run only.",
    )
    pool_class: str = choice(
        "QueuePool",
        ("QueuePool", "NullPool"),
        "Pool class",
        "pool",
        "QueuePool limits connections per worker; NullPool opens a new one per checkout.",
    )
    pool_size: int = number(
        5,
        0,
        1000,
        "pool_size",
        "pool",
        "Connections kept open per worker; 0 means unlimited.",
    )
    max_overflow: int = number(
        10,
        -1,
        1000,
        "max_overflow",
        "pool",
        "Extra connections per worker, closed when returned; -1 means unlimited.",
    )
    pool_timeout: float = number(
        30.0,
        0,
        600,
        "pool_timeout",
        "pool",
        "How long a request waits for a connection before it fails.",
        "s",
    )
    postgres_max_connections: int = number(
        100,
        10,
        2000,
        "Postgres max_connections",
        "database",
        "For the embedded Postgres only; your own server keeps its setting.",
    )
    mysql_max_connections: int = number(
        151,
        10,
        2000,
        "MySQL max_connections",
        "database",
        "For the private MariaDB or MySQL only; your own server keeps its setting.",
    )
    deadline_seconds: float = number(
        0.0,
        0,
        3600,
        "Deadline",
        "burst",
        "How long the client waits for an answer; 0 means twice the forecast plus a minute.",
        "s",
    )

    @property
    def worker(self) -> str:
        """The worker class: ``sync``, ``gevent`` or ``gthread`` of gunicorn, or ``asgi``."""
        if self.worker_class != AUTO:
            return self.worker_class
        return MODES[self.mode].worker_class

    @property
    def interface(self) -> str:
        """``WSGI`` or ``ASGI``."""
        return "ASGI" if self.worker == ASGI else "WSGI"

    @property
    def database(self) -> str:
        """The database that the endpoint asks: the Python one reads Postgres' todos."""
        return "mysql" if self.endpoint == "mysql" else "postgres"

    @property
    def postgres_driver(self) -> str:
        """The Postgres driver, by hand or by mode."""
        if self.driver in POSTGRES_DRIVERS:
            return self.driver
        by_mode = MODES[self.mode].postgres_driver
        return "psycopg2" if self.worker != "gevent" and by_mode == "psycopg2-green" else by_mode

    @property
    def mysql_driver(self) -> str:
        """The MySQL driver, by hand or by mode."""
        return self.driver if self.driver in MYSQL_DRIVERS else MODES[self.mode].mysql_driver

    @property
    def database_driver(self) -> str:
        """The driver of the database that the endpoint asks."""
        return self.mysql_driver if self.database == "mysql" else self.postgres_driver

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

    @property
    def path(self) -> str:
        """The path and query of each request, where the command line names none."""
        return f"{ENDPOINTS[self.endpoint]}?seconds={self.sleep_seconds:g}"

    def as_dict(self) -> dict[str, Any]:
        """The chosen fields, for JSON."""
        return asdict(self)


FIELDS = {
    each.name: Field(name=each.name, default=each.default, **each.metadata)
    for each in fields(Settings)
}


def read_settings(given: Mapping[str, Any]) -> Settings:
    """Settings from values or their texts; what is absent keeps its default.

    SettingsError names every field that cannot be used, with the allowed range.
    """
    errors = [(name, f"unknown setting {shown(name)}") for name in given if name not in FIELDS]
    values = {}
    for name, described in FIELDS.items():
        if name not in given:
            continue
        try:
            values[name] = described.parse(given[name])
        except ValueError as error:
            errors.append((name, str(error)))
    if errors:
        raise SettingsError(errors)
    settings = Settings(**values)
    errors = _contradictions(settings)
    if errors:
        raise SettingsError(errors)
    return settings


def _contradictions(settings: Settings) -> list[tuple[str, str]]:
    errors = []
    if settings.driver == "psycopg2-green" and settings.worker != "gevent":
        why = (
            "psycopg2-green hands waiting over to gevent's loop, which a "
            f"{settings.worker} worker does not have: use driver psycopg2, or worker class gevent"
        )
        errors.append(("driver", why))
    driver = "" if settings.driver == AUTO else settings.driver
    errors += mixed(settings.mode, settings.worker, settings.server, driver)
    drivers = MYSQL_DRIVERS if settings.database == "mysql" else POSTGRES_DRIVERS
    if settings.driver != AUTO and settings.driver not in drivers:
        why = (
            f"driver {settings.driver} does not speak to {settings.database}: "
            f"endpoint {settings.endpoint} takes {', '.join(drivers)} or auto"
        )
        errors.append(("driver", why))
    if settings.pool_size == 0 and settings.pool_class == "QueuePool" and settings.max_overflow > 0:
        why = (
            "pool_size 0 means a pool without any limit, so max_overflow has no effect: "
            "set max_overflow to 0 or -1, or pool_size to 1 or more"
        )
        errors.append(("max_overflow", why))
    return errors
