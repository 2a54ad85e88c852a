"""What runs in a gunicorn that serves somebody else's app: its hooks, and one import hook.

The dashboard copies this file, with the probe, into a directory that holds nothing else, and says
the rest in one environment variable. gunicorn's master imports only this much: the probe itself
comes in the worker, after gevent has patched it.
"""

import importlib
import importlib.util
import json
import os
import sys
import threading
import traceback
from typing import Any, Callable, Dict, List, Optional

from .beacon import Beacon, parse_address

VARIABLE = "POOLSCOPE_PROBE"

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


class ProbeConfig:
    """What the dashboard says to the gunicorn that it starts."""

    def __init__(self, text: str = "") -> None:
        given = json.loads(text) if text else {}
        self.beacon: str = given.get("beacon", "")
        self.token: str = given.get("token", "")
        self.conf: str = given.get("conf", "")  # the app's own configuration, "" for none
        self.green: bool = given.get("green", False)  # psycogreen, where psycopg2 is there
        self.preload: bool = given.get("preload", True)  # False: not even if the app wants to
        self.pool: Optional[Dict[str, Any]] = given.get("pool")  # to be tried instead

    def tell(self, event: str, **more: Any) -> None:
        """Send the dashboard a notice."""
        if self.beacon:
            notice = {"event": event, "token": self.token, "pid": os.getpid(), **more}
            Beacon(parse_address(self.beacon)).send(json.dumps(notice).encode())


config = ProbeConfig(os.environ.get(VARIABLE, ""))


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
        from . import heartbeat, pools
        from .wsgi import Probe

        beacon = Beacon(parse_address(config.beacon))
        if "sqlalchemy" in sys.modules:
            pools.watch_pools()
        worker.wsgi = Probe(beacon).wrap(worker.wsgi)
        set_green(config.green)

        def tell_observed() -> None:
            config.tell("found", **observed())

        pools.on_new_pool(tell_observed)
        tell_observed()
        heartbeat.start(beacon, config.token, pools.pool_states, tell_observed)
        config.tell("worker-ready", pid=worker.pid)
    except Exception:  # noqa: BLE001  the app must run all the same; the dashboard shows the lines
        traceback.print_exc()


def observed() -> Dict[str, Any]:
    """What this worker's app uses, as the dashboard shows it beside what gunicorn was given."""
    from .pools import observed_pools

    drivers = ("psycopg2", "psycopg", "MySQLdb", "pymysql", "mysql.connector", "sqlite3")
    return {
        "pools": observed_pools(),
        "drivers": [name for name in drivers if name in sys.modules],
        "green": is_green(),
        "flask_sqlalchemy": "flask_sqlalchemy" in sys.modules,
        "sqlalchemy": "sqlalchemy" in sys.modules,
        "django": "django" in sys.modules,
    }


def is_green() -> bool:
    """Whether psycopg2 hands its waiting over to gevent in this process."""
    extensions = sys.modules.get("psycopg2.extensions")
    return extensions is not None and extensions.get_wait_callback() is not None


def set_green(green: bool) -> None:
    """Switch psycogreen on or off, where psycopg2 is there."""
    if green and all(importlib.util.find_spec(name) for name in ("psycopg2", "psycogreen")):
        from psycogreen.gevent import patch_psycopg

        patch_psycopg()
    elif not green and is_green():
        from psycopg2 import extensions

        extensions.set_wait_callback(None)


class Finder:
    """Watches for the import of SQLAlchemy, and then puts the probe into its pools.

    Whenever that is: while the app is loaded, in a master that preloads it, or with a request.
    """

    def __init__(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived
        self._looking = False

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        """The spec that the other finders have, with our call after its import."""
        if name != "sqlalchemy" or self._looking:
            return None
        self._looking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking = False
        if spec is None or spec.loader is None:
            return spec
        execute: Callable[[Any], None] = spec.loader.exec_module

        def execute_and_tell(module: Any) -> None:
            execute(module)
            try:
                self._arrived()
            except Exception:  # noqa: BLE001  the app must run all the same
                traceback.print_exc()

        spec.loader.exec_module = execute_and_tell  # type: ignore[method-assign]
        return spec


def sqlalchemy_arrived() -> None:
    """Watch every pool from the first one on, and try other settings where a run asks for them."""
    from . import pools

    pools.watch_pools()
    if config.pool is not None:
        pools.try_instead(config.pool)


def await_sqlalchemy() -> None:
    """Have SQLAlchemy watched as soon as somebody imports it."""
    finders: List[Any] = sys.meta_path
    if "sqlalchemy" in sys.modules:
        sqlalchemy_arrived()
    else:
        finders.insert(0, Finder(sqlalchemy_arrived))
