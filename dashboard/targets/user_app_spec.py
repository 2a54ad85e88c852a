"""What the target is started with when it serves your app."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from config import MINUTES, child_environ
from dashboard.analysis.observed_pools import POOL_FIELDS
from dashboard.errors import StartError
from modes import ASGI
from settings import AUTO, Settings, SettingsError

from .probe_package import CONFIGURATION, SERVED, write_package
from .servers import BY_NAME, Server, Serving
from .user_app_environment import AppEnvironment
from .user_app_inspection import inspect_environment
from .user_app_options import App


@dataclass(frozen=True)
class UserApp:
    """Your app, what was seen in its environment, and the directory with the probe."""

    app: App
    environment: AppEnvironment
    probe: Path

    def checked(self, settings: Settings) -> Settings:
        """The settings without what an app has of its own; SettingsError where it cannot do it."""
        missing = self.environment.missing(settings, self.app)
        if missing:
            raise SettingsError([("mode", missing)])
        return replace(settings, sleep_seconds=0.0, driver=AUTO)

    def facts(self) -> dict[str, Any]:
        """What a record keeps of it: nothing of its variables."""
        return {"module": self.app.module, **self.environment.as_json()}


def prepare_user_app(app: App, folder: Path) -> UserApp:
    """Look at the app's environment and lay out the probe in ``folder``.

    StartError with cause and cure where the environment cannot serve the app.
    """
    probe = write_package(folder)
    return UserApp(app, inspect_environment(app, app_environ(app), probe), probe)


@dataclass(frozen=True)
class AppSpec:
    """One way to serve the app: while it stays the same, the target keeps running."""

    app: App
    environment: AppEnvironment
    probe: Path  # the directory with the probe
    settings: Settings  # those that count at the start

    start_seconds = 2 * MINUTES  # a large app imports much
    ready_path = ""  # nobody knows which of an app's paths answers without doing something

    @classmethod
    def of(cls, settings: Settings, user_app: UserApp) -> "AppSpec":
        """The start settings of a run; what it does not use is left at its default."""
        kept = Settings(
            mode=settings.mode,
            worker_class=AUTO if settings.worker == ASGI else settings.worker,
            server=settings.server,
            thread_tokens=settings.thread_tokens,
            limit_concurrency=settings.limit_concurrency,
            driver=settings.postgres_driver if settings.worker == "gevent" else "auto",
            workers=settings.workers,
            threads=settings.threads if settings.worker == "gthread" else 1,
            worker_connections=settings.worker_connections,
            backlog=settings.backlog,
            pool_from=settings.pool_from,
            **({} if settings.pool_from == "app" else _pool(settings)),
        )
        return cls(user_app.app, user_app.environment, user_app.probe, kept)

    @property
    def workers(self) -> int:
        """Worker processes."""
        return self.settings.workers

    @property
    def cwd(self) -> Path:
        """Where the app's own paths begin."""
        return self.app.chdir

    @property
    def server(self) -> Server:
        """What serves it."""
        return BY_NAME[self.environment.server_of(self.settings)]

    def argv(self, timeout_seconds: int) -> list[str]:  # noqa: ARG002
        """The server's command line; how long a worker may be silent is left to the app's own."""
        is_gunicorn = self.server.name == "gunicorn"
        serving = Serving.of(
            self.settings, str(self.app.python), self.app.module if is_gunicorn else SERVED
        )
        if is_gunicorn:
            serving = replace(
                serving,
                config=CONFIGURATION,
                control_socket="control_socket" in self.environment.known,
                worker_class=self.worker_class,
            )
        return self.server.argv(serving)

    @property
    def worker_class(self) -> str:
        """gunicorn's name for the worker class."""
        if self.settings.worker != ASGI:
            return self.settings.worker
        return self.environment.gunicorn_asgi_class

    def environ(self, beacon: str, token: str) -> dict[str, str]:
        """The app's variables, the import path of the probe, and what the probe is told."""
        s = self.settings
        told: dict[str, Any] = {
            "app": "" if self.server.name == "gunicorn" else self.app.module,
            "beacon": beacon,
            "token": token,
            "conf": self.environment.config,
            "green": s.postgres_driver == "psycopg2-green" and s.worker == "gevent",
            "preload": s.worker != "gevent",
            "tokens": s.thread_tokens if s.thread_tokens != Settings.thread_tokens else None,
            "pool": None if s.pool_from == "app" else _pool(s),
        }
        environ = app_environ(self.app)
        path = [str(self.probe), *filter(None, [environ.get("PYTHONPATH", "")])]
        more = {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}
        return {**environ, **more, "POOLSCOPE_PROBE": json.dumps(told)}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the run does otherwise than the app's own configuration says."""
        notes = [self.environment.note] if self.environment.note else []
        if self.settings.worker == "gevent" and self.environment.settings.get("preload_app"):
            notes.append(
                "Your gunicorn configuration preloads the app. Under gevent that loads it before "
                "gevent has patched sockets and locks, and then one request that waits for a "
                "connection holds the whole worker: this run was started without preload_app."
            )
        return tuple(notes)

    def failure(self, what: str, log: str) -> StartError:
        """Why the app did not come up, with the cure and the last lines that it wrote."""
        log = self.app.redact(log)
        cause, cure = _explained(what, log, self.app)
        return StartError(cause, cure, log)


def app_environ(app: App) -> dict[str, str]:
    """The environment of the app's processes."""
    return child_environ(**dict(app.env))


def _pool(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in POOL_FIELDS}


def _explained(what: str, log: str, app: App) -> tuple[str, str]:
    """Cause and cure, read off what gunicorn and the app wrote."""
    pip = f"{app.python} -m pip install"
    last = last_lines(log)
    if "requires gevent" in log or "No module named 'gevent'" in log:
        return "gevent is not installed in your app's environment", f"Install it: {pip} gevent"
    if "No module named 'packaging'" in log:
        return (
            "gunicorn's gevent worker needs the package packaging",
            f"Install it: {pip} 'gunicorn[gevent]'",
        )
    if "No module named" in log:
        missing = last.partition("No module named ")[2].strip("'\" ")
        return (
            f"Your app could not be imported: {last}",
            f"Pass the directory that contains {missing or 'it'} with --chdir, or the interpreter "
            "that has it installed with --python",
        )
    if "Failed to find attribute" in log or "Failed to find application" in log:
        return (
            f"gunicorn found no app in {app.module}",
            "Put the object after the colon; call a factory with parentheses: shop:create_app()",
        )
    if "Worker failed to boot" in log or "Exception in worker process" in log:
        return (
            f"Your app could not be loaded: {last}" if last else f"Your app {what}",
            "Fix the error in the traceback below; pass environment variables it needs with "
            "--env KEY=VALUE",
        )
    return f"Your app {what}", "See its last lines below"


def last_lines(log: str) -> str:
    """The last line of the last traceback in a log, "" where there is none."""
    return next((line for line in reversed(log.splitlines()) if _is_error(line)), "")


def _is_error(line: str) -> bool:
    """Whether a line ends a traceback, as ``KeyError: 'X'`` does."""
    name = line.partition(":")[0].rpartition(".")[2]
    return not line.startswith((" ", "[")) and name.endswith(
        ("Error", "Exception", "Improper", "ImproperlyConfigured", "Interrupt")
    )
