"""Keeps pages of other sites out: they can reach loopback addresses through a person's browser.

The Host allow-list defeats DNS rebinding; the Origin check stops pages of other sites from
changing anything and from following runs. It stands before everything, Socket.IO included.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.wrappers import Response

from .access import LOCAL_NAMES, Access

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; object-src 'none';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# RFC 9110 section 7.2 by the grammar of RFC 3986 section 3.2: a host and a port, no userinfo.
# urlsplit is no judge of it: it takes "user@localhost" and "localhost/evil" for localhost.
_IPV6 = r"\[(?P<address>[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)\]"
_NAME = r"(?P<name>(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)"  # or an IPv4 address
_HOST = re.compile(rf"(?:{_IPV6}|{_NAME})(?::[0-9]*)?")

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def init_app(app: Flask, access: Access = Access()) -> None:  # noqa: B008  it is frozen
    """Refuse requests of other sites to ``app``, and answer with headers that confine the page.

    Call it last: whatever wraps the app before stands behind the guard.
    """
    app.wsgi_app = _guarded(app.wsgi_app, access)  # type: ignore[assignment, method-assign]


def is_ours(host: str, origin: str | None, hosts: frozenset[str] = LOCAL_NAMES) -> bool:
    """Whether a request for ``host`` from a page of ``origin`` (None: no page) is our own."""
    parts = _HOST.fullmatch(host)
    if parts is None:
        return False
    name = (parts["address"] or parts["name"]).lower()
    return name in hosts and (origin is None or origin == f"http://{host}")


def is_embedded(environ: dict[str, Any]) -> bool:
    """Whether a browser says that a page of another site asks for this, other than to go there.

    Browsers send Sec-Fetch-* to loopback addresses and over TLS (W3C Fetch Metadata); another port
    of the same host counts as the same site, and is none of ours either.
    """
    elsewhere = environ.get("HTTP_SEC_FETCH_SITE") in {"cross-site", "same-site"}
    followed_link = (
        environ.get("REQUEST_METHOD") == "GET"
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )
    return elsewhere and not followed_link


def _guarded(app: Any, access: Access) -> WSGIApp:
    foreign = _refusal(403, "Forbidden", "This request comes from another site")
    unknown = _refusal(
        401,
        "Unauthorized",
        "Open the address that Poolscope printed when it started: it carries the token",
    )

    def answer_of(environ: dict[str, Any]) -> Any:
        host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
        if not is_ours(host, origin, access.hosts) or is_embedded(environ):
            return foreign
        exchanged = access.exchange(environ)
        if exchanged is not None:
            return exchanged
        return app if access.admits(environ) else unknown

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            added = [each for each in HEADERS.items() if each[0].lower() not in given]
            return start_response(status, [*headers, *added], *more)

        answer: Iterable[bytes] = answer_of(environ)(environ, start)
        return answer

    return guarded


def _refusal(status: int, title: str, detail: str) -> Response:
    body = f'{{"title": "{title}", "status": {status}, "detail": "{detail}"}}'
    return Response(body, status=status, mimetype="application/problem+json")
