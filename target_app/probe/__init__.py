"""The package ``poolscope_probe`` for a server that somebody else starts.

One line in the app: ``from poolscope_probe import watch; app = watch(app)``. Then every answer to
a request of a run says in its ``Server-Timing`` header what the request went through.
"""

from typing import Any


class _Silent:
    """A beacon for a server without a dashboard: the answers' headers tell everything."""

    def send(self, line: bytes) -> None:
        """Send nothing."""


def watch(app: Any) -> Any:
    """The WSGI app with the probe round it, and its SQLAlchemy pools watched."""
    from .gunicorn_hooks import await_sqlalchemy
    from .wsgi import Probe

    await_sqlalchemy()
    return Probe(_Silent()).wrap(app)
