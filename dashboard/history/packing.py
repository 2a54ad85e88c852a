"""A run's marks as a few bytes: columns of differences, compressed.

The layout (version 2): ``PM2``, then zlib over a JSON line with the count and, for each field of
text, its texts, which are rare, by index; then one column after the other, each an array of
little-endian integers. Version 1, ``PM1``, had no statuses and one text for all fields.
"""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence

from dashboard.marks.version1 import mark_of_version1
from target_app.probe.marks import PHASES, TEXTS, Mark

MAGIC = b"PM2"
MAGIC_1 = b"PM1"
LEVEL = 6
MICROSECONDS = 1_000_000
# Column by column: array's type code, wide enough for the difference of two neighbours.
COLUMNS_1 = {"seq": "i", "phase": "b", "at": "q", "worker": "i", "lane": "q", "connection": "q"}
COLUMNS = {**COLUMNS_1, "status": "h"}
PLAIN = ("phase", "status")  # columns that hold the values themselves

_CODES = {phase: code for code, phase in enumerate(PHASES)}


def pack_marks(marks: Sequence[Mark]) -> bytes:
    """The marks in their order, times to the microsecond; which run they are of is left out."""
    columns: dict[str, Iterable[int]] = {
        "seq": _differences(mark.seq for mark in marks),
        "phase": (_CODES[mark.phase] for mark in marks),
        "at": _differences(round(mark.at * MICROSECONDS) for mark in marks),
        "worker": _differences(mark.worker for mark in marks),
        "lane": _differences(mark.lane for mark in marks),
        "connection": _differences(mark.connection for mark in marks),
        "status": (mark.status for mark in marks),
    }
    texts = {
        name: {str(n): text for n, mark in enumerate(marks) if (text := getattr(mark, name))}
        for name in TEXTS
    }
    head = json.dumps({"count": len(marks), "texts": texts}, separators=(",", ":"))
    body = b"".join(_column(COLUMNS[name], values) for name, values in columns.items())
    return MAGIC + zlib.compress(head.encode() + b"\n" + body, LEVEL)


def unpack_marks(packed: bytes, run: str) -> list[Mark]:
    """The marks that ``pack_marks`` packed, of this version or of 1, now of ``run``.

    ValueError for anything else.
    """
    magic, packed = packed[: len(MAGIC)], packed[len(MAGIC) :]
    if magic not in {MAGIC, MAGIC_1}:
        raise ValueError("these are no packed marks of version 1 or 2")
    try:
        head, _, body = zlib.decompress(packed).partition(b"\n")
        told = json.loads(head)
        count = int(told["count"])
        if magic == MAGIC_1:
            return list(_marks_of_version1(run, _columns(body, count, COLUMNS_1), told["details"]))
        return list(_marks(run, _columns(body, count, COLUMNS), told["texts"]))
    except (zlib.error, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"the packed marks are damaged: {error}") from error


def _marks(run: str, columns: list[list[int]], texts: dict[str, dict[str, str]]) -> Iterator[Mark]:
    by_field = [texts[name] for name in TEXTS]
    for n, (seq, phase, at, worker, lane, connection, status) in enumerate(zip(*columns)):  # noqa: B905
        place = (run, seq, PHASES[phase], at / MICROSECONDS, worker, lane, connection, status)
        yield Mark(*place, *(field.get(str(n), "") for field in by_field))


def _marks_of_version1(
    run: str, columns: list[list[int]], details: dict[str, str]
) -> Iterator[Mark]:
    for n, (seq, phase, at, worker, lane, connection) in enumerate(zip(*columns)):  # noqa: B905
        place = (run, seq, PHASES[phase], at / MICROSECONDS, worker, lane, connection)
        yield mark_of_version1(*place, details.get(str(n), ""))


def _differences(values: Iterable[int]) -> Iterable[int]:
    last = 0
    for value in values:
        yield value - last
        last = value


def _sums(values: Iterable[int]) -> Iterable[int]:
    total = 0
    for value in values:
        total += value
        yield total


def _column(code: str, values: Iterable[int]) -> bytes:
    column = array(code, values)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def _columns(body: bytes, count: int, columns: dict[str, str]) -> list[list[int]]:
    found = []
    start = 0
    for name, code in columns.items():
        column = array(code)
        end = start + count * column.itemsize
        column.frombytes(body[start:end])
        if len(column) != count:
            raise ValueError("the packed marks are cut short")
        if sys.byteorder == "big":
            column.byteswap()
        found.append(list(column) if name in PLAIN else list(_sums(column)))
        start = end
    return found
