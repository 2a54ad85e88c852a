"""uvicorn, which answers 503 beyond ``limit_concurrency`` connections or tasks."""

import re

from config import LOOPBACK

from .server import Server, Serving


def _argv(serving: Serving) -> list[str]:
    limit = serving.limit_concurrency
    return [
        *(serving.python, "-m", "uvicorn", serving.app),
        f"--host={LOOPBACK}",
        "--port=0",
        f"--workers={serving.workers}",
        f"--backlog={serving.backlog}",
        "--log-level=info",
        *([f"--limit-concurrency={limit}"] if limit else []),
        *([] if serving.access_log else ["--no-access-log"]),
    ]


SERVER = Server(
    name="uvicorn",
    argv=_argv,
    listening=re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+)"),
)
