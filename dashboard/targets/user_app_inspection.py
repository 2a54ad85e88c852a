"""A look at your app's environment before it is served: versions, settings, WSGI or ASGI.

The scripts are ours, the interpreter, directory and variables are the app's.
"""

import contextlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from config import SECONDS
from dashboard.errors import StartError

from .probe_package import NAME, PROBE
from .user_app_environment import AppEnvironment
from .user_app_options import App

LOOK_SECONDS = 30 * SECONDS
IMPORT_SECONDS = 120 * SECONDS  # a large app imports much
OLDEST_PYTHON = (3, 9)


def inspect_environment(app: App, environ: dict[str, str], probe: Path) -> AppEnvironment:
    """Look at the app's environment; StartError with cause and cure where it cannot serve it.

    ``probe`` is the directory with the probe.
    """
    script = (PROBE / "entry" / "inspect_environment.py").read_text()
    try:
        told, log = _told(app, environ, ["-c", script, app.config], LOOK_SECONDS)
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
    if told is None:
        raise StartError(
            f"{app.python} is no Python that Poolscope can look into",
            f"Name a Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer with --python",
            app.redact(log)[-2000:],
        )
    _check_python(told, app)
    return _checked(told, app, _interface(app, environ, probe))


def _told(
    app: App, environ: dict[str, str], argv: list[str], seconds: float
) -> tuple[dict[str, Any] | None, str]:
    """What a script of ours wrote in the app's environment, None for nothing, and its stderr."""
    done = subprocess.run(
        [str(app.python), *argv],
        env=environ,
        cwd=app.chdir,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    written = done.stdout.decode(errors="replace")
    found = re.findall(r"^poolscope (\{.*\})$", written, re.MULTILINE)
    return json.loads(found[-1]) if found else None, done.stderr.decode(errors="replace")


def _interface(app: App, environ: dict[str, str], probe: Path) -> str:
    """WSGI or ASGI. An app that cannot be loaded is taken for WSGI: gunicorn says why it cannot."""
    path = os.pathsep.join(filter(None, [str(probe), environ.get("PYTHONPATH", "")]))
    argv = ["-m", f"{NAME}.entry.inspect_app", app.module]
    with contextlib.suppress(subprocess.TimeoutExpired):
        told, _ = _told(app, {**environ, "PYTHONPATH": path}, argv, IMPORT_SECONDS)
        if told is not None and told["interface"]:
            return str(told["interface"])
    return "WSGI"


def _check_python(seen: dict[str, Any], app: App) -> None:
    version = tuple(int(part) for part in re.findall(r"\d+", seen["python"])[:2])
    if version < OLDEST_PYTHON:
        raise StartError(
            f"{app.python} is Python {seen['python']}",
            "The probe needs Python 3.9 or newer in your app's environment",
        )


def _checked(seen: dict[str, Any], app: App, interface: str) -> AppEnvironment:
    if interface == "WSGI" and "gunicorn" not in seen["versions"]:
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
    told = seen.get("gunicorn") or {"settings": {}, "chosen": [], "known": [], "workers": []}
    beside = app.chdir / "gunicorn.conf.py"
    return AppEnvironment(
        seen["python"],
        seen["versions"],
        told["settings"],
        app.config or (str(beside) if beside.is_file() else ""),
        tuple(told["chosen"]),
        frozenset(told["known"]),
        interface,
        frozenset(told["workers"]),
    )
