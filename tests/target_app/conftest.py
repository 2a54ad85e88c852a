"""A real datagram socket that hears what the target's side sends."""

import socket
from collections.abc import Callable, Iterator

import pytest

from config import LOOPBACK
from dashboard.marks.wire import decode
from target_app.probe.beacon import Beacon
from target_app.probe.marks import Mark

Heard = Callable[[], list[Mark]]


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A bound loopback socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        sock.settimeout(2)
        yield sock


@pytest.fixture
def heard(ear: socket.socket) -> Heard:
    """Every mark that has arrived since the last call; loopback delivers before send returns."""

    def marks() -> list[Mark]:
        found = []
        ear.setblocking(False)
        while True:
            try:
                found.append(decode(ear.recv(65536)))
            except BlockingIOError:
                return found

    return marks


@pytest.fixture
def beacon(ear: socket.socket) -> Iterator[Beacon]:
    """A beacon that sends to the ear."""
    sender = Beacon(ear.getsockname())
    yield sender
    close(sender)


def close(sender: Beacon) -> None:
    """Close a beacon's socket: in a worker it lives as long as the process."""
    if sender._socket is not None:
        sender._socket.close()
