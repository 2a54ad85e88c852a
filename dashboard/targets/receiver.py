"""Receives the target's datagrams: marks for the run whose token they carry, and notices."""

import socket
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from config import LOOPBACK
from dashboard.marks.wire import decode
from target_app.probe.heartbeat import Heartbeat
from target_app.probe.heartbeat import decode as decode_heartbeat
from target_app.probe.marks import Mark

BUFFER_BYTES = 8 * 2**20
DATAGRAM_BYTES = 65_536  # several lines may come in one


class Notice(msgspec.Struct):
    """What every notice of the target says, whatever else it tells."""

    event: str
    token: str
    pid: int


class Receiver:
    """A loopback datagram socket that one thread drains all the time.

    Its listeners check the random token that every mark and notice carries; what is neither is
    dropped here.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._closed = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.bind((LOOPBACK, 0))
        self._thread: threading.Thread | None = None

    def start(
        self,
        on_mark: Callable[[Mark], None],
        on_notice: Callable[[str, str, int, dict[str, Any]], None],
        on_heartbeat: Callable[[str, Heartbeat], None] | None = None,
    ) -> None:
        """Begin to receive: notices as (event, token, pid, all of it), pulses as (token, pulse)."""
        self._on_mark = on_mark
        self._on_heartbeat = on_heartbeat
        self._on_notice = on_notice
        self._thread = threading.Thread(target=self._drain, name="receiver", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where beacons send to, as HOST:PORT."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def close(self) -> None:
        """Stop receiving."""
        self._closed = True
        # A close alone does not wake a thread in recv; an empty datagram does.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        if self._thread is not None:
            self._thread.join()
        self._socket.close()

    def _drain(self) -> None:
        while True:
            datagram = self._socket.recv(DATAGRAM_BYTES)
            if self._closed:
                return
            for line in datagram.split(b"\n"):
                try:
                    self._hear(line)
                except (ValueError, RecursionError, UnicodeDecodeError):  # not from our target
                    self.dropped += 1

    def _hear(self, line: bytes) -> None:
        if line.startswith(b"["):
            self._on_mark(decode(line))
            return
        given = msgspec.json.decode(line)
        notice = msgspec.convert(given, Notice)
        if notice.event == "pulse":
            heartbeat = decode_heartbeat(given)
            if self._on_heartbeat is not None:
                self._on_heartbeat(notice.token, heartbeat)
        else:
            self._on_notice(notice.event, notice.token, notice.pid, given)
