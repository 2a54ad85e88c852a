"""A run that never was, as the page receives it: thousands of requests through a pool of 900."""

import random
from typing import Any

from dashboard.analysis.forecast import forecast
from dashboard.runs import page_state
from settings import read_settings
from target_app.probe.marks import Mark, Phase

CAPACITY = 900
SLEEP_SECONDS = 0.5
WORKER = 4711


def record_of(count: int) -> dict[str, Any]:
    """``state``, ``frame`` and ``summary`` of a run of ``count`` requests."""
    pick = random.Random(3)
    marks = sorted(
        (mark for seq in range(1, count + 1) for mark in _request(seq, pick)),
        key=lambda mark: mark.at,
    )
    settings = read_settings(
        {"requests": count, "sleep_seconds": SLEEP_SECONDS, "pool_size": CAPACITY}
        | {"max_overflow": 0, "worker_connections": count, "postgres_max_connections": 1000}
    )
    total = marks[-1].at
    batches = [
        {
            "count": min(CAPACITY, count - first + 1),
            "at": _start(first) + SLEEP_SECONDS + 0.07,
            "seqs": list(range(first, min(first + CAPACITY, count + 1))),
        }
        for first in range(1, count + 1, CAPACITY)
    ]
    state = {
        "run": "r9",
        "label": "",
        "status": "done",
        "step": "",
        "step_seconds": 0,
        "settings": settings.as_dict(),
        "forecast": forecast(settings).as_dict(),
        "elapsed": total,
        "target": {"mode": "gevent-green", "worker_class": "gevent", "pids": [WORKER]},
        "error": None,
        "marks_lost": 0,
        "compared_with": None,
        "notes": [],
    }
    summary = {
        "run": "r9",
        "sentence": f"{count:,} requests",
        "counts": {"done": count},
        "requests": count,
        "done": count,
        "failed": 0,
        "total_seconds": total,
        "batches": batches,
        "failures": [],
        "diagnosis": None,
    }
    return {"state": state, "frame": page_state.frame("r9", 0, marks), "summary": summary}


def _start(seq: int) -> float:
    """When the batch of request ``seq`` gets its connections."""
    return 0.2 + (seq - 1) // CAPACITY * (SLEEP_SECONDS + 0.06)


def _request(seq: int, pick: random.Random) -> list[Mark]:
    handling = 0.05 + seq * 3e-5 + pick.random() * 0.01
    executing = max(_start(seq) + pick.random() * 0.05, handling + 0.002)
    ended = executing + SLEEP_SECONDS + pick.random() * 0.01
    connection = 1 + seq % CAPACITY
    return [
        Mark("r9", seq, Phase.QUEUED, pick.random() * 0.03),
        Mark("r9", seq, Phase.HANDLING, handling, WORKER, seq),
        Mark("r9", seq, Phase.WAITING, handling + 0.001, WORKER, seq),
        Mark("r9", seq, Phase.EXECUTING, executing, WORKER, seq, connection),
        Mark("r9", seq, Phase.HOLDING, ended, WORKER, seq, connection),
        Mark("r9", seq, Phase.RESPONDING, ended + 0.006, WORKER, seq),
        Mark("r9", seq, Phase.DONE, ended + 0.01, status=200),
    ]
