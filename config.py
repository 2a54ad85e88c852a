"""Frozen settings records with units and allowed ranges; the only reader of ``os.environ``.

``Settings`` is what a person chooses for a run. Each of its fields carries its own description
(range, unit, words for the page), from which the validation, the page's form, the command line's
options and the API's schema are all made. ``TargetConfig`` is what one target process is told.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 1.0
MINUTES = 60 * SECONDS

ROOT = Path(__file__).resolve().parent  # where our packages, pages and styles lie
LOOPBACK = "127.0.0.1"
AUTO = "auto"


class Mode(NamedTuple):
    """A preset over worker class and drivers."""

    name: str
    title: str
    worker_class: str
    postgres_driver: str
    mysql_driver: str


MODES = {
    mode.name: mode
    for mode in (
        Mode("blocking", "server and database blocking", "sync", "psycopg2", "pymysql"),
        Mode("gevent", "database blocking", "gevent", "psycopg2", "mysqlclient"),
        Mode("gevent-green", "both non-blocking", "gevent", "psycopg2-green", "pymysql"),
        Mode("threads", "a thread per request", "gthread", "psycopg2", "pymysql"),
    )
}
POSTGRES_DRIVERS = ("psycopg2", "psycopg2-green", "psycopg")
MYSQL_DRIVERS = ("pymysql", "mysqlconnector", "mysqlclient")
ENDPOINTS = {name: f"/sleep/{name}/" for name in ("python", "postgres", "mysql")}
URL = "url"  # the endpoint of a run at a server that somebody else runs, named by --url
APP = "app"  # the endpoint of a run of somebody's own app, whose paths the command line names


class Field(NamedTuple):
    """What a settings field allows, and how people are told about it."""

    name: str
    label: str
    kind: str  # "integer", "number" or "choice"
    default: Any
    group: str
    help: str
    minimum: float = 0
    maximum: float = 0
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        kind = "a whole number" if self.kind == "integer" else "a number"
        unit = f" {self.unit}" if self.unit else ""
        return f"{kind} from {self.minimum:g} to {self.maximum:g}{unit}"

    def parse(self, given: Any) -> Any:
        """``given``, a value or its text, as this field's type; ValueError with the range."""
        try:
            value = self._convert(given)
        except (TypeError, ValueError, OverflowError):
            value = None
        if value is None:
            raise ValueError(f"{self.name} must be {self.allowed}, not {_shown(given)}")
        return value

    def _convert(self, given: Any) -> Any:
        if self.kind == "choice":
            return given if isinstance(given, str) and given in self.choices else None
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            return None
        number = float(given)
        if not math.isfinite(number) or not self.minimum <= number <= self.maximum:
            return None
        if self.kind == "number":
            return number
        return int(number) if number == int(number) else None


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 40 else text[:37] + "..."


def _choice(default: str, choices: tuple[str, ...], label: str, group: str, help: str) -> Any:
    metadata = {"kind": "choice", "choices": choices, "label": label, "group": group, "help": help}
    return field(default=default, metadata=metadata)


def _number(  # noqa: PLR0913, PLR0917
    default: float,
    minimum: float,
    maximum: float,
    label: str,
    group: str,
    help: str,
    unit: str = "",
) -> Any:
    kind = "integer" if isinstance(default, int) else "number"
    metadata = {
        "kind": kind,
        "minimum": minimum,
        "maximum": maximum,
        "label": label,
        "group": group,
        "help": help,
        "unit": unit,
    }
    return field(default=default, metadata=metadata)


