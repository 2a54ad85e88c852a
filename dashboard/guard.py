"""Keeps pages of other sites out: they can reach loopback addresses through a person's browser.

The Host allow-list defeats DNS rebinding; the Origin check stops requests that change something.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

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


def init_app(app: Flask) -> None:
    """Refuse requests of other sites to ``app``, and answer with headers that confine the page."""
    app.before_request(_check_origin)
    app.after_request(_add_headers)


def is_ours(host: str, origin: str | None) -> bool:
    """Whether a request for ``host`` from a page of ``origin`` (None: no page) is our own."""
    name = urlsplit(f"//{host}").hostname or ""
    if name not in LOCAL_NAMES and f"[{name}]" not in LOCAL_NAMES:
        return False
    return origin is None or origin == f"http://{host}"


def _check_origin() -> None:
    if not is_ours(request.host, request.headers.get("Origin")):
        abort(403, "This request comes from another site")


def _add_headers(response: Response) -> Response:
    for name, text in HEADERS.items():
        response.headers.setdefault(name, text)
    return response
