"""The mark log's record and how it is written: what target, generator and dashboard share.

Reading is the dashboard's part: ``dashboard.marks.wire``. Standard library only and Python 3.9 or
newer, because the probe carries it into other people's environments.
"""

import json
from enum import Enum
from json.encoder import encode_basestring_ascii
from typing import Any, Dict, NamedTuple, Tuple

RUN_HEADER = "X-Poolscope"
VERSION = 2  # of the forms in which marks are sent, exported and kept

_text = json.dumps
_string = encode_basestring_ascii  # what json.dumps does with a text, without its way there


class Phase(str, Enum):
    """What a request is doing from a mark's instant until the request's next mark.

    Kept runs hold a phase by its place in this list: new ones go to the end.
    """

    QUEUED = "queued"  # sent; no worker has it yet
    HANDLING = "handling"  # inside the view, without a connection
    WAITING = "waiting"  # has asked the pool for a connection
    CONNECTING = "connecting"  # the pool is opening a new connection
    EXECUTING = "executing"  # holds a connection and the database works
    HOLDING = "holding"  # holds a connection, and the database is idle
    RESPONDING = "responding"  # the view is left; the answer is on its way
    DONE = "done"  # last byte of the response read
    FAILED = "failed"  # HTTP error, refused, reset or timed out
    UNKNOWN = "unknown"  # its marks were lost, or nobody made any
    THREAD_QUEUED = "thread-queued"  # its blocking code waits for one of a pool's threads


PHASES: Tuple[Phase, ...] = tuple(Phase)
_PLACES = {phase.value: place for place, phase in enumerate(PHASES)}
ENDS = frozenset({Phase.DONE, Phase.FAILED})
WITH_CONNECTION = frozenset({Phase.CONNECTING, Phase.EXECUTING, Phase.HOLDING})


class Mark(NamedTuple):
    """Request ``seq`` (1..N) of ``run`` entered ``phase`` at ``at``.

    ``at`` is in seconds: of ``time.monotonic()`` on the wire, since release in a run's log.
    ``worker`` is a pid, ``lane`` numbers a worker's threads or greenlets, ``connection`` its
    database connections; 0 means none or not known.

    The rest is told where there is something to tell:

    - ``status``: the answer's HTTP status, at the end of an answered request, failed or not.
    - ``failure``: a word of ``failures.FAILURES``, at the end of a failed request, and in the
      worker's mark that saw why.
    - ``message``: what a person reads of it, such as an exception's last line.
    - ``note``: what the app itself says that it does from here on.
    - ``timing``: the metrics of a server's own ``Server-Timing``, as a header has them.
    """

    run: str
    seq: int
    phase: Phase
    at: float
    worker: int = 0
    lane: int = 0
    connection: int = 0
    status: int = 0
    failure: str = ""
    message: str = ""
    note: str = ""
    timing: str = ""


EXTRAS = Mark._fields[7:]  # those that most marks have not
TEXTS = EXTRAS[1:]
MOST_STATUS = 999


def extras(mark: Mark) -> Dict[str, Any]:
    """The fields by name that a mark has only where there is something to tell."""
    return {name: value for name, value in zip(EXTRAS, mark[7:]) if value}


def encode(mark: Mark) -> bytes:
    """A mark as one line of JSON, without the newline.

    ``[2, run, seq, phase, at, worker, lane, connection]``, and behind them an object with the
    other fields of which there is something to tell.
    """
    run, seq, phase, at, worker, lane, connection, status, failure, message, note, timing = mark
    # Put together by hand: this runs for every mark of every request, and an encoder with
    # separators of its own is built anew at each call. ``_value_`` spares the enum's property.
    numbers = (VERSION, _string(run), seq, phase._value_, at, worker, lane, connection)
    line = '[%d,%s,%d,"%s",%r,%d,%d,%d' % numbers
    if status or failure or message or note or timing:
        line += "," + _text(extras(mark))
    return (line + "]").encode()


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
    even where datagrams were lost: ``v2 pid lane start``, and for each mark
    ``phase.offset.connection`` or ``phase.offset.connection.failure``, the phase by its place
    and the offset in microseconds since that start.  https://www.w3.org/TR/server-timing/
    """
    first = marks[0]
    start = first.at
    totals: Dict[str, float] = {}
    stamps = []
    before, since = "", start
    for mark in marks:
        at, value = mark.at, mark.phase._value_
        if before:
            totals[before] = totals.get(before, 0.0) + (at - since)
        before, since = value, at
        stamp = "%d.%.0f.%d" % (_PLACES[value], (at - start) * 1e6, mark.connection)
        stamps.append(stamp + "." + mark.failure if mark.failure else stamp)
    totals[before] = totals.get(before, 0.0) + (now - since)
    metrics = ["%s;dur=%.3f" % (value, spent * 1000) for value, spent in totals.items()]
    head = "v%d %d %d %.6f" % (VERSION, first.worker, first.lane, start)
    metrics.append('poolscope;desc="%s %s"' % (head, " ".join(stamps)))
    return ", ".join(metrics)
