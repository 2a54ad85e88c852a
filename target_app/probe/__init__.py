"""The package ``poolscope_probe`` for a server that somebody else starts.

One line in the app: ``from poolscope_probe import watch; app = watch(app)``. Then every answer to
a request of a run says in its ``Server-Timing`` header what the request went through.
"""

from typing import Any


class _Silent:
    """A beacon for a server without a dashboard: the answers' headers tell everything."""

    def mark(self, mark: Any) -> None:
        """Send nothing."""


def watch(app: Any) -> Any:
    """The WSGI or ASGI app with the probe round it, and its pools watched."""
    from .asgi import AsgiProbe, is_asgi
    from .entry.observed import await_libraries
    from .wsgi import Probe

    await_libraries()
    if not is_asgi(app):
        return Probe(_Silent()).wrap(app)
    from .threads import watch_executors

    watch_executors()
    return AsgiProbe(_Silent()).wrap(app)
