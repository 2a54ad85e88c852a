"""Forms in which values are written for people and for other programs."""

import contextlib
import json
import unicodedata
from datetime import UTC, datetime
from http import HTTPStatus

# What a terminal acts on, XML cannot carry, or turns the reading direction: controls, halves of
# characters, what no character is, other ends of lines (Unicode general categories).
HIDDEN = frozenset({"Cc", "Cn", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def iso_time(seconds: float) -> str:
    """``2026-11-22T03:06:13.120Z``: RFC 3339 in UTC, to the millisecond."""
    at = datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_phrase(status: int) -> str:
    """``Not Found`` of 404, "" of a status that no standard knows."""
    with contextlib.suppress(ValueError):
        return HTTPStatus(status).phrase
    return ""


def counted(number: int, noun: str) -> str:
    """``1 request``, ``2 batches``: a number with its noun in singular or plural."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}{'es' if noun.endswith(('ch', 'sh', 's', 'x')) else 's'}"


def printable(text: str, keep: str = "") -> str:
    """The text with what is no visible character written out, as ``\\u001b``, but for ``keep``.

    The form is JSON's, so that a line of JSON stays one.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each in keep or _is_visible(each) else _escape(each) for each in text)


def _is_visible(sign: str) -> bool:
    return unicodedata.category(sign) not in HIDDEN and sign not in TURNING


def _escape(sign: str) -> str:
    return json.dumps(sign)[1:-1] if ord(sign) > 0xFFFF else f"\\u{ord(sign):04x}"
