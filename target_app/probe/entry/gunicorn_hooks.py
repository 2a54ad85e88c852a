"""What runs in a gunicorn that serves somebody else's app: its hooks.

gunicorn's master imports only this much: the probe itself comes in the worker, after gevent has
patched it.
"""

import importlib
import importlib.util
import sys
import threading
import traceback
from typing import Any, Callable, Dict

from .told import config

# What would keep this gunicorn from being watched, whatever the app's own configuration says:
# it stays in the foreground, writes to the terminal and speaks plain HTTP.
OURS: Dict[str, Any] = {
    "daemon": False,
    "pidfile": None,
    "reload": False,
    "errorlog": "-",
    "logconfig": None,
    "logconfig_dict": {},
    "capture_output": False,
    "certfile": None,
    "keyfile": None,
    "proxy_protocol": False,
}


def configuration() -> Dict[str, Any]:
    """gunicorn's settings: the app's own, with ours in place and our hooks after theirs."""
    theirs = load(config.conf) if config.conf else {}
    ours = {**OURS, **({} if config.preload else {"preload_app": False})}
    return {**theirs, **ours, **_hooks(theirs)}


def _hooks(theirs: Dict[str, Any]) -> Dict[str, Callable[..., None]]:
    """Our hooks, each after theirs of that name; gunicorn counts a hook's parameters."""

    def call(name: str, *given: Any) -> None:
        if theirs.get(name) is not None:
            theirs[name](*given)
        globals()[name](*given)

    def ready(server: Any) -> None:
        call("when_ready", server)

    def loaded(worker: Any) -> None:
        call("post_worker_init", worker)

    def ended(server: Any, worker: Any) -> None:
        call("child_exit", server, worker)

    return {"when_ready": ready, "post_worker_init": loaded, "child_exit": ended}


def load(location: str) -> Dict[str, Any]:
    """The names in a configuration as gunicorn reads it: a file, or ``python:MODULE``."""
    kind, _, rest = location.partition(":")
    if kind == "python":
        module = importlib.import_module(rest)
    else:
        path = rest if kind == "file" else location
        spec = importlib.util.spec_from_file_location("__config__", path)
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        sys.modules["__config__"] = module
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    return {name: value for name, value in vars(module).items() if not name.startswith("__")}


def when_ready(server: Any) -> None:
    """Tell the port that the kernel chose, and threads that an app has left in the master."""
    sock = server.LISTENERS[0].sock
    threads = threading.active_count() - 1 if server.cfg.preload_app else 0
    config.tell("listening", port=sock.getsockname()[1], threads=threads)


def child_exit(_server: Any, worker: Any) -> None:
    """Tell that a worker has ended; runs in the master."""
    config.tell("worker-exit", pid=worker.pid)


def post_worker_init(worker: Any) -> None:
    """Put the probe round the app that this worker has loaded, and tell that it is ready."""
    try:
        from .observed import set_green
        from .worker import watched

        set_green(config.green)
        # gunicorn's own ASGI worker has it under another name.
        name = "asgi" if hasattr(worker, "asgi") else "wsgi"
        setattr(worker, name, watched(getattr(worker, name), config))
    except Exception:  # noqa: BLE001  the app must run all the same; the dashboard shows the lines
        traceback.print_exc()
