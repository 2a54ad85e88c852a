"""Files of a run that people can open elsewhere: one small module for each format."""

from collections.abc import Callable
from typing import NamedTuple

from dashboard.runs.record import Record
from settings import TargetKind

from . import (
    csv_rows,
    har,
    jsonl,
    page,
    png,
    svg,
    trace,
)


class Format(NamedTuple):
    """What a format is called, how its files end, and who writes it."""

    name: str
    suffix: str
    mimetype: str
    write: Callable[[Record], bytes]


FORMATS = {
    each.name: each
    for each in (
        Format("jsonl", "jsonl", "application/x-ndjson", jsonl.write),
        Format("csv", "csv", "text/csv", csv_rows.write),
        Format("har", "har", "application/json", har.write),
        Format("trace", "trace.json", "application/json", trace.write),
        Format("svg", "svg", "image/svg+xml", svg.write),
        Format("png", "png", "image/png", png.write),
        Format("html", "html", "text/html", page.write),
    )
}


def file_name(record: Record, format_name: str) -> str:
    """``poolscope-7-gevent-green-postgres.har``."""
    settings = record.settings
    number = f"-{record.number}" if record.number else ""
    suffix = FORMATS[format_name].suffix
    mode = "" if record.kind is TargetKind.URL else f"-{settings.mode}"
    what = settings.endpoint if record.kind is TargetKind.EXAMPLE else record.kind.value
    return f"poolscope{number}{mode}-{what}.{suffix}"
