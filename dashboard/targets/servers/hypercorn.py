"""hypercorn."""

import re

from config import LOOPBACK

from .server import Server, Serving


def _argv(serving: Serving) -> list[str]:
    return [
        *(serving.python, "-m", "hypercorn", serving.app),
        f"--bind={LOOPBACK}:0",
        f"--workers={serving.workers}",
        f"--backlog={serving.backlog}",
        "--error-logfile=-",
    ]


SERVER = Server(
    name="hypercorn",
    argv=_argv,
    listening=re.compile(r"Running on http://127\.0\.0\.1:(\d+)"),
)
