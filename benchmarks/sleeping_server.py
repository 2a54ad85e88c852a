"""A small server that sleeps, and stamps arrivals and answers: python -m benchmarks.sleeping_server

Prints its port. Every request is answered SLEEP seconds after it arrived; ``/report`` answers with
the stamps since the last report: [[seq, arrived, sent], ...] on ``time.monotonic()``. Arrivals
carry the kernel's time, so that the server's own lag does not count.
"""

import contextlib
import heapq
import json
import selectors
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("@ll")
BODY = b"ok"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def serve(sleep: float) -> None:
    """Serve until killed."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=65535)
    listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # accepted sockets inherit it
    listener.setblocking(False)
    print(listener.getsockname()[1], flush=True)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    due: list[tuple[float, int, socket.socket, int, float]] = []
    stamps: list[tuple[int, float, float]] = []
    offset = time.time() - time.monotonic()
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else 1.0
        for key, _ in selector.select(wait):
            if key.fileobj is listener:
                _accept(listener, selector)
                continue
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            data, arrived = _receive(sock, offset)
            selector.unregister(sock)
            if data.startswith(b"GET /report"):
                body = json.dumps(stamps).encode()
                stamps.clear()
                sock.setblocking(True)
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n"
                sock.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)
                sock.close()
            elif data:
                heapq.heappush(due, (arrived + sleep, id(sock), sock, _seq(data), arrived))
            else:
                sock.close()
        now = time.monotonic()
        while due and due[0][0] <= now:
            _, _, sock, seq, arrived = heapq.heappop(due)
            sent = time.monotonic()
            with contextlib.suppress(OSError):
                sock.send(ANSWER)
            stamps.append((seq, arrived, sent))
            sock.close()


def _accept(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    while True:
        try:
            sock, _ = listener.accept()
        except BlockingIOError:
            return
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)


def _receive(sock: socket.socket, offset: float) -> tuple[bytes, float]:
    try:
        data, ancillary, _, _ = sock.recvmsg(4096, socket.CMSG_SPACE(TIMESPEC.size))
    except OSError:
        return b"", 0.0
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = TIMESPEC.unpack(value[: TIMESPEC.size])
            return data, seconds + nanoseconds / 1e9 - offset
    return data, time.monotonic()


def _seq(data: bytes) -> int:
    """The number of a request of ours, 0 of any other client's."""
    _, found, rest = data.partition(b"X-Poolscope: ")
    return int(rest.partition(b"\r\n")[0].partition(b"/")[2]) if found else 0


if __name__ == "__main__":
    serve(float(sys.argv[1]))
