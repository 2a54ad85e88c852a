"""The servers that we can start an app with: one file each, behind one interface."""

from modes import SERVERS

from . import granian, gunicorn, hypercorn, uvicorn
from .server import Server, Serving

BY_NAME: dict[str, Server] = {
    server.name: server
    for server in (gunicorn.SERVER, uvicorn.SERVER, granian.SERVER, hypercorn.SERVER)
}
assert tuple(BY_NAME) == SERVERS  # noqa: S101  what a person may choose is what there is

__all__ = ["BY_NAME", "Server", "Serving"]
