"""Sends marks to the dashboard as loopback datagrams: never waits, never raises into a request."""

import os
import socket
import threading
from typing import Optional, Tuple


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


def parse_address(text: str) -> Tuple[str, int]:
    """``("127.0.0.1", 5001)`` of ``"127.0.0.1:5001"``; ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError("a beacon's address is HOST:PORT, not %r" % text)
    return host, int(port)
