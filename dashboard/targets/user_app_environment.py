"""What was seen in your app's environment, and what follows: which modes and servers it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modes import ASGI, MODES
from settings import AUTO, Settings, SettingsError, read_settings

from .user_app_options import App

MODE_OF_CLASS = {"sync": "blocking", "gthread": "threads", "gevent": "gevent"}
TAKEN = ("workers", "threads", "worker_connections", "backlog")


@dataclass(frozen=True)
class AppEnvironment:
    """What was seen in the app's environment."""

    python: str
    versions: dict[str, str]
    settings: dict[str, Any]  # gunicorn's, as the app's own configuration makes them
    config: str = ""  # that configuration, "" where there is none
    chosen: tuple[str, ...] = ()  # those that are not gunicorn's defaults
    known: frozenset[str] = field(default=frozenset())  # every setting of that gunicorn
    interface: str = "WSGI"  # or ASGI, what the app is
    workers: frozenset[str] = field(default=frozenset())  # gunicorn's own worker classes

    @property
    def has_psycopg2(self) -> bool:
        """Whether the app may use psycopg2."""
        return bool({"psycopg2", "psycopg2-binary"} & self.versions.keys())

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers here that can serve the app, the one that it calls for first."""
        if self.interface == "WSGI":
            return ("gunicorn",) if "gunicorn" in self.versions else ()
        packages = {"uvicorn": "uvicorn", "hypercorn": "Hypercorn", "granian": "granian"}
        found = [name for name, package in packages.items() if package in self.versions]
        if self.gunicorn_asgi_class:
            configured = _is_asgi_class(self.settings.get("worker_class"))
            found.insert(0 if configured else len(found), "gunicorn")
        return tuple(found)

    @property
    def gunicorn_asgi_class(self) -> str:
        """The worker class with which gunicorn serves ASGI here, "" where it cannot.

        The one of the app's own configuration, uvicorn's where its package is there, or
        gunicorn's own, which came with gunicorn 24.
        """
        if "gunicorn" not in self.versions:
            return ""
        kind = self.settings.get("worker_class")
        if _is_asgi_class(kind):
            return str(kind)
        if "uvicorn-worker" in self.versions:
            return "uvicorn_worker.UvicornWorker"
        return ASGI if ASGI in self.workers else ""

    def server_of(self, settings: Settings) -> str:
        """The server of a run."""
        return settings.server if settings.server != AUTO else next(iter(self.servers), "")

    def missing(self, settings: Settings, app: App) -> str:
        """Why this environment cannot run the settings' mode, with the pip line; "" if it can."""
        pip = f"{app.python} -m pip install"
        if settings.interface != self.interface:
            mode = "asyncio" if self.interface == "ASGI" else "threads"
            return f"your app is {self.interface}, and mode {settings.mode} is not: use {mode}"
        if settings.interface == "ASGI":
            if settings.mode != "asyncio":
                return "def or async def is for your app to say: use mode asyncio"
            server = self.server_of(settings)
            if server not in self.servers:
                return f"no {server or 'ASGI server'} in your app's environment: {pip} " + (
                    server or "uvicorn"
                )
        if settings.worker == "gevent":
            if "gevent" not in self.versions:
                return f"gevent is not installed in your app's environment: {pip} gevent"
            green = settings.postgres_driver == "psycopg2-green"
            if green and self.has_psycopg2 and "psycogreen" not in self.versions:
                return (
                    "psycogreen is not installed in your app's environment, and psycopg2 holds "
                    f"gevent's loop without it: {pip} psycogreen, or choose mode gevent"
                )
        return ""

    @property
    def given(self) -> str:
        """What gunicorn gets from the app's own configuration, in words."""
        if "gunicorn" not in self.servers:
            return ""
        own = ", ".join(f"{n} {self.settings[n]}" for n in self.chosen if n in self.settings)
        name = self.config.rpartition("/")[2] or "no gunicorn.conf.py"
        return f"{name}: {own or 'the defaults of gunicorn'}"

    def defaults(self) -> Settings:
        """The settings that a run of the app begins with: those of its own configuration."""
        if self.interface == "ASGI":
            return self._asgi_defaults()
        kind = _worker_class(self.settings)
        mode = MODE_OF_CLASS.get(kind, "blocking")
        if mode == "gevent" and self.has_psycopg2 and "psycogreen" in self.versions:
            mode = "gevent-green"
        given: dict[str, Any] = {"mode": mode, "sleep_seconds": 0}
        for name in TAKEN:
            try:
                read_settings({name: self.settings.get(name)})
            except SettingsError:  # beyond what a run can try
                continue
            if name != "threads" or kind == "gthread":
                given[name] = self.settings[name]
        return read_settings(given)

    def _asgi_defaults(self) -> Settings:
        workers = self.settings.get("workers", 1) if self.servers[:1] == ("gunicorn",) else 1
        given: dict[str, Any] = {"mode": "asyncio", "sleep_seconds": 0}
        try:
            return read_settings({**given, "workers": workers})
        except SettingsError:  # beyond what a run can try
            return read_settings(given)

    @property
    def note(self) -> str:
        """What of the app's own configuration a run cannot do as it says, "" where it can."""
        if self.interface == "ASGI":
            return ""
        kind = str(self.settings.get("worker_class", "sync"))
        if _worker_class(self.settings) in MODE_OF_CLASS:
            return ""
        return (
            f"Your gunicorn configuration asks for worker class {kind}, of which Poolscope shows "
            "nothing: runs use sync, gthread or gevent instead."
        )

    def as_json(self) -> dict[str, Any]:
        """What the page shows and a record keeps."""
        shown = {n: v for n, v in self.versions.items() if n != "packaging"}
        return {
            "python": self.python,
            "versions": shown,
            "given": self.given,
            "interface": self.interface,
            "servers": list(self.servers),
        }


def _is_asgi_class(kind: object) -> bool:
    """Whether a worker class of gunicorn serves ASGI, by its name."""
    return (
        str(kind) in {ASGI, "gunicorn.workers.gasgi.ASGIWorker"} or "uvicorn" in str(kind).lower()
    )


def _worker_class(settings: Mapping[str, Any]) -> str:
    kind = str(settings.get("worker_class", "sync")).rpartition(".")[2].lower()
    known = {"syncworker": "sync", "threadworker": "gthread", "geventworker": "gevent"}
    kind = known.get(kind, kind)
    return "gthread" if kind == "sync" and int(settings.get("threads") or 1) > 1 else kind


def modes_of(seen: AppEnvironment, app: App) -> dict[str, str]:
    """Why each mode cannot be run in the app's environment, "" for those that can."""
    return {name: seen.missing(Settings(mode=name), app) for name in MODES}
