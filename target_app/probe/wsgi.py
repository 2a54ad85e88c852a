"""Puts marks on any WSGI app; ``pools.watch_pools`` puts them on SQLAlchemy's pools.

Nothing happens on requests that do not carry the run's header.
"""

from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from .failures import last_line
from .marks import Phase, parse_run_header
from .trail import Trail, current_trail

WSGIApp = Callable[[Dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Probe:
    """Times the requests of a WSGI app that carry the run's header.

    ``beacon`` takes each mark with ``mark``.
    """

    def __init__(self, beacon: Any) -> None:
        self._beacon = beacon

    def wrap(self, app: WSGIApp) -> WSGIApp:
        """The same app with marks and, for runs only, a ``Server-Timing`` header."""

        def timed(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            header = environ.get("HTTP_X_POOLSCOPE")
            if header is None:
                return app(environ, start_response)
            try:
                run, seq = parse_run_header(header)
            except ValueError:  # somebody else's header of that name
                return app(environ, start_response)
            trail = Trail(run, seq, self._beacon)
            current_trail.set(trail)
            trail.enter(Phase.HANDLING)
            try:
                return _answer(app, environ, start_response, trail)
            except BaseException as error:
                trail.failed(last_line(error))
                current_trail.set(None)
                raise

        return timed


def _answer(
    app: WSGIApp, environ: Dict[str, Any], start_response: Callable[..., Any], trail: Trail
) -> Iterable[bytes]:
    """The app's answer with one header more.

    Frameworks give the connection back after they have called ``start_response``; a header
    written then would miss the end of the request, so it is added when the body begins.
    """
    response = getattr(start_response, "__self__", None)
    gunicorns = type(response).__module__ == "gunicorn.http.wsgi"
    start = (_Added if gunicorns else _Held)(start_response, trail)
    body = app(environ, start)
    if start.called:
        trail.enter(Phase.RESPONDING)
    files = environ.get("wsgi.file_wrapper")
    if isinstance(files, type) and isinstance(body, files):
        # The server knows it by its class, and may leave the sending to the kernel.
        start.begin()
        current_trail.set(None)
        return body
    return (_SizedBody if hasattr(body, "__len__") else _Body)(body, start)


class _Added:
    """gunicorn's ``start_response``, called as the app calls it; the header is added later.

    Whatever gunicorn says to a second call or a bad header, it says to the app, at once.
    """

    def __init__(self, start_response: Callable[..., Any], trail: Trail) -> None:
        self._start_response = start_response
        self._response: Any = start_response.__self__  # type: ignore[attr-defined]
        self._trail = trail
        self.called = False

    def __call__(self, *given: Any, **named: Any) -> Callable[[bytes], Any]:
        write = self._start_response(*given, **named)
        self.called = True

        def begin_and_write(data: bytes) -> Any:
            self.begin()
            return write(data)

        return begin_and_write

    def begin(self) -> None:
        """Add the header unless the headers are on their way already."""
        response = self._response
        if self.called and self._trail.open and not response.headers_sent:
            self._trail.open = False
            response.headers.append(self._trail.header())


class _Held:
    """Any server's ``start_response``, called when the body begins, which PEP 3333 allows."""

    def __init__(self, start_response: Callable[..., Any], trail: Trail) -> None:
        self._start_response = start_response
        self._trail = trail
        self._held: Optional[Tuple[Any, ...]] = None
        self._write: Optional[Callable[[bytes], Any]] = None
        self.called = False

    def __call__(self, status: str, headers: List[Tuple[str, str]], *exc_info: Any) -> Any:
        if self._held is not None and not any(exc_info):
            self.begin()  # a second call is a mistake, of which the server tells
        if self._write is not None:
            return self._start_response(status, headers, *exc_info)
        self._held = (status, headers, *exc_info)
        self.called = True
        return self._begin_and_write

    def _begin_and_write(self, data: bytes) -> Any:
        self.begin()
        return self._write(data)  # type: ignore[misc]

    def begin(self) -> None:
        """Start the response that the app has started."""
        if self._held is not None:
            status, headers, *exc_info = self._held
            self._held = None
            headers = [*headers, self._trail.header()]
            self._write = self._start_response(status, headers, *exc_info)


class _Body:
    """The app's body, which begins the response with its first chunk."""

    def __init__(self, body: Iterable[bytes], start: Any) -> None:
        self._body = body
        self._start = start

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._start.begin()
            yield chunk
        self._start.begin()

    def close(self) -> None:
        """Close the app's body and let go of the request."""
        current_trail.set(None)
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


class _SizedBody(_Body):
    """A body that tells its length, from which some servers know the answer's."""

    def __len__(self) -> int:
        return len(self._body)  # type: ignore[arg-type]
