"""A run as CSV (RFC 4180): one row for each request."""

import csv
import io
from typing import Any

from dashboard.marks.requests import Request
from dashboard.runs.record import Record
from target_app.probe.marks import ENDS, Phase

PHASES = tuple(phase.value for phase in Phase if phase not in ENDS)
HEADING = (
    *("request", "ask", "outcome", "status", "failure", "detail", "batch", "worker", "lane"),
    *("connection", "sent_at", "service_started_at", "ended_at", "response_seconds"),
    *(f"{phase}_seconds" for phase in PHASES),
)
# A spreadsheet takes a text that begins so for a formula, in full width as well
# (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def write(record: Record) -> bytes:
    """The requests in order of number; times in seconds since release."""
    batch_of = {seq: number for number, batch in enumerate(record.batches, 1) for seq in batch.seqs}
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(HEADING)
    rows.writerows(
        _row(request, record.names[request.seq - 1], batch_of.get(request.seq))
        for request in record.requests
    )
    return out.getvalue().encode()


def _row(request: Request, name: str, batch: int | None) -> list[Any]:
    end, service = request.end, request.service
    last = request.marks[-1]
    lane = service.lane if service else last.lane
    connection = max(mark.connection for mark in request.marks)
    return [
        request.seq,
        _text(name),
        "done" if request.done else "failed" if request.failed else "unfinished",
        request.status or "",
        _text(request.failure),
        _text(request.outcome if request.failed else ""),
        batch or "",
        request.worker or "",
        lane or "",
        connection or "",
        f"{request.sent:.6f}",
        f"{service.start:.6f}" if service else "",
        f"{end.at:.6f}" if end else "",
        f"{request.response_seconds:.6f}" if request.response_seconds is not None else "",
        *(f"{request.seconds_in(phase):.6f}" for phase in PHASES),
    ]


def _text(given: str) -> str:
    """A text from outside as a cell that no spreadsheet computes."""
    return "'" + given if given.startswith(FORMULA) else given
