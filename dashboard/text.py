"""Forms in which values are written for people and for other programs."""

import contextlib
from datetime import UTC, datetime
from http import HTTPStatus


def iso_time(seconds: float) -> str:
    """``2026-11-22T03:06:13.120Z``: RFC 3339 in UTC, to the millisecond."""
    at = datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_phrase(status: int) -> str:
    """``Not Found`` of 404, "" of a status that no standard knows."""
    with contextlib.suppress(ValueError):
        return HTTPStatus(status).phrase
    return ""
