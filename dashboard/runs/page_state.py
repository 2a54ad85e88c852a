"""A run as the page receives it, live or kept: plain values that become JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from dashboard.marks.samples import Sample
from dashboard.text import iso_time
from dashboard.workload.mix import parse_request_spec
from settings import TargetKind
from target_app.probe.marks import PHASES, Mark

from . import report
from .answers import Frame, Gauges, Page, State, Summary, TargetTold
from .record import STARTING, Record

_CODES = {phase: code for code, phase in enumerate(PHASES)}


class TargetStatus(NamedTuple):
    """What runs behind the dashboard: worker pids, the master's, 0 for none.

    Of a server that somebody else runs nothing but its address, ``origin``, is known.
    """

    pids: list[int]
    master: int | None
    origin: str = ""
    kind: TargetKind = TargetKind.EXAMPLE


class Life(NamedTuple):
    """What a run has only in the dashboard that launched it: its name there, and how far it is."""

    run: str
    step: str
    step_seconds: float
    elapsed: float | None  # seconds since release, None before
    compared_with: str
    target: TargetStatus


def frame(run: str, index: int, marks: Sequence[Mark]) -> Frame:
    """Marks from ``index`` on as columns; what only some marks tell, by their offset."""
    return {
        "run": run,
        "index": index,
        "seq": [mark.seq for mark in marks],
        "phase": [_CODES[mark.phase] for mark in marks],
        "at": [mark.at for mark in marks],
        "worker": [mark.worker for mark in marks],
        "lane": [mark.lane for mark in marks],
        "connection": [mark.connection for mark in marks],
        "status": _some(marks, "status"),
        "failure": _some(marks, "failure"),
        "message": _some(marks, "message"),
        "note": _some(marks, "note"),
        "timing": _some(marks, "timing"),
    }


def _some(marks: Sequence[Mark], name: str) -> dict[str, Any]:
    return {str(n): value for n, mark in enumerate(marks) if (value := getattr(mark, name))}


def gauge_frame(run: str, index: int, samples: Sequence[Sample]) -> Gauges:
    """Samples from ``index`` on, each as [at, name, worker, values]."""
    return {"run": run, "index": index, "samples": [list(sample) for sample in samples]}


def idle(status: TargetStatus) -> dict[str, Any]:
    """The state before the first run."""
    target = {
        "kind": status.kind.value,
        "pids": status.pids,
        "master": status.master,
        "state": _readiness(status),
    }
    return {"run": None, "status": "idle", "target": target, "error": None, "notes": []}


def state(record: Record, life: Life | None = None) -> State:
    """How far the run is, and the target that serves it; without ``life`` that of a kept run."""
    return {
        "run": _name(record, life),
        "history_id": record.number or None,
        "label": record.label,
        "pinned": record.pinned,
        "started_at": iso_time(record.started_at),
        "versions": record.versions,
        "status": record.status,
        "step": life.step if life else "",
        "step_seconds": life.step_seconds if life else 0.0,
        "settings": record.settings.as_dict(),
        "forecast": record.promised.as_dict(),
        "asks": [
            {"name": request_spec.name, "weight": request_spec.weight}
            for request_spec in map(parse_request_spec, record.request_specs)
        ],
        "elapsed": life.elapsed if life else record.total_seconds,
        "target": _target(record, life),
        "error": record.error,
        "marks_lost": record.marks_lost,
        "compared_with": (life.compared_with if life else "") or None,
        "notes": list(record.notes),
    }


def summary(record: Record, life: Life | None = None) -> Summary:
    """The run so far in words and numbers; the page draws them and computes none."""
    return {
        "run": _name(record, life),
        "sentence": record.sentence,
        "counts": record.counts,
        "requests": record.settings.requests,
        "done": record.counts["done"],
        "failed": record.counts["failed"],
        "total_seconds": record.total_seconds,
        "batches": [asdict(batch) for batch in record.batches],
        "picture": record.picture,
        "paths": [row.as_dict() for row in record.paths],
        "failures": report.failures(record.requests),
        "diagnosis": record.diagnosis.as_dict() if record.diagnosis else None,
        "app": record.card,
    }


def page(record: Record, life: Life | None = None) -> Page:
    """Everything of one run at once."""
    name = _name(record, life)
    return {
        "state": state(record, life),
        "frame": frame(name, 0, record.marks),
        "gauges": gauge_frame(name, 0, record.samples),
        "summary": summary(record, life),
    }


def _name(record: Record, life: Life | None) -> str:
    if life is not None:
        return life.run
    return f"#{record.number}" if record.number else "run"


def _target(record: Record, life: Life | None) -> TargetTold:
    """Who serves it; of an external server at most its address is known."""
    is_external = record.kind is TargetKind.URL
    workers = sorted({mark.worker for mark in record.marks if mark.worker}) if not life else []
    status = life.target if life else TargetStatus(workers, None)
    readiness = _readiness(status)
    if life and record.status == STARTING and life.step.startswith("starting the target"):
        readiness = "starting"
    if life and record.error is not None and readiness == "stopped":
        readiness = "failed"
    return {
        "kind": record.kind.value,
        "pids": status.pids,
        "master": status.master,
        "state": readiness,
        "mode": (record.origin or "another server") if is_external else record.settings.mode,
        "worker_class": "" if is_external else record.settings.worker,
    }


def _readiness(status: TargetStatus) -> str:
    return "ready" if status.master or status.origin else "stopped"
