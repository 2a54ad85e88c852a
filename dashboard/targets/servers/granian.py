"""granian, whose log names the port that was asked for and not the one that it got."""

from config import LOOPBACK

from .server import Server, Serving

LEAST_BACKLOG = 128  # that it takes


def _argv(serving: Serving) -> list[str]:
    return [
        *(serving.python, "-m", "granian", "--interface=asgi"),
        f"--host={LOOPBACK}",
        "--port=0",
        f"--workers={serving.workers}",
        f"--backlog={max(LEAST_BACKLOG, serving.backlog)}",
        serving.app,
    ]


SERVER = Server(name="granian", argv=_argv, log_is_stdout=True)
