"""Who may use the dashboard: under which host names, and with which token.

Without a token whoever reaches the address may, so the address is a loopback one. With a token the
first page is opened with ``?token=``, which is exchanged for a cookie and dropped from the URL;
programs send ``Authorization: Bearer`` instead.
"""

import ipaddress
import re
import secrets
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import psutil
from werkzeug.http import dump_cookie, parse_cookie
from werkzeug.wrappers import Response

from config import LOOPBACK
from dashboard.errors import StartError
from dashboard.tokens import same_token

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SHORTEST_TOKEN = 16
_TOKEN = re.compile(rf"[A-Za-z0-9._~-]{{{SHORTEST_TOKEN},128}}")  # unreserved in URLs and cookies


@dataclass(frozen=True)
class Access:
    """The host names that requests may name, and the secret that they must carry; "" for none."""

    hosts: frozenset[str] = LOCAL_NAMES
    token: str = ""
    generated: bool = False

    def __repr__(self) -> str:
        return f"Access(hosts={sorted(self.hosts)}, token={'***' if self.token else ''!r})"

    def admits(self, environ: dict[str, Any]) -> bool:
        """Whether a request carries the token, as a cookie or as ``Authorization: Bearer``."""
        if not self.token:
            return True
        kind, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer" and same_token(given.strip(), self.token):
            return True
        cookie = parse_cookie(environ.get("HTTP_COOKIE", "")).get(cookie_name(environ), "")
        return same_token(cookie, self.token)

    def exchange(self, environ: dict[str, Any]) -> Response | None:
        """What answers a page opened with ``?token=``: a cookie, and the URL without the token.

        None where there is no token in the URL, or a wrong one.
        """
        if not self.token or environ.get("REQUEST_METHOD") != "GET":
            return None
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if not any(name == "token" and same_token(text, self.token) for name, text in query):
            return None
        rest = urlencode([(name, text) for name, text in query if name != "token"])
        # One slash: a location that begins with two names another host.
        path = "/" + quote(environ.get("PATH_INFO", "").encode("latin-1").lstrip(b"/\\"))
        cookie = dump_cookie(cookie_name(environ), self.token, httponly=True, samesite="Strict")
        headers = [
            ("Location", path + (f"?{rest}" if rest else "")),
            ("Set-Cookie", cookie),
            ("Cache-Control", "no-store"),
        ]
        return Response(status=303, headers=headers)


def cookie_name(environ: dict[str, Any]) -> str:
    """One for each port: browsers send a host's cookies to all its ports."""
    return f"poolscope-{environ.get('SERVER_PORT', '')}"


def grant(host: str, token: str = "") -> Access:
    """The access to a dashboard that listens on ``host``: any but loopback makes a token.

    StartError where ``token`` could be guessed, or not be sent.
    """
    if token and not _TOKEN.fullmatch(token):
        raise StartError(
            f"The token must have {SHORTEST_TOKEN} to 128 letters, digits or . _ ~ -",
            "Drop --token to have one generated",
        )
    made = not token and not is_loopback(host)
    return Access(
        hosts=LOCAL_NAMES | _names_of(host),
        token=secrets.token_urlsafe(32) if made else token,
        generated=made,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_wildcard(host: str) -> bool:
    """Whether ``host`` stands for every address of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def shown_host(host: str) -> str:
    """The host to write into a URL for people: of a wildcard, an address that others can reach."""
    if is_wildcard(host):
        others = sorted(each for each in own_addresses() if not is_loopback(each))
        host = next((each for each in others if ":" not in each), LOOPBACK)
    return f"[{host}]" if ":" in host else host


def own_addresses() -> frozenset[str]:
    """The IP addresses of this machine, without zones."""
    families = {socket.AF_INET, socket.AF_INET6}
    found = (each for addresses in psutil.net_if_addrs().values() for each in addresses)
    return frozenset(each.address.partition("%")[0] for each in found if each.family in families)


def _names_of(host: str) -> frozenset[str]:
    """The names that a browser may know a listener on ``host`` by, in small letters.

    A page that rebinds its name to our address still sends its own name.
    """
    if is_wildcard(host):
        return own_addresses() | {socket.gethostname().lower()}
    return frozenset({host.lower()})
