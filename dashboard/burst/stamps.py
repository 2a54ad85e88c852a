"""When an answer's bytes arrived: the kernel's time where it gives one.

Linux, ``SO_TIMESTAMPNS``, see Documentation/networking/timestamping.rst: so that a generator that
reads late does not blur its times.
"""

import socket
import struct
import sys
import time

from config import SECONDS

_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the same number on x86 and arm
_TIMESPEC = struct.Struct("@ll")
_ANCILLARY = socket.CMSG_SPACE(_TIMESPEC.size) if hasattr(socket, "CMSG_SPACE") else 0


class Clock:
    """Turns the kernel's wall-clock stamps into ``time.monotonic()``."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._due = 0.0

    def monotonic(self, stamp: tuple[int, int], now: float) -> float:
        """A stamp on the monotonic clock; the offset is taken anew each second."""
        if now >= self._due:
            self._offset = time.time() - time.monotonic()
            self._due = now + 1 * SECONDS
        return stamp[0] + stamp[1] / 1e9 - self._offset


class Stamps:
    """Receives bytes with their time of arrival, in ``time.monotonic()``."""

    def __init__(self) -> None:
        self._clock = Clock()
        self.is_kernel = sys.platform == "linux"
        self.largest_lag = 0.0  # seconds by which bytes were read after they had arrived

    def watch(self, sock: socket.socket) -> None:
        """Have the kernel stamp what arrives at the socket."""
        if self.is_kernel:
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def receive(self, sock: socket.socket) -> tuple[bytes, float]:
        """Bytes, and when they arrived; OSError as of ``recv``."""
        if not self.is_kernel:
            return sock.recv(65536), time.monotonic()
        data, ancillary, _, _ = sock.recvmsg(65536, _ANCILLARY)
        now = time.monotonic()
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
                at = self._clock.monotonic(_TIMESPEC.unpack(value[: _TIMESPEC.size]), now)
                self.largest_lag = max(self.largest_lag, now - at)
                return data, min(at, now)
        return data, now
