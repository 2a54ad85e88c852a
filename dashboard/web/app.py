"""The composition root of the dashboard's web side."""

from flask import Flask
from flask_socketio import SocketIO

from config import ROOT
from dashboard.runtime import Runtime

from . import guard
from .access import Access
from .api_history import kept
from .api_runs import api
from .live import Relay
from .openapi import KeptNumber
from .pages import pages


def create_app(runtime: Runtime, access: Access = Access()) -> tuple[Flask, Relay]:  # noqa: B008
    """The Flask app over ``runtime``, and the relay that has to be closed in the end."""
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.extensions["poolscope"] = runtime
    app.url_map.converters["kept"] = KeptNumber
    app.register_blueprint(api)
    app.register_blueprint(kept)
    app.register_blueprint(pages)
    # Named, because it is otherwise guessed from what is installed, and gevent is. Plain threads
    # suit a process that mostly waits for other processes; nothing in it is patched.
    socketio = SocketIO(app, async_mode="threading", serve_client=False)
    guard.init_app(app, access)
    return app, Relay(socketio, runtime.conductor)
