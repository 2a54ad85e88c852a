"""What each path of a run did: a row for everything that was asked for. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.marks.requests import Request
from dashboard.marks.server_timing import parse
from target_app.probe.marks import Phase

from .quantiles import median, percentile


@dataclass(frozen=True)
class PathRow:
    """The requests of one name; times in seconds, None where none of them ended.

    ``errors`` failed; ``statuses`` counts the answers by status. ``pool_wait_share`` is the part
    of their time in which they waited for a connection, ``queue_wait_share`` for a worker.
    ``metrics`` are the server's own of ``Server-Timing``: medians in milliseconds, by name.
    """

    name: str
    count: int
    errors: int
    statuses: dict[str, int]
    median: float | None
    p95: float | None
    longest: float | None
    pool_wait_share: float
    queue_wait_share: float
    metrics: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def by_path(requests: Sequence[Request], names: Sequence[str]) -> list[PathRow]:
    """A row for each name, in order of first request; ``names`` are those of request 1, 2, ..."""
    groups: dict[str, list[Request]] = {}
    for request in requests:
        if request.seq <= len(names):
            groups.setdefault(names[request.seq - 1], []).append(request)
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return [_row(name, groups[name]) for name in sorted(groups, key=order.__getitem__)]


def as_text(rows: Sequence[PathRow]) -> list[str]:
    """The table for people: a heading and a line for each row."""
    cells: list[tuple[str, ...]] = [
        ("request", "count", "median", "p95", "max", "errors", "pool wait", "statuses")
    ]
    for row in rows:
        times = (row.median, row.p95, row.longest)
        cells.append(
            (
                row.name,
                str(row.count),
                *("-" if at is None else f"{at:.3f} s" for at in times),
                str(row.errors),
                f"{row.pool_wait_share:.0%}",
                " ".join(f"{status}: {count}" for status, count in row.statuses.items()),
            )
        )
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in {0, len(widths) - 1} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    for row in rows:
        if row.metrics:
            said = ", ".join(f"{name} {value:g} ms" for name, value in row.metrics.items())
            lines.append(f"{row.name}: the server's own times (median): {said}")
    return lines


def _row(name: str, requests: Sequence[Request]) -> PathRow:
    times = [r.response_seconds for r in requests if r.response_seconds is not None]
    whole = sum(times) or 1.0
    statuses: dict[str, int] = {}
    metrics: dict[str, list[float]] = {}
    for request in requests:
        if request.end is not None:
            word = str(request.status or "") if request.done else request.failure
            statuses[word] = statuses.get(word, 0) + 1
        for mark in request.marks:
            for metric in parse(mark.timing):
                if metric.duration is not None:
                    metrics.setdefault(metric.name, []).append(metric.duration)
    return PathRow(
        name=name,
        count=len(requests),
        errors=sum(request.failed for request in requests),
        statuses=statuses,
        median=round(median(times), 6) if times else None,
        p95=round(percentile(times, 0.95), 6) if times else None,
        longest=round(max(times), 6) if times else None,
        pool_wait_share=round(sum(r.seconds_in(Phase.WAITING) for r in requests) / whole, 4),
        queue_wait_share=round(sum(r.seconds_in(Phase.QUEUED) for r in requests) / whole, 4),
        metrics={key: round(median(each), 3) for key, each in metrics.items()},
    )
