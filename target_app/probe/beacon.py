"""Sends marks to the dashboard as loopback datagrams: never waits, never raises into a request."""

import contextlib
import os
import socket
import threading
from collections import deque
from typing import Deque, List, Optional, Tuple

from .marks import Mark, encode

MOST_BYTES = 8192  # from which on lines go into another datagram


class Beacon:
    """A datagram socket to ``address`` that each process opens for itself.

    A worker that is forked after the first mark must not share its parent's socket, because
    gevent replaces the socket class after the fork.
    """

    def __init__(self, address: Tuple[str, int]) -> None:
        self._address = address
        self._pid = 0
        self._socket: Optional[socket.socket] = None
        self._opening = threading.Lock()

    def send(self, line: bytes) -> None:
        """Send one line; a line that cannot be sent at once is lost."""
        try:
            if self._socket is None or self._pid != os.getpid():
                self._open()
            self._socket.send(line)  # type: ignore[union-attr]
        except OSError:  # a full buffer or no dashboard: the request matters more than its mark
            pass

    def mark(self, mark: Mark) -> None:
        """Send a mark."""
        self.send(encode(mark))

    def _open(self) -> None:
        with self._opening:
            if self._socket is not None and self._pid == os.getpid():
                return  # another thread was faster
            opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                opened.setblocking(False)
                opened.connect(self._address)
            except OSError:
                opened.close()
                raise
            self._socket, self._pid = opened, os.getpid()


class Gathering:
    """A beacon that gathers marks until ``flush``, which sends many in one datagram.

    In an event loop a datagram for each mark would cost a request more than all else that the
    probe does. Any thread may flush.
    """

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon
        self._marks: "Deque[Mark]" = deque()
        self.mark = self._marks.append

    def flush(self) -> None:
        """Send what was gathered."""
        while self._marks:
            taken: List[bytes] = []
            size = 0
            with contextlib.suppress(IndexError):  # another thread flushes as well
                while size < MOST_BYTES:
                    taken.append(encode(self._marks.popleft()))
                    size += len(taken[-1])
            self._beacon.send(b"\n".join(taken))


def parse_address(text: str) -> Tuple[str, int]:
    """``("127.0.0.1", 5001)`` of ``"127.0.0.1:5001"``; ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError("a beacon's address is HOST:PORT, not %r" % text)
    return host, int(port)
