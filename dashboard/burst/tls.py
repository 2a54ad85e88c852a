"""TLS for one connection of a burst, beside its socket: bytes in, bytes out.

The socket stays a plain one, so that the kernel stamps what arrives, and a request is encrypted
before the release, so that the release sends it as it sends any other.
"""

import contextlib
import errno
import socket
import ssl
from functools import cache


@cache
def context() -> ssl.SSLContext:
    """The system's trust and the checks of a browser: certificate, host name, HTTP/1.1."""
    made = ssl.create_default_context()
    made.set_alpn_protocols(["http/1.1"])
    return made


class Tls:
    """The client's side of one connection to ``host``; ssl.SSLError where the two do not agree."""

    def __init__(self, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._session = context().wrap_bio(
            self._incoming, self._outgoing, server_hostname=host.rstrip(".")
        )

    def shake(self, received: bytes = b"") -> tuple[bool, bytes]:
        """Feed received bytes; returns whether the handshake is done, and what to send."""
        self._incoming.write(received)
        try:
            self._session.do_handshake()
            over = True
        except ssl.SSLWantReadError:
            over = False
        return over, self._outgoing.read()

    def step(self, sock: socket.socket) -> bool:
        """Take what the socket has and answer it; whether the handshake is over.

        OSError where the connection breaks, ssl.SSLError where the two do not agree.
        """
        received = b""
        with contextlib.suppress(BlockingIOError):
            received = sock.recv(65536)
            if not received:
                raise ConnectionResetError(errno.ECONNRESET, "closed in the TLS handshake")
        over, answer = self.shake(received)
        sock.send(answer)
        return over

    def seal(self, payload: bytes) -> bytes:
        """The payload as it goes over the wire; what is sealed first must be sent first."""
        self._session.write(payload)
        return self._outgoing.read()

    def open(self, received: bytes) -> bytes:
        """What the bytes say: b"" for a part of a record, and for the peer's goodbye."""
        self._incoming.write(received)
        found = []
        while True:
            try:
                part = self._session.read(65536)
            except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                break
            if not part:
                break
            found.append(part)
        return b"".join(found)


def reason(error: ssl.SSLError) -> str:
    """What the library says of a handshake that failed, without its file and line."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or str(error)).replace("_", " ").lower()
