"""gunicorn, for WSGI and for ASGI.

Its ``asgi`` worker counts connections and compares them with nothing, so ``worker_connections``
is no limit there; and asyncio, which it hands its socket to, sets the backlog to 100, whatever
``--backlog`` says (gunicorn 27.0.1, workers/gasgi.py; asyncio's create_server).
"""

import re

from config import LOOPBACK

from .server import Server, Serving


def _argv(serving: Serving) -> list[str]:
    argv = [
        *(serving.python, "-m", "gunicorn", serving.app),
        f"--config={serving.config}",
        f"--bind={LOOPBACK}:0",
        f"--worker-class={serving.worker_class}",
        f"--workers={serving.workers}",
        f"--threads={serving.threads}",
        f"--worker-connections={serving.worker_connections}",
        f"--backlog={serving.backlog}",
    ]
    if serving.timeout_seconds:
        argv.append(f"--timeout={serving.timeout_seconds}")
    # Of 25.1 and newer. Its default path is one per user, and a second gunicorn unlinks it.
    return [*argv, *(["--no-control-socket"] if serving.control_socket else [])]


SERVER = Server(
    name="gunicorn",
    argv=_argv,
    listening=re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)"),
    interfaces=frozenset({"WSGI", "ASGI"}),
)