class SettingsError(ValueError):
    """Settings that cannot be used: ``errors`` holds ``(field, message)`` pairs."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in errors))
        self.errors = errors


@dataclass(frozen=True)
class Settings:
    """What a person chooses for one run."""

    mode: str = _choice(
        "gevent-green", tuple(MODES), "Mode", "main", "A preset of worker class and driver."
    )
    endpoint: str = _choice(
        "postgres",
        (*ENDPOINTS, APP, URL),
        "Endpoint",
        "main",
        "Where each request sleeps; app is your own, as --app names it; url the server of --url.",
    )
    requests: int = _number(
        100, 1, 10_000, "Requests", "main", "How many requests are released together."
    )
    sleep_seconds: float = _number(
        1.0, 0, 60, "Sleep", "main", "How long each request sleeps.", "s"
    )
    worker_class: str = _choice(
        AUTO,
        (AUTO, "sync", "gevent", "gthread"),
        "Worker class",
        "server",
        "gunicorn's worker class; auto takes the mode's.",
    )
    driver: str = _choice(
        AUTO,
        (AUTO, *POSTGRES_DRIVERS, *MYSQL_DRIVERS),
        "Driver",
        "server",
        "The database driver; auto takes the mode's.",
    )
    workers: int = _number(1, 1, 16, "Workers", "server", "Worker processes.")
    threads: int = _number(
        8, 1, 1000, "Threads", "server", "Threads per worker; only gthread uses them."
    )
    worker_connections: int = _number(
        1000,
        1,
        20_000,
        "Worker connections",
        "server",
        "Connections that a gevent or gthread worker accepts at once.",
    )
    backlog: int = _number(
        2048,
        1,
        65_535,
        "Backlog",
        "server",
        "Connections that the kernel queues for the workers.",
    )
    pool_from: str = _choice(
        "app",
        ("app", "here"),
        "Pool settings from",
        "pool",
        "Of your own app: its own settings, or those below, for this run only.",
    )
    pool_class: str = _choice(
        "QueuePool",
        ("QueuePool", "NullPool"),
        "Pool class",
        "pool",
        "QueuePool limits connections per worker; NullPool opens one for each checkout.",
    )
    pool_size: int = _number(
        5,
        0,
        1000,
        "pool_size",
        "pool",
        "Connections the pool keeps, per worker; 0 means no limit.",
    )
    max_overflow: int = _number(
        10,
        -1,
        1000,
        "max_overflow",
        "pool",
        "Connections beyond pool_size that are closed on return; -1 means no limit.",
    )
    pool_timeout: float = _number(
        30.0, 0, 600, "pool_timeout", "pool", "How long a request waits for a connection.", "s"
    )
    postgres_max_connections: int = _number(
        100,
        10,
        2000,
        "Postgres max_connections",
        "database",
        "Of the embedded Postgres; a server of yours keeps its own.",
    )
    mysql_max_connections: int = _number(
        151,
        10,
        2000,
        "MySQL max_connections",
        "database",
        "Of the private MariaDB or MySQL; a server of yours keeps its own.",
    )
    deadline_seconds: float = _number(
        0.0,
        0,
        3600,
        "Deadline",
        "burst",
        "How long the client waits for an answer; 0 takes twice the forecast and a minute.",
        "s",
    )

    @property
    def worker(self) -> str:
        """gunicorn's worker class: ``sync``, ``gevent`` or ``gthread``."""
        if self.worker_class != AUTO:
            return self.worker_class
        return MODES[self.mode].worker_class

    @property
    def database(self) -> str:
        """The database that the endpoint asks: the Python one reads Postgres' todos."""
        if self.endpoint == APP:
            return "mysql" if self.driver in MYSQL_DRIVERS else "postgres"
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
        if self.endpoint == APP and self.driver not in {AUTO, *POSTGRES_DRIVERS, *MYSQL_DRIVERS}:
            return self.driver  # as it was found in the app
        return self.mysql_driver if self.database == "mysql" else self.postgres_driver

    @property
    def concurrency(self) -> int:
        """Requests that one worker runs at once, as long as nothing holds its loop."""
        return {"sync": 1, "gthread": self.threads}.get(self.worker, self.worker_connections)

    @property
    def pool_capacity(self) -> int | None:
        """Connections that one worker's pool gives out at once; None without a limit."""
        unlimited = self.pool_class == "NullPool" or self.pool_size == 0 or self.max_overflow == -1
        return None if unlimited else self.pool_size + self.max_overflow

    @property
    def path(self) -> str:
        """The path and query of each request, where the command line names none."""
        if self.endpoint in {APP, URL}:
            return "/"
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
    errors = [(name, f"there is no setting {_shown(name)}") for name in given if name not in FIELDS]
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


