"""Serves the dashboard, on a loopback address unless told otherwise, until it is told to stop."""

import contextlib
import errno
import logging
import signal
import socket
import threading
import webbrowser
from types import FrameType

from werkzeug.serving import BaseWSGIServer

from config import LOOPBACK
from dashboard.errors import StartError
from dashboard.runtime import Runtime
from dashboard.text import printable

from .access import Access, shown_host
from .app import create_app
from .connections import Server

LISTEN_BACKLOG = 1024  # a client that finds it full tries again a second later, tcp(7)


def listen(port: int, host: str = LOOPBACK) -> socket.socket:
    """A listening socket on ``port``; StartError when it is taken or not allowed."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        cure = "Use an address of this machine, or drop --host"
        raise StartError(f"Unknown host {host[:100]!r}", cure) from error
    sock = socket.socket(family, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(address)
        sock.listen(LISTEN_BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 5000
            cure = f"Use another: --port {other} (with make: PORT={other})"
            raise StartError(f"Port {port} is in use by another program", cure) from error
        if error.errno == errno.EADDRNOTAVAIL:
            cure = "Use one of its addresses, or drop --host"
            raise StartError(f"This machine does not have the address {host}", cure) from error
        cure = "Use a port above 1023: --port 5000 (with make: PORT=5000)"
        raise StartError(f"Port {port} cannot be used ({error.strerror})", cure) from error
    return sock


def serve(
    runtime: Runtime,
    sock: socket.socket,
    open_browser: bool,
    access: Access = Access(),  # noqa: B008  it is frozen
) -> None:
    """Serve until SIGINT or SIGTERM."""
    app, relay = create_app(runtime, access)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    host, port = sock.getsockname()[:2]
    server = Server(sock, app)
    url = f"http://{shown_host(host)}:{port}"
    # A token that was given is the person's to know: it need not stand in a terminal's history.
    query = f"/?token={access.token if access.generated else 'YOUR-TOKEN'}" if access.token else ""
    started = f"Poolscope is running at {url}{query}  (press Ctrl-C to stop)"
    print(printable(started), flush=True)  # noqa: T201
    if open_browser and not access.token:  # a program's arguments are for everybody to read
        _open_browser(f"{url}/")
    with contextlib.suppress(KeyboardInterrupt), _stopping(server):
        server.serve_forever()
    relay.close()


def _open_browser(url: str) -> None:
    with contextlib.suppress(webbrowser.Error):
        browser = webbrowser.get()
        # A browser in the terminal would take the terminal over.
        if not isinstance(browser, webbrowser.GenericBrowser) or isinstance(
            browser, webbrowser.BackgroundBrowser
        ):
            threading.Thread(target=browser.open, args=[url], daemon=True).start()


@contextlib.contextmanager
def _stopping(server: BaseWSGIServer):  # type: ignore[no-untyped-def]
    """Let SIGINT and SIGTERM end ``server`` cleanly."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for serve_forever, which runs in this very thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
