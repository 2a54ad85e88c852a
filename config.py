"""Configuration from the environment; the only reader of ``os.environ``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from settings import read_settings

SECONDS = 1.0
MINUTES = 60 * SECONDS

ROOT = Path(__file__).resolve().parent  # where our packages, pages and styles lie
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class TargetConfig:
    """What one target process gets through its environment."""

    postgres_url: str
    mysql_url: str = ""
    sleep_seconds: float = 5 * SECONDS
    pool_class: str = "QueuePool"
    pool_size: int = 5
    max_overflow: int = 10
    pool_timeout: float = 30 * SECONDS
    psycogreen: bool = False
    mode: str = ""  # one of the asyncio modes, for target_app.asgi
    thread_tokens: int = 0  # of anyio's threads; 0 leaves anyio's own forty
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
            mode=environ.get("MODE", ""),
            thread_tokens=_whole(environ.get("THREAD_TOKENS", ""), 0),
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
            "MODE": self.mode,
            "THREAD_TOKENS": str(self.thread_tokens),
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
            history_keep=_whole(environ.get("HISTORY_KEEP", ""), HISTORY_KEEP),
            server_token=environ.get("POOLSCOPE_SERVER_TOKEN", ""),
        )


def _whole(given: str, default: int) -> int:
    return int(given) if given.isascii() and given.isdigit() and int(given) else default


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


def own_environ(**extra: str) -> dict[str, str]:
    """The environment for a child that runs our own modules, from whatever directory."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return child_environ(PYTHONPATH=path, **extra)