@dataclass(frozen=True)
class TargetConfig:
    """What one target process is told through its environment."""

    postgres_url: str
    mysql_url: str = ""
    sleep_seconds: float = 5 * SECONDS
    pool_class: str = "QueuePool"
    pool_size: int = 5
    max_overflow: int = 10
    pool_timeout: float = 30 * SECONDS
    psycogreen: bool = False
    beacon: str = ""  # HOST:PORT that marks are sent to; none without a dashboard
    token: str = ""  # lets the dashboard know its own target's notices

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "TargetConfig":
        """Read the environment of a target, also one that is started by hand.

        SettingsError where a value is out of its range.
        """
        pool = {name: environ[name.upper()] for name in _POOL if name.upper() in environ}
        if "SLEEP_SECONDS" in environ:
            pool["sleep_seconds"] = environ["SLEEP_SECONDS"]
        settings = read_settings({"sleep_seconds": 5 * SECONDS, **pool})
        return cls(
            postgres_url=environ.get("POSTGRES_URL") or _embedded_postgres_url(environ),
            mysql_url=environ.get("MYSQL_URL", ""),
            sleep_seconds=settings.sleep_seconds,
            psycogreen=environ.get("PSYCOGREEN", "").lower() in {"1", "true", "yes", "on"},
            beacon=environ.get("POOLSCOPE_BEACON", ""),
            token=environ.get("POOLSCOPE_TOKEN", ""),
            **{name: getattr(settings, name) for name in _POOL},
        )

    def to_environ(self) -> dict[str, str]:
        """The variables that ``from_environ`` reads back."""
        texts = {name.upper(): str(getattr(self, name)) for name in _POOL}
        return {
            **texts,
            "POSTGRES_URL": self.postgres_url,
            "MYSQL_URL": self.mysql_url,
            "SLEEP_SECONDS": str(self.sleep_seconds),
            "PSYCOGREEN": "true" if self.psycogreen else "",
            "POOLSCOPE_BEACON": self.beacon,
            "POOLSCOPE_TOKEN": self.token,
        }


_POOL = ("pool_class", "pool_size", "max_overflow", "pool_timeout")


def _embedded_postgres_url(environ: Mapping[str, str]) -> str:
    """Where the first dashboard's embedded Postgres listens while it runs."""
    sockets = Environment.read(environ).data_dir / "1" / "postgres"
    return f"postgresql+psycopg2://postgres@/poolscope?host={sockets}"


HISTORY_KEEP = 1000  # runs; pinned ones are not counted


@dataclass(frozen=True)
class Environment:
    """What the dashboard takes from its environment."""

    data_dir: Path
    postgres_url: str = ""
    mysql_url: str = ""
    path: str = ""
    ci: bool = False
    history_url: str = ""  # of a server database; none takes a file in the data directory
    history_keep: int = HISTORY_KEEP
    server_token: str = field(default="", repr=False)  # of the dashboard that --server names

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Environment":
        """Read the environment; nothing is created."""
        given = environ.get("POOLSCOPE_DATA_DIR")
        return cls(
            data_dir=Path(given) if given else _default_data_dir(),
            postgres_url=environ.get("POSTGRES_URL", ""),
            mysql_url=environ.get("MYSQL_URL", ""),
            path=environ.get("PATH", os.defpath),
            ci=environ.get("CI", "").lower() == "true",
            history_url=environ.get("HISTORY_URL", ""),
            history_keep=_history_keep(environ.get("HISTORY_KEEP", "")),
            server_token=environ.get("POOLSCOPE_SERVER_TOKEN", ""),
        )


def _history_keep(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and int(given) else HISTORY_KEEP


def _default_data_dir() -> Path:
    # Postgres refuses to run as root, and the user it then runs as cannot enter root's home.
    if os.geteuid() == 0:
        return Path("/var/lib/poolscope")
    import platformdirs

    return Path(platformdirs.user_data_dir("poolscope"))


def child_environ(**extra: str) -> dict[str, str]:
    """The environment for a child process: ours, less what would steer gunicorn, plus ``extra``."""
    kept = {name: text for name, text in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
    return {**kept, **extra}
