"""Puts marks on any ASGI app, as ``wsgi.py`` does on any WSGI app.

Nothing happens on requests that do not carry the run's header. Websockets and the lifespan pass
through untouched. https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import inspect
from typing import Any, Awaitable, Callable, Dict, Optional

from .failures import last_line
from .marks import RUN_HEADER, Phase, parse_run_header
from .trail import Trail, current_trail

Scope = Dict[str, Any]
Receive = Callable[[], Awaitable[Dict[str, Any]]]
Send = Callable[[Dict[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_HEADER = RUN_HEADER.lower().encode()


class AsgiProbe:
    """Times the requests of an ASGI app that carry the run's header.

    ``beacon`` takes each mark with ``mark``. ``started`` is called once a process, in
    its event loop and before the app; ``ready`` once the app has come up.
    """

    def __init__(
        self,
        beacon: Any,
        started: Optional[Callable[[], None]] = None,
        ready: Optional[Callable[[], None]] = None,
    ) -> None:
        self._beacon = beacon
        self._started = started
        self._ready = ready

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The same app with marks and, for runs only, a ``Server-Timing`` header."""

        async def timed(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                if scope["type"] == "lifespan":
                    return await self._live(app, scope, receive, send)
                return await app(scope, receive, send)
            for name, value in scope["headers"]:
                if name == _HEADER:
                    trail = self._trail(value)
                    if trail is not None:
                        return await _answer(app, scope, receive, send, trail)
            return await app(scope, receive, send)

        return timed

    def _trail(self, header: bytes) -> Optional[Trail]:
        try:
            run, seq = parse_run_header(header.decode("latin-1"))
        except ValueError:  # somebody else's header of that name
            return None
        self._start()
        return Trail(run, seq, self._beacon, own_lane=True)

    async def _live(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """The app's lifespan, of which we only look for when it has begun."""
        self._start()

        async def watched_send(message: Dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._tell_ready()
            elif message["type"] == "lifespan.startup.failed":
                self._ready = None

        try:
            await app(scope, receive, watched_send)
        except Exception:
            self._tell_ready()  # most apps that have no lifespan say so by raising
            raise
        self._tell_ready()

    def _start(self) -> None:
        started, self._started = self._started, None
        if started is not None:
            started()

    def _tell_ready(self) -> None:
        ready, self._ready = self._ready, None
        if ready is not None:
            ready()


async def _answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send, trail: Trail) -> None:
    """The app's answer with one header more, sent when the app sends it."""

    async def timed_send(message: Dict[str, Any]) -> None:
        if trail.open and message["type"] == "http.response.start":
            trail.open = False
            message = _with_header(message, trail)
        await send(message)

    current_trail.set(trail)
    trail.enter(Phase.HANDLING)
    try:
        await app(scope, receive, timed_send)
    except Exception as error:
        trail.failed(last_line(error))
        raise
    finally:
        trail.over = True
        current_trail.set(None)  # some servers serve a connection's requests in one context


def _with_header(message: Dict[str, Any], trail: Trail) -> Dict[str, Any]:
    trail.enter(Phase.RESPONDING)
    headers = message.get("headers")
    if not isinstance(headers, (list, tuple)):  # the server says what it thinks of such headers
        return message
    name, value = trail.header()
    return {**message, "headers": [*headers, (name.lower().encode(), value.encode())]}


def is_asgi(app: Any) -> bool:
    """Whether an app takes ``(scope, receive, send)`` rather than ``(environ, start_response)``."""
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__):
        return True
    try:
        taken = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return False
    return sum(each.kind in _BY_PLACE and each.default is each.empty for each in taken) == 3
