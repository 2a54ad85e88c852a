"""A kept run as the page opens it: the same shapes as those of a run that is live."""

from dataclasses import asdict
from typing import Any

from dashboard.text import iso_time
from dashboard.workload.mix import parse_request_spec
from settings import URL

from . import report
from .page_state import frame, gauge_frame
from .record import Record


def as_page(record: Record) -> dict[str, Any]:
    """State, frame, gauges and summary, as ``wire.record`` makes them of a live run."""
    name = f"#{record.number}" if record.number else "run"
    return {
        "state": _state(name, record),
        "frame": frame(name, 0, list(record.marks)),
        "gauges": gauge_frame(name, 0, list(record.samples)),
        "summary": _summary(name, record),
    }


def _state(name: str, record: Record) -> dict[str, Any]:
    settings = record.settings
    pids = sorted({mark.worker for mark in record.marks if mark.worker})
    return {
        "run": name,
        "history_id": record.number or None,
        "label": record.label,
        "pinned": record.pinned,
        "started_at": iso_time(record.started_at),
        "versions": record.versions,
        "status": record.status,
        "step": "",
        "step_seconds": 0.0,
        "settings": settings.as_dict(),
        "forecast": record.promised.as_dict(),
        "asks": [
            {"name": request_spec.name, "weight": request_spec.weight}
            for request_spec in map(parse_request_spec, record.request_specs)
        ],
        "elapsed": record.total_seconds,
        "target": {
            "pids": pids,
            "master": None,
            "state": "stopped",
            "mode": "another server" if settings.endpoint == URL else settings.mode,
            "worker_class": "" if settings.endpoint == URL else settings.worker,
        },
        "error": record.error,
        "marks_lost": record.marks_lost,
        "compared_with": None,
        "notes": list(record.notes),
    }


def _summary(name: str, record: Record) -> dict[str, Any]:
    return {
        "run": name,
        "sentence": record.sentence,
        "counts": record.counts,
        "requests": record.settings.requests,
        "done": record.counts["done"],
        "failed": record.counts["failed"],
        "total_seconds": record.total_seconds,
        "batches": [asdict(batch) for batch in record.batches],
        "picture": record.picture,
        "paths": [row.as_dict() for row in record.paths] if record.request_specs else [],
        "failures": report.failures(record.requests),
        "diagnosis": record.diagnosis and record.diagnosis.as_dict(),
        "app": record.card,
    }
