"""A server that somebody else runs, as ``--url`` names it: nothing of it is started or stopped.

Its address comes from the command line alone; nothing that a browser sends can name another.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from requests.utils import requote_uri

from config import SECONDS
from dashboard.burst.tls import context, reason
from dashboard.errors import StartError
from dashboard.marks.requests import Request
from dashboard.workload.mix import RequestSpec, check_asks, parse_request_spec
from settings import SettingsError

REACH_SECONDS = 5 * SECONDS
HOW = "write it as http://127.0.0.1:9000/orders, or as 'POST http://127.0.0.1:9000/orders x3'"

_LINE = re.compile(r"(?:([A-Za-z]+) +)?(\S+)(?: +(x[0-9]+))?")


@dataclass(frozen=True)
class ExternalServer:
    """The server, and what a burst asks it for."""

    host: str
    port: int
    tls: bool
    request_specs: tuple[RequestSpec, ...]

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:9000``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether its name says that it is this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")


def parse_urls(
    urls: Sequence[str], headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> ExternalServer | None:
    """The server that the ``--url`` options name, None for none of them.

    ``headers`` go with every request, ``body`` with those whose method takes one. SettingsError
    with cause and cure for what is no URL, or where two name different servers.
    """
    if not urls:
        return None
    try:
        given = tuple(headers)
        parsed = [_parse(url, given, body) for url in urls]
        host, port, tls = parsed[0][0]
        if any(server != parsed[0][0] for server, _ in parsed):
            raise ValueError("all of them must name one server: run the others by themselves")
        return ExternalServer(
            host, port, tls, check_asks([request_spec for _, request_spec in parsed])
        )
    except ValueError as error:
        raise SettingsError([("url", f"--url: {error}")]) from error


def _parse(
    text: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> tuple[tuple[str, int, bool], RequestSpec]:
    found = _LINE.fullmatch(text.strip())
    method, url, weight = found.groups() if found else ("", "", "")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode() if not host.isascii() else host
    except ValueError:  # a broken address, name or port
        raise ValueError(f"{text[:80]!r} is no URL: {HOW}") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise ValueError(f"{text[:80]!r} is no URL of a web server: {HOW}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave user and password out of the URL: give them with --header")
    if parts.fragment:
        raise ValueError(f"leave #{parts.fragment[:40]} out: a browser never sends it")
    path = requote_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    method = (method or "GET").upper()
    request_spec = parse_request_spec(
        f"{method} {path} {weight or ''}", headers, body if takes_body(method) else b""
    )
    tls = parts.scheme == "https"
    return (host, port or (443 if tls else 80), tls), request_spec


def takes_body(method: str) -> bool:
    """Whether a request of this method carries the body that was given."""
    return method in {"POST", "PUT", "PATCH"}


def reach(external: ExternalServer) -> str:
    """The numeric address at which the server takes connections now.

    StartError with cause and cure where it does not: no such name, nobody listening, no answer in
    time, or a certificate that does not fit.
    """
    origin = external.origin
    try:
        found = socket.getaddrinfo(external.host, external.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        cause = f"No server named {external.host} ({getattr(error, 'strerror', error)})"
        raise StartError(cause, "Correct the name in --url, or check the network") from error
    refusal: OSError | None = None
    for address in (str(each[4][0]) for each in found):
        try:
            with socket.create_connection((address, external.port), REACH_SECONDS) as sock:
                if external.tls:
                    context().wrap_socket(sock, server_hostname=external.host.rstrip(".")).close()
                return address
        except OSError as error:  # an SSLError is one as well
            refusal = error
            if isinstance(error, ssl.SSLError):
                break
    raise _unreachable(origin, refusal)


def notes_of(external: ExternalServer, requests: Sequence[Request]) -> list[str]:
    """What a reader of such a run should know: whose server it was, and what it told."""
    notes = [f"Sent to {external.origin}, which Poolscope did not start."]
    if not any(request.worker for request in requests):
        notes.append(
            "The server does not report what happens inside it, so what requests waited for is "
            "unknown: docs/your-app.md shows how to add the probe by hand."
        )
    return notes


def _unreachable(origin: str, error: OSError | None) -> StartError:
    if isinstance(error, ssl.SSLCertVerificationError):
        name = "mismatch" in error.verify_message or "not valid for" in error.verify_message
        cure = (
            "Use the host name the certificate was issued for"
            if name
            else "Put the issuing CA's certificate in SSL_CERT_FILE, or renew the certificate"
        )
        return StartError(f"The certificate of {origin} was rejected: {reason(error)}", cure)
    if isinstance(error, ssl.SSLError):
        return StartError(
            f"{origin} does not speak TLS as we do: {reason(error)}",
            "Use http:// if the server speaks plain HTTP",
        )
    if isinstance(error, ConnectionRefusedError):
        return StartError(
            f"Nothing listens at {origin}", "Start the server, or correct the port in --url"
        )
    if isinstance(error, TimeoutError):
        return StartError(
            f"{origin} took no connection within {REACH_SECONDS:g} s",
            "Check the address, the firewall and the load on the server",
        )
    return StartError(
        f"{origin} cannot be reached ({error.strerror if error else 'it has no address'})",
        "Check the address in --url, and the network",
    )
