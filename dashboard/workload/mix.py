"""What the requests of a burst ask for: methods, paths and bodies, dealt out by weight."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MOST_ASKS = 20
MOST_WEIGHT = 1000
MOST_PATH = 2000  # characters
MOST_HEADERS = 50
MOST_HEADER = 4000  # characters of a value
MOST_BODY = 1_000_000  # bytes; each request of a burst holds its own copy

# These are written by the burst itself: one more would make another request than the one meant.
OURS = {"host", "connection", "content-length", "transfer-encoding", "traceparent", "upgrade"}
OUR_PREFIX = "x-poolscope"

_TARGET = re.compile(r"/[!-\"$-~]*")  # visible ASCII, no fragment
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_VALUE = re.compile(r"[\t -~\u0080-\u00ff]*")
_WEIGHT = re.compile(r"(.*\S)\s+x([0-9]{1,9})")


@dataclass(frozen=True)
class RequestSpec:
    """One kind of request, and how often it comes beside the others.

    ValueError, with cause and cure, for what could not be sent as it is meant.
    """

    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # they may be secret
    body: bytes = field(default=b"", repr=False)
    weight: int = 1

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            known = ", ".join(METHODS)
            raise ValueError(f"the method must be one of {known}, not {self.method[:40]!r}")
        _check_path(self.path)
        for name, value in self.headers:
            _check_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            raise ValueError(f"a request takes at most {MOST_HEADERS} headers")
        if len(self.body) > MOST_BODY:
            raise ValueError(f"a body has at most {MOST_BODY} bytes, not {len(self.body)}")
        if not 1 <= self.weight <= MOST_WEIGHT:
            raise ValueError(f"a weight is from 1 to {MOST_WEIGHT}, not {self.weight}")

    @cached_property
    def name(self) -> str:
        """``GET /orders``: for display, without headers and body."""
        return f"{self.method} {self.path}"

    @property
    def text(self) -> str:
        """The name and the weight, as ``parse_ask`` reads them back: ``GET /orders x3``."""
        return self.name if self.weight == 1 else f"{self.name} x{self.weight}"


def parse_request_spec(
    text: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> RequestSpec:
    """The ask of ``POST /orders``, ``/orders`` (GET) or ``GET /orders x3`` (three times as often).

    ValueError, with cause and cure, for anything else.
    """
    rest, weight = text.strip(" "), 1
    if weighted := _WEIGHT.fullmatch(rest):
        rest, weight = weighted[1], int(weighted[2])
    method, space, path = rest.partition(" ")
    if not space:
        method, path = "GET", rest
    return RequestSpec(method, path.strip(" "), tuple(headers), body, weight)


def parse_header(text: str) -> tuple[str, str]:
    """Name and value of ``Accept: text/html``; ValueError for what is no header, or is ours."""
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"a header is written 'Name: value', not {text[:40]!r}")
    value = value.strip(" \t")
    _check_header(name, value)
    return name, value


def check_asks(request_specs: Sequence[RequestSpec]) -> tuple[RequestSpec, ...]:
    """The asks of one burst; ValueError where there is none, or more than a table can show."""
    if not 1 <= len(request_specs) <= MOST_ASKS:
        raise ValueError(
            f"a burst takes from 1 to {MOST_ASKS} kinds of request, not {len(request_specs)}"
        )
    return tuple(request_specs)


def assign_requests(request_specs: Sequence[RequestSpec], requests: int) -> tuple[int, ...]:
    """Which ask each request makes: the index into ``asks`` of request 1, 2, ... ``requests``.

    Smooth weighted round robin, as nginx shares requests among upstreams: of any stretch, each
    ask has its share within one, and the order is always the same.
    """
    return _dealt(tuple(request_spec.weight for request_spec in request_specs), requests)


@lru_cache(maxsize=32)
def _dealt(weights: tuple[int, ...], requests: int) -> tuple[int, ...]:
    credit = [0] * len(weights)
    total, dealt = sum(weights), []
    for _ in range(requests):
        credit = [have + weight for have, weight in zip(credit, weights, strict=True)]
        chosen = credit.index(max(credit))
        credit[chosen] -= total
        dealt.append(chosen)
    return tuple(dealt)


def names_of(texts: Sequence[str], requests: int) -> tuple[str, ...]:
    """The name of each request's ask, from the texts that a record keeps; () for no texts."""
    if not texts:
        return ()
    request_specs = [parse_request_spec(text) for text in texts]
    return tuple(request_specs[index].name for index in assign_requests(request_specs, requests))


def _check_path(path: str) -> None:
    if len(path) > MOST_PATH:
        raise ValueError(f"a path has at most {MOST_PATH} characters, not {len(path)}")
    if not path.startswith("/"):
        raise ValueError(f"a path begins with /, not {path[:40]!r}: write /{path[:40]}")
    if not _TARGET.fullmatch(path):
        raise ValueError(
            f"the path {path[:40]!r} has a character that no path has: "
            "write spaces, control characters, # and letters beyond ASCII as %XX"
        )


def _check_header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name[:40]!r} is no header's name: letters, digits and dashes")
    if name.lower() in OURS or name.lower().startswith(OUR_PREFIX):
        raise ValueError(f"the header {name} is written by Poolscope itself: leave it out")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the header {name} has a line break or a character that no header has")
    if len(value) > MOST_HEADER:
        raise ValueError(f"the header {name} has more than {MOST_HEADER} characters")
