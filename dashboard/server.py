"""Serves the dashboard on a loopback address until it is told to stop."""

import contextlib
import errno
import logging
import signal
import socket
import threading
import webbrowser
from types import FrameType

from werkzeug.serving import BaseWSGIServer, make_server

from config import LOOPBACK

from .app import create_app
from .errors import StartError
from .runtime import Runtime

LISTEN_BACKLOG = 128


def listen(port: int) -> socket.socket:
    """A listening socket on ``port``; StartError when it is taken or not allowed."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
        sock.listen(LISTEN_BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            cure = f"Choose another: make run PORT={port + 1 if port < 65535 else 5000}"
            raise StartError(f"Port {port} is taken by another program", cure) from error
        cure = "Choose a port from 1024 on: make run PORT=5000"
        raise StartError(f"Port {port} cannot be used ({error.strerror})", cure) from error
    return sock


def serve(runtime: Runtime, sock: socket.socket, open_browser: bool) -> None:
    """Serve until SIGINT or SIGTERM."""
    app, relay = create_app(runtime)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    host, port = sock.getsockname()
    server = make_server(host, port, app, threaded=True, fd=sock.detach())
    server.daemon_threads = True  # type: ignore[attr-defined]  # an open page must not keep us
    print(f"Poolscope is at http://{host}:{port}  (Ctrl-C stops it)", flush=True)
    if open_browser:
        _open_browser(f"http://{host}:{port}/")
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
