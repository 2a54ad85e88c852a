"""Looks at the environment of somebody else's app: run there with ``python -c``, one JSON line.

The only argument is the path of the app's gunicorn configuration, "" for the one that gunicorn
finds by itself. Standard library only, Python 3.9 or newer.
"""

import json
import platform
import sys
import traceback
from importlib import metadata
from typing import Any, Dict, List

PACKAGES = (
    "gunicorn", "gevent", "SQLAlchemy", "Flask-SQLAlchemy", "Django",
    "psycopg2", "psycopg2-binary", "psycogreen", "packaging", "uvicorn", "uvicorn-worker",
    "granian", "Hypercorn", "fastapi", "starlette", "Quart", "anyio", "asyncpg", "psycopg",
    "psycopg-pool",
)  # fmt: skip
READ = (
    "workers", "threads", "worker_class", "worker_connections", "backlog", "timeout",
    "preload_app", "max_requests",
)  # fmt: skip


def versions() -> Dict[str, str]:
    """The versions of the packages that matter here; those that are not there are left out."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def configuration(path: str) -> Dict[str, Any]:
    """gunicorn's settings as the app's own configuration makes them."""
    from gunicorn.app.base import Application
    from gunicorn.workers import SUPPORTED_WORKERS

    class AppEnvironment(Application):  # type: ignore[misc]
        def init(self, *_: Any) -> None:
            """No settings of its own."""

        def load(self) -> None:
            """No app either."""

        def do_load_config(self) -> None:
            self.load_default_config()
            self.load_config()

    sys.argv = ["gunicorn", *(["--config", path] if path else [])]
    cfg = AppEnvironment().cfg
    found = {name: cfg.settings[name].get() for name in READ if name in cfg.settings}
    if not isinstance(found["worker_class"], str):
        kind = found["worker_class"]
        found["worker_class"] = "%s.%s" % (kind.__module__, getattr(kind, "__name__", "?"))
    return {
        "settings": {name: value for name, value in found.items() if _plain(value)},
        "chosen": sorted(
            name
            for name in found
            if name in cfg.settings and cfg.settings[name].get() != cfg.settings[name].default
        ),
        "known": sorted(cfg.settings),
        "workers": sorted(SUPPORTED_WORKERS),
    }


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def main(given: List[str]) -> Dict[str, Any]:
    """Everything at once; ``error`` holds the last lines of what went wrong."""
    seen: Dict[str, Any] = {"python": platform.python_version(), "versions": versions()}
    if "gunicorn" in seen["versions"]:
        try:
            seen["gunicorn"] = configuration(given[0] if given else "")
        except BaseException:  # noqa: BLE001  gunicorn ends the process for a bad file
            seen["error"] = traceback.format_exc()[-2000:]
    return seen


if __name__ == "__main__":
    written = json.dumps(main(sys.argv[1:]))
    print("\npoolscope " + written)
