"""Keeps pages of other sites out: they can reach loopback addresses through a person's browser.

The Host allow-list defeats DNS rebinding; the Origin check stops pages of other sites from
changing anything and from following runs. It stands before everything, Socket.IO included.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response
from werkzeug.wrappers import Response as PlainResponse

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; object-src 'none';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def init_app(app: Flask) -> None:
    """Refuse requests of other sites to ``app``, and answer with headers that confine the page.

    Call it last: whatever wraps the app before stands behind the guard.
    """
    app.after_request(_add_headers)
    app.wsgi_app = _guarded(app.wsgi_app)  # type: ignore[assignment, method-assign]


def is_ours(host: str, origin: str | None) -> bool:
    """Whether a request for ``host`` from a page of ``origin`` (None: no page) is our own."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:  # not a host at all
        return False
    return name in LOCAL_NAMES and (origin is None or origin == f"http://{host}")


def _guarded(app: Any) -> WSGIApp:
    refusal = PlainResponse(
        '{"title": "Forbidden", "status": 403, "detail": "This request comes from another site"}',
        status=403,
        mimetype="application/problem+json",
    )

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        ours = is_ours(environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN"))
        answer: Iterable[bytes] = (app if ours else refusal)(environ, start_response)
        return answer

    return guarded


def _add_headers(response: Response) -> Response:
    for name, text in HEADERS.items():
        response.headers.setdefault(name, text)
    return response
