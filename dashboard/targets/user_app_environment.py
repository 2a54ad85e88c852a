"""A look at your app's environment before anything of it runs: versions, and gunicorn's settings.

The script is ours, the interpreter, directory and variables are the app's.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config import SECONDS
from dashboard.errors import StartError
from settings import MODES, Settings, SettingsError, read_settings

from .probe_package import PROBE
from .user_app_options import App

LOOK_SECONDS = 30 * SECONDS
OLDEST_PYTHON = (3, 9)
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

    @property
    def has_psycopg2(self) -> bool:
        """Whether the app may use psycopg2."""
        return bool({"psycopg2", "psycopg2-binary"} & self.versions.keys())

    def missing(self, settings: Settings, app: App) -> str:
        """Why this environment cannot run the settings' mode, with the pip line; "" if it can."""
        pip = f"{app.python} -m pip install"
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
        own = ", ".join(f"{n} {self.settings[n]}" for n in self.chosen if n in self.settings)
        name = self.config.rpartition("/")[2] or "no gunicorn.conf.py"
        return f"{name}: {own or 'the defaults of gunicorn'}"

    def defaults(self) -> Settings:
        """The settings that a run of the app begins with: those of its own configuration."""
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

    @property
    def note(self) -> str:
        """What of the app's own configuration a run cannot do as it says, "" where it can."""
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
        return {"python": self.python, "versions": shown, "given": self.given}


def _worker_class(settings: Mapping[str, Any]) -> str:
    kind = str(settings.get("worker_class", "sync")).rpartition(".")[2].lower()
    known = {"syncworker": "sync", "threadworker": "gthread", "geventworker": "gevent"}
    kind = known.get(kind, kind)
    return "gthread" if kind == "sync" and int(settings.get("threads") or 1) > 1 else kind


def inspect_environment(app: App, environ: dict[str, str]) -> AppEnvironment:
    """Look at the app's environment; StartError with cause and cure where it cannot serve it."""
    command = [str(app.python), "-c", (PROBE / "inspect_environment.py").read_text(), app.config]
    try:
        done = subprocess.run(
            command,
            env=environ,
            cwd=app.chdir,
            capture_output=True,
            timeout=LOOK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StartError(
            f"Reading your gunicorn configuration took longer than {LOOK_SECONDS:g} s",
            "Find out what it waits for when it is loaded",
        ) from error
    except OSError as error:
        raise StartError(
            f"{app.python} could not be started ({error.strerror})",
            "Pass the interpreter of your app's environment with --python",
        ) from error
    written = done.stdout.decode(errors="replace")
    found = re.findall(r"^poolscope (\{.*\})$", written, re.MULTILINE)
    if not found:
        log = app.redact(done.stderr.decode(errors="replace"))[-2000:]
        raise StartError(
            f"{app.python} is no Python that Poolscope can look into",
            f"Pass a Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer with --python",
            log,
        )
    return _checked(json.loads(found[-1]), app)


def _checked(seen: dict[str, Any], app: App) -> AppEnvironment:
    version = tuple(int(part) for part in re.findall(r"\d+", seen["python"])[:2])
    if version < OLDEST_PYTHON:
        raise StartError(
            f"{app.python} is Python {seen['python']}",
            "The probe needs Python 3.9 or newer in your app's environment",
        )
    if "gunicorn" not in seen["versions"]:
        raise StartError(
            f"gunicorn is not installed in your app's environment ({app.python})",
            f"Install it there: {app.python} -m pip install gunicorn",
        )
    if "error" in seen:
        raise StartError(
            "Your gunicorn configuration cannot be loaded",
            "Fix it, or pass another with --gunicorn-conf; its last lines are below",
            app.redact(seen["error"]),
        )
    told = seen["gunicorn"]
    beside = app.chdir / "gunicorn.conf.py"
    return AppEnvironment(
        seen["python"],
        seen["versions"],
        told["settings"],
        app.config or (str(beside) if beside.is_file() else ""),
        tuple(told["chosen"]),
        frozenset(told["known"]),
    )


def modes_of(seen: AppEnvironment, app: App) -> dict[str, str]:
    """Why each mode cannot be run in the app's environment, "" for those that can."""
    return {name: seen.missing(Settings(mode=name), app) for name in MODES}
