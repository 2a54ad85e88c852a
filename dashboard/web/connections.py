"""The server's connections: each has a thread, so each has a limited time, and all have a bound.

Clients that say nothing, or half of a request, cost a thread as long as they are let: who is
slow to ask makes room for who asks.
"""

import contextlib
import io
import socket
import threading
import time
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from config import SECONDS

MOST_CONNECTIONS = 600  # each page holds one or two
MOST_UNREAD = 64  # that have not asked yet, of those that had their time
GRACE_SECONDS = 1 * SECONDS  # in which any request is read, however busy we are
READ_SECONDS = 10 * SECONDS  # for the next part of a request line or header
BODY_SECONDS = 120 * SECONDS  # for a body, and for the whole answer to be taken


class Handler(WSGIRequestHandler):
    """Reads a request within its time, and answers no half of one."""

    # Nagle's algorithm would hold each frame until the last one's receipt (RFC 896);
    # socketserver.StreamRequestHandler has the switch.
    disable_nagle_algorithm = True
    timeout = READ_SECONDS
    server: "Server"

    def parse_request(self) -> bool:
        """Read the head; one that ends without its empty line was cut short, and is dropped."""
        head = self.rfile = _Head(self.rfile)  # type: ignore[assignment]
        whole = super().parse_request()
        self.rfile = head.stream
        if head.is_cut:
            self.close_connection = True
            return False
        self.server.has_asked(self.connection)
        is_socket = self.headers.get("Upgrade", "") if whole else ""
        # A WebSocket is quiet for as long as nothing happens; its own pings tell whether it lives.
        self.connection.settimeout(None if is_socket else BODY_SECONDS)
        return whole


class _Head:
    """The stream of a request's head, which knows whether it ended too early."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self.stream = stream
        self.is_cut = False

    def readline(self, size: int = -1) -> bytes:
        """The next line."""
        line = self.stream.readline(size)
        self.is_cut = not line
        return line


class Server(ThreadedWSGIServer):
    """Werkzeug's server with a bound on its connections."""

    daemon_threads = True  # an open page must not keep us

    def __init__(self, sock: socket.socket, app: Any) -> None:
        host, port = sock.getsockname()[:2]
        self._lock = threading.Lock()
        self._open: set[Any] = set()
        self._unread: dict[Any, float] = {}  # since when, the oldest first
        super().__init__(host, port, app, Handler, fd=sock.detach())

    def has_asked(self, connection: Any) -> None:
        """Take a connection whose request has been read from those that make room."""
        with self._lock:
            self._unread.pop(connection, None)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a new connection, in place of one that has not asked where there are too many."""
        now = time.monotonic()
        with self._lock:
            is_full = len(self._open) >= MOST_CONNECTIONS
            oldest = next(iter(self._unread), None)
            if oldest is not None:
                is_due = now - self._unread[oldest] > GRACE_SECONDS
                if is_full or (is_due and len(self._unread) >= MOST_UNREAD):
                    del self._unread[oldest]
                    _end(oldest)
            refused = is_full and oldest is None
            if not refused:
                self._open.add(request)
                self._unread[request] = now
        if refused:
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        with self._lock:
            self._open.discard(request)
            self._unread.pop(request, None)
        super().shutdown_request(request)


def _end(connection: socket.socket) -> None:
    """Wake the thread that reads: it sees the end, and closes."""
    with contextlib.suppress(OSError):  # the client was faster
        connection.shutdown(socket.SHUT_RDWR)
