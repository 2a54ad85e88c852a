"""Marks off the wire: what ``target_app.probe.marks`` writes, and what version 1 wrote."""

import json
import re
from typing import Any

from target_app.probe.marks import EXTRAS, MOST_STATUS, PHASES, VERSION, Mark, Phase

from .version1 import mark_of_version1

POSITIONS = 8  # fields of a mark that have a place: its version and where and when it is
_FAILURE = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)


def decode(line: bytes) -> Mark:
    """The mark that ``encode`` wrote, of this version or of 1; ValueError for anything else."""
    try:
        fields = json.loads(line)
    except RecursionError:
        raise ValueError("a mark is not nested") from None
    if not isinstance(fields, list):
        raise ValueError("a mark is a JSON array")
    if fields and isinstance(fields[0], str):
        return _decode_version1(fields)
    if fields[:1] != [VERSION] or not POSITIONS <= len(fields) <= POSITIONS + 1:
        raise ValueError(f"a mark of version {VERSION} is a JSON array of {POSITIONS} or one more")
    place = _place(fields[1:POSITIONS])
    return Mark(*place, **_extras(fields[POSITIONS])) if fields[POSITIONS:] else Mark(*place)


def _decode_version1(fields: list[Any]) -> Mark:
    if len(fields) != POSITIONS or not isinstance(fields[-1], str):
        raise ValueError(f"a mark of version 1 is a JSON array of {POSITIONS}")
    return mark_of_version1(*_place(fields[:-1]), fields[-1])


def _place(fields: list[Any]) -> tuple[str, int, Phase, float, int, int, int]:
    run, seq, phase, at, worker, lane, connection = fields
    whole = all(type(value) is int for value in (seq, worker, lane, connection))
    number = type(at) in {int, float}
    if not (whole and isinstance(run, str) and number and abs(at) < 1e12):
        raise ValueError("a mark's fields have other types")
    return run, seq, Phase(phase), float(at), worker, lane, connection


def _extras(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict) or not fields.keys() <= set(EXTRAS):
        raise ValueError("a mark tells other things")
    texts = all(isinstance(value, str) for name, value in fields.items() if name != "status")
    status = fields.get("status", 0)
    if not texts or type(status) is not int or not 0 <= status <= MOST_STATUS:
        raise ValueError("what a mark tells has another type")
    return fields


def parse_server_timing(value: str, token: str, seq: int) -> tuple[Mark, ...]:
    """The marks inside a ``Server-Timing`` value, () where there are none.

    ValueError when the ``poolscope`` metric is there and broken, or of a version to come.
    """
    _, found, rest = value.partition('poolscope;desc="')
    if not found:
        return ()
    words = rest.partition('"')[0].split(" ")
    if words[0].startswith("v") and words.pop(0) != f"v{VERSION}":  # version 1 had no such word
        raise ValueError("the poolscope metric is of another version")
    if len(words) < 3:
        raise ValueError("the poolscope metric is cut short")
    worker, lane, start = int(words[0]), int(words[1]), float(words[2])
    if not abs(start) < 1e12:  # nor is it a number that is none
        raise ValueError("the poolscope metric has no start")
    marks = []
    for word in words[3:]:
        phase, offset, connection, *failure = word.split(".")
        if not 0 <= int(phase) < len(PHASES) or len(offset) > 15:
            raise ValueError(f"no such mark: {word}")
        if len(failure) > 1 or not all(map(_FAILURE.fullmatch, failure)):
            raise ValueError(f"no such failure: {word}")
        at = start + int(offset) / 1e6
        place = (token, seq, PHASES[int(phase)], at, worker, lane, int(connection))
        marks.append(Mark(*place, failure="".join(failure)))
    return tuple(marks)
