"""A run's marks as a few bytes: columns of differences, compressed.

The layout (version 1): ``PM1``, then zlib over a JSON line with the count and the details, which
are rare, by index; then one column after the other, each an array of little-endian integers.
"""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence

from target_app.probe.marks import PHASES, Mark

MAGIC = b"PM1"
LEVEL = 6
MICROSECONDS = 1_000_000
# Column by column: array's type code, wide enough for the difference of two neighbours.
COLUMNS = {"seq": "i", "phase": "b", "at": "q", "worker": "i", "lane": "q", "connection": "q"}

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
    }
    details = {str(n): mark.detail for n, mark in enumerate(marks) if mark.detail}
    head = json.dumps({"count": len(marks), "details": details}, separators=(",", ":"))
    body = b"".join(_column(COLUMNS[name], values) for name, values in columns.items())
    return MAGIC + zlib.compress(head.encode() + b"\n" + body, LEVEL)


def unpack_marks(packed: bytes, run: str) -> list[Mark]:
    """The marks that ``pack_marks`` packed, now of ``run``; ValueError for anything else."""
    if not packed.startswith(MAGIC):
        raise ValueError("these are no packed marks of version 1")
    try:
        head, _, body = zlib.decompress(packed[len(MAGIC) :]).partition(b"\n")
        told = json.loads(head)
        count, details = int(told["count"]), told["details"]
        columns = _columns(body, count)
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError(f"the packed marks are damaged: {error}") from error
    return [
        Mark(run, seq, PHASES[phase], at / MICROSECONDS, worker, lane, connection, detail)
        for (seq, phase, at, worker, lane, connection), detail in zip(
            zip(*columns, strict=True),
            (details.get(str(n), "") for n in range(count)),
            strict=True,
        )
    ]


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


def _columns(body: bytes, count: int) -> list[list[int]]:
    found = []
    start = 0
    for name, code in COLUMNS.items():
        column = array(code)
        end = start + count * column.itemsize
        column.frombytes(body[start:end])
        if len(column) != count:
            raise ValueError("the packed marks are cut short")
        if sys.byteorder == "big":
            column.byteswap()
        found.append(list(column) if name == "phase" else list(_sums(column)))
        start = end
    return found
