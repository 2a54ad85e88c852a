"""A run as the page receives it: plain values that become JSON."""

import time
from dataclasses import asdict
from typing import Any

from dashboard.conductor import Conductor
from dashboard.marks.samples import Sample
from target_app.probe.marks import PHASES, Mark

from . import report
from .app_card import card
from .run import Run

_CODES = {phase: code for code, phase in enumerate(PHASES)}


def frame(run: str, index: int, marks: list[Mark]) -> dict[str, Any]:
    """Marks from ``index`` on as columns; details, which are rare, by their offset."""
    return {
        "run": run,
        "index": index,
        "seq": [mark.seq for mark in marks],
        "phase": [_CODES[mark.phase] for mark in marks],
        "at": [mark.at for mark in marks],
        "worker": [mark.worker for mark in marks],
        "lane": [mark.lane for mark in marks],
        "connection": [mark.connection for mark in marks],
        "detail": {str(n): mark.detail for n, mark in enumerate(marks) if mark.detail},
    }


def state(run: Run | None, conductor: Conductor) -> dict[str, Any]:
    """How far the run is, and the target that serves it."""
    target: dict[str, Any] = {"pids": conductor.target.pids, "master": conductor.target.master_pid}
    target["state"] = "ready" if target["master"] else "stopped"
    if conductor.outside is not None:
        target = {"pids": [], "master": None, "state": "ready"}
    if run is None:
        return {"run": None, "status": "idle", "target": target, "error": None, "notes": []}
    if run.going and run.step.startswith("starting the target"):
        target["state"] = "starting"
    if run.error is not None and not target["master"] and conductor.outside is None:
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
        "asks": [{"name": ask.name, "weight": ask.weight} for ask in run.asks],
        "elapsed": run.elapsed,
        "target": target | served_by(run, conductor),
        "error": error and {"cause": error.cause, "cure": error.cure, "stderr": error.log},
        "marks_lost": run.log.marks_lost,
        "compared_with": run.compared_with or None,
        "notes": list(run.notes),
    }


def served_by(run: Run, conductor: Conductor) -> dict[str, str]:
    """How the target is served: of a server that somebody else runs only its address is known."""
    if conductor.outside is not None:
        return {"mode": conductor.outside.origin, "worker_class": ""}
    return {"mode": run.settings.mode, "worker_class": run.settings.worker}


def summary(run: Run) -> dict[str, Any]:
    """The run so far in words and numbers; the page draws them and computes none."""
    requests, total = run.requests(), run.settings.requests
    batches, picture = run.shape()
    if run.going:
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


def record(run: Run, conductor: Conductor) -> dict[str, Any]:
    """Everything of one run at once."""
    return {
        "state": state(run, conductor),
        "frame": frame(run.id, 0, run.log.marks()),
        "gauges": gauge_frame(run.id, 0, run.log.samples()),
        "summary": summary(run),
    }
