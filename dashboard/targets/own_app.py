"""What our own target is started with."""

import sys
from dataclasses import dataclass, replace

from config import ROOT, SECONDS, TargetConfig, own_environ
from dashboard.databases.databases import Urls
from dashboard.errors import StartError
from modes import ASGI
from settings import AUTO, Settings

from .servers import BY_NAME, Server, Serving

START_TIMEOUT = 30 * SECONDS
_CURES = (
    ("No module named", "Install Poolscope again (in a checkout: make run)"),
    ("requires gevent", "Install Poolscope again (in a checkout: make run)"),
    ("Address already in use", "Launch again to use another port"),
    ("Too many open files", "Raise the open-file limit: ulimit -n 20000"),
    ("Cannot allocate memory", "Use fewer workers"),
)


@dataclass(frozen=True)
class TargetSpec:
    """What a target is started with: while it stays the same, the target keeps running."""

    server_name: str
    serving: Serving
    config: TargetConfig
    servers: str = ""  # a database that was started anew has left its pool with broken connections

    cwd = ROOT
    ready_path = "/healthz"

    @property
    def start_seconds(self) -> float:
        """How long it may take to come up."""
        return START_TIMEOUT

    @classmethod
    def of(cls, settings: Settings, urls: Urls) -> "TargetSpec":
        """The start settings of a run; what its worker class does not use is left out."""
        is_asgi = settings.worker == ASGI
        usual = "uvicorn" if is_asgi else "gunicorn"
        app = "target_app.asgi:app" if is_asgi else "target_app.wsgi:app"
        serving = Serving.of(settings, sys.executable, app)
        return cls(
            server_name=usual if settings.server == AUTO else settings.server,
            serving=replace(serving, config="python:target_app.gunicorn_conf", access_log=False),
            config=TargetConfig(
                postgres_url=urls.postgres,
                mysql_url=urls.mysql,
                pool_class=settings.pool_class,
                pool_size=settings.pool_size,
                max_overflow=settings.max_overflow,
                pool_timeout=settings.pool_timeout,
                psycogreen=settings.postgres_driver == "psycopg2-green",
                mode=settings.mode if is_asgi else "",
                thread_tokens=settings.thread_tokens if is_asgi else 0,
            ),
            servers=urls.servers,
        )

    @property
    def workers(self) -> int:
        """Worker processes."""
        return self.serving.workers

    @property
    def server(self) -> Server:
        """What serves it."""
        return BY_NAME[self.server_name]

    def argv(self, timeout_seconds: int) -> list[str]:
        """The server's command line; port 0 lets the kernel choose a free one."""
        return self.server.argv(replace(self.serving, timeout_seconds=timeout_seconds))

    def environ(self, beacon: str, token: str) -> dict[str, str]:
        """The target's configuration as the variables that it reads."""
        config = replace(self.config, beacon=beacon, token=token)
        return own_environ(PYTHONUNBUFFERED="1", **config.to_environ())

    def failure(self, what: str, log: str) -> StartError:
        """Why it did not come up, with the last lines that it wrote."""
        cure = next((cure for text, cure in _CURES if text in log), "Read its last lines below")
        return StartError(f"The target {what}", cure, log)
