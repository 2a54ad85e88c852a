"""The mark log's record and its wire form: the language that target, generator and dashboard share.

Standard library only and Python 3.9 or newer, because the probe carries it into other people's
environments.
"""

import json
from enum import Enum
from typing import Dict, NamedTuple, Tuple

RUN_HEADER = "X-Poolscope"

_text = json.dumps


class Phase(str, Enum):
    """What a request is doing from a mark's instant until the request's next mark."""

    QUEUED = "queued"  # sent; no worker has it yet
    HANDLING = "handling"  # inside the view, without a connection
    WAITING = "waiting"  # has asked the pool for a connection
    CONNECTING = "connecting"  # the pool is opening a new connection
    EXECUTING = "executing"  # holds a connection and the database works
    HOLDING = "holding"  # holds a connection, and the database is idle
    RESPONDING = "responding"  # the view is left; the answer is on its way
    DONE = "done"  # last byte of the response read
    FAILED = "failed"  # HTTP error, refused, reset or timed out


PHASES: Tuple[Phase, ...] = tuple(Phase)
ENDS = frozenset({Phase.DONE, Phase.FAILED})
WITH_CONNECTION = frozenset({Phase.CONNECTING, Phase.EXECUTING, Phase.HOLDING})
# Where a stretch begins about which nothing is known: its marks were lost.
UNKNOWN = "unknown"
# How the detail of a worker's mark begins that says why its request fails: "error:WORD: message".
ERROR = "error:"


class Mark(NamedTuple):
    """Request ``seq`` (1..N) of ``run`` entered ``phase`` at ``at``.

    ``at`` is in seconds: of ``time.monotonic()`` on the wire, since release in a run's log.
    ``worker`` is a pid, ``lane`` numbers a worker's threads or greenlets, ``connection`` its
    database connections; 0 means none or not known.
    """

    run: str
    seq: int
    phase: Phase
    at: float
    worker: int = 0
    lane: int = 0
    connection: int = 0
    detail: str = ""


def encode(mark: Mark) -> bytes:
    """A mark as one line of JSON, without the newline."""
    run, seq, phase, at, worker, lane, connection, detail = mark
    # Put together by hand: this runs for every mark of every request, and an encoder with
    # separators of its own is built anew at each call.
    numbers = (_text(run), seq, phase.value, at, worker, lane, connection, _text(detail))
    return ('[%s,%d,"%s",%r,%d,%d,%d,%s]' % numbers).encode()


def decode(line: bytes) -> Mark:
    """The mark that ``encode`` wrote; ValueError for anything else."""
    try:
        fields = json.loads(line)
    except RecursionError:
        raise ValueError("a mark is not nested") from None
    if not isinstance(fields, list) or len(fields) != len(Mark._fields):
        raise ValueError("a mark is a JSON array of %d" % len(Mark._fields))
    run, seq, phase, at, worker, lane, connection, detail = fields
    whole = all(type(value) is int for value in (seq, worker, lane, connection))
    text = isinstance(run, str) and isinstance(detail, str)
    number = isinstance(at, (int, float)) and not isinstance(at, bool)
    if not (whole and text and number and abs(at) < 1e12):
        raise ValueError("a mark's fields have other types")
    return Mark(run, seq, Phase(phase), float(at), worker, lane, connection, detail)


def run_header(token: str, seq: int) -> str:
    """The value of ``X-Poolscope`` on request ``seq`` of the run that owns ``token``."""
    return "%s/%d" % (token, seq)


def parse_run_header(value: str) -> Tuple[str, int]:
    """``(token, seq)`` of an ``X-Poolscope`` header; ValueError when it is not ours."""
    token, _, seq = value.partition("/")
    if not token or len(token) > 64 or not seq.isascii() or not seq.isdigit() or len(seq) > 9:
        raise ValueError("not a run header")
    return token, int(seq)


def traceparent(token: str, seq: int) -> str:
    """A W3C trace context: the run's 32 hex digits are the trace, the request is the parent span.

    https://www.w3.org/TR/trace-context/#traceparent-header
    """
    return "00-%s-%016x-01" % (token, seq)


def server_timing(marks: Tuple[Mark, ...], now: float) -> str:
    """The marks of one request as a ``Server-Timing`` value.

    Standard metrics first (milliseconds per phase, for any other tool), then one metric
    ``poolscope`` whose description holds the marks themselves, so that a record is complete
    even where datagrams were lost: ``pid lane start`` and ``phase offset connection detail``
    in microseconds since that start.  https://www.w3.org/TR/server-timing/
    """
    totals: Dict[Phase, float] = {}
    ends = [mark.at for mark in marks[1:]] + [now]
    for mark, end in zip(marks, ends):
        totals[mark.phase] = totals.get(mark.phase, 0.0) + (end - mark.at)
    metrics = ["%s;dur=%.3f" % (phase.value, spent * 1000) for phase, spent in totals.items()]
    first = marks[0]
    stamps = " ".join(
        "%d.%d.%d" % (PHASES.index(mark.phase), round((mark.at - first.at) * 1e6), mark.connection)
        for mark in marks
    )
    head = "%d %d %.6f" % (first.worker, first.lane, first.at)
    metrics.append('poolscope;desc="%s %s"' % (head, stamps))
    return ", ".join(metrics)


def parse_server_timing(value: str, token: str, seq: int) -> Tuple[Mark, ...]:
    """The marks inside a ``Server-Timing`` value, () where there are none.

    ValueError when the ``poolscope`` metric is there and broken.
    """
    _, found, rest = value.partition('poolscope;desc="')
    if not found:
        return ()
    words = rest.partition('"')[0].split(" ")
    if len(words) < 3:
        raise ValueError("the poolscope metric is cut short")
    worker, lane, start = int(words[0]), int(words[1]), float(words[2])
    if not abs(start) < 1e12:  # nor is it a number that is none
        raise ValueError("the poolscope metric has no start")
    marks = []
    for word in words[3:]:
        phase, offset, connection = word.split(".")
        if not 0 <= int(phase) < len(PHASES) or len(offset) > 15:
            raise ValueError("no such mark: %s" % word)
        at = start + int(offset) / 1e6
        marks.append(Mark(token, seq, PHASES[int(phase)], at, worker, lane, int(connection)))
    return tuple(marks)
