"""How long an endpoint sleeps."""

import math

MAX_SLEEP_SECONDS = 60.0


class BadSeconds(ValueError):
    """``?seconds=`` is not a number that the endpoint sleeps for."""


def read_seconds(given: str | None, default: float) -> float:
    """The seconds of ``?seconds=``, ``default`` without it; BadSeconds where it is out of range."""
    if given is None:
        return default
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MAX_SLEEP_SECONDS:
        raise BadSeconds(f"seconds must be a number from 0 to {MAX_SLEEP_SECONDS:g}, not {given!r}")
    return seconds
