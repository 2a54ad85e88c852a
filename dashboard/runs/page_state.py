"""A run as the page receives it: plain values that become JSON."""

import time
from dataclasses import asdict
from typing import Any, NamedTuple

from dashboard.marks.samples import Sample
from target_app.probe.marks import EXTRAS, PHASES, Mark

from . import report
from .app_card import card
from .run import Run

_CODES = {phase: code for code, phase in enumerate(PHASES)}


def frame(run: str, index: int, marks: list[Mark]) -> dict[str, Any]:
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
        **{
            name: {str(n): value for n, mark in enumerate(marks) if (value := getattr(mark, name))}
            for name in EXTRAS
        },
    }


class TargetStatus(NamedTuple):
    """What runs behind the dashboard: worker pids, the master's, 0 for none.

    Of a server that somebody else runs nothing but its address, ``origin``, is known.
    """

    pids: list[int]
    master: int | None
    origin: str = ""


def state(run: Run | None, status: TargetStatus) -> dict[str, Any]:
    """How far the run is, and the target that serves it."""
    target: dict[str, Any] = {"pids": status.pids, "master": status.master}
    target["state"] = "ready" if status.master or status.origin else "stopped"
    if run is None:
        return {"run": None, "status": "idle", "target": target, "error": None, "notes": []}
    if run.is_running and run.step.startswith("starting the target"):
        target["state"] = "starting"
    if run.error is not None and not status.master and not status.origin:
        target["state"] = "failed"
    error = run.error
    return {
        "run": run.id,
        "history_id": run.history_id,
        "label": run.label,
        "status": run.status,
        "step": run.step,
        "step_seconds": round(time.monotonic() - run.step_since, 3),
        "settings": run.settings.as_dict(),
        "forecast": run.promised.as_dict(),
        "asks": [
            {"name": request_spec.name, "weight": request_spec.weight}
            for request_spec in run.request_specs
        ],
        "elapsed": run.elapsed,
        "target": target | served_by(run, status),
        "error": error and {"cause": error.cause, "cure": error.cure, "stderr": error.log},
        "marks_lost": run.log.marks_lost,
        "compared_with": run.compared_with or None,
        "notes": list(run.notes),
    }


def served_by(run: Run, status: TargetStatus) -> dict[str, str]:
    """How the target is served: of a server that somebody else runs only its address is known."""
    if status.origin:
        return {"mode": status.origin, "worker_class": ""}
    return {"mode": run.settings.mode, "worker_class": run.settings.worker}


def summary(run: Run) -> dict[str, Any]:
    """The run so far in words and numbers; the page draws them and computes none."""
    requests, total = run.requests(), run.settings.requests
    batches, picture = run.shape()
    if run.is_running:
        sentence = report.running_sentence(requests, total)
    else:
        sentence = report.finished_sentence(requests, total, batches, run.status)
    found = report.counts(requests, total)
    diagnosis = run.diagnosis()
    return {
        "run": run.id,
        "sentence": sentence,
        "counts": found,
        "requests": total,
        "done": found["done"],
        "failed": found["failed"],
        "total_seconds": report.total_seconds(requests),
        "batches": [asdict(batch) for batch in batches],
        "picture": picture,
        "paths": [row.as_dict() for row in run.paths()],
        "failures": report.failures(requests),
        "diagnosis": diagnosis and diagnosis.as_dict(),
        "app": card(run.settings, run.effective(), run.app_facts(), diagnosis),
    }


def gauge_frame(run: str, index: int, samples: list[Sample]) -> dict[str, Any]:
    """Samples from ``index`` on, each as [at, name, worker, values]."""
    return {"run": run, "index": index, "samples": [list(sample) for sample in samples]}


def record(run: Run, status: TargetStatus) -> dict[str, Any]:
    """Everything of one run at once."""
    return {
        "state": state(run, status),
        "frame": frame(run.id, 0, run.log.marks()),
        "gauges": gauge_frame(run.id, 0, run.log.samples()),
        "summary": summary(run),
    }
