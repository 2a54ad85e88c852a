"""The Socket.IO relay: each browser follows the going run's log by index.

Frames are columns, and the next is sent when the browser has acknowledged the last but one, so a
slow tab holds two frames and catches up from the log by itself.
"""

import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

from flask import request
from flask_socketio import SocketIO

from config import SECONDS
from target_app.marks import PHASES, Mark

from . import report
from .conductor import Conductor, Run

FRAME_MARKS = 4000
FRAMES_UNDER_WAY = 2
TICK_SECONDS = 0.033 * SECONDS
SUMMARY_SECONDS = 0.25 * SECONDS
SUMMARY_SHARE = 0.2  # of this process's time that summaries of a long run may take
IDLE_SECONDS = 1 * SECONDS

_CODES = {phase: code for code, phase in enumerate(PHASES)}


@dataclass
class Follower:
    """One browser: which run it has, up to which index, and what is under way to it."""

    run: str | None = None
    index: int = 0
    under_way: int = 0
    version: int = -1
    summary: object = None


class Relay:
    """Sends state, frames and summaries to every follower."""

    def __init__(self, socketio: SocketIO, conductor: Conductor) -> None:
        self._socketio = socketio
        self._conductor = conductor
        self._lock = threading.Lock()
        self._followers: dict[str, Follower] = {}
        self._wake = threading.Event()
        self._closed = False
        self._summary: dict[str, Any] | None = None
        self._summary_key: tuple[str, int, str] | None = None
        self._summary_due = 0.0
        socketio.on_event("follow", self._follow)
        socketio.on_event("disconnect", self._leave)
        self._thread = threading.Thread(target=self._work, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop sending."""
        self._closed = True
        self._wake.set()
        self._thread.join()

    def _follow(self, asked: Any = None) -> None:
        run = asked.get("run") if isinstance(asked, dict) else None
        index = asked.get("index") if isinstance(asked, dict) else 0
        follower = Follower()
        if isinstance(run, str) and isinstance(index, int) and index >= 0:
            follower = Follower(run, index)
        with self._lock:
            self._followers[request.sid] = follower  # type: ignore[attr-defined]
        self._wake.set()

    def _leave(self, *_: Any) -> None:
        with self._lock:
            self._followers.pop(request.sid, None)  # type: ignore[attr-defined]

    def _work(self) -> None:
        while not self._closed:
            self._wake.clear()
            version = self._conductor.version
            run = self._conductor.last
            with self._lock:
                followers = list(self._followers.items())
            busy = run is not None and run.going
            if followers:
                if run is not None:
                    self._summarise(run)
                for sid, follower in followers:
                    busy = self._serve(sid, follower, run, version) or busy
            if busy:
                time.sleep(TICK_SECONDS)
            elif self._conductor.version == version:
                self._wake.wait(IDLE_SECONDS if not followers else TICK_SECONDS * 4)

    def _serve(self, sid: str, follower: Follower, run: Run | None, version: int) -> bool:
        """Send what one follower lacks; True when there is more to come."""
        name = run.id if run else None
        if follower.version != version or follower.run != name:
            if follower.run != name or (run and follower.index > len(run.log)):
                follower.run, follower.index = name, 0
            follower.version = version
            self._socketio.emit("state", state(run, self._conductor), to=sid)
        if run is None:
            return False
        while follower.under_way < FRAMES_UNDER_WAY and follower.index < len(run.log):
            marks = run.log.marks(follower.index, follower.index + FRAME_MARKS)
            body = frame(run.id, follower.index, marks)
            follower.index += len(marks)
            follower.under_way += 1
            self._socketio.emit("frame", body, to=sid, callback=_acknowledge(follower))
        behind = follower.index < len(run.log)
        if not behind and self._summary is not None and follower.summary is not self._summary:
            follower.summary = self._summary
            self._socketio.emit("summary", self._summary, to=sid)
        return behind

    def _summarise(self, run: Run) -> None:
        """Make the summary anew when the log has grown, not too often while the run goes on."""
        key = (run.id, len(run.log), run.status)
        now = time.monotonic()
        same_run = self._summary_key is not None and self._summary_key[0] == run.id
        if key == self._summary_key or (run.going and same_run and now < self._summary_due):
            return
        self._summary = summary(run)
        self._summary_key = key
        took = time.monotonic() - now
        self._summary_due = now + max(SUMMARY_SECONDS, took / SUMMARY_SHARE)


def _acknowledge(follower: Follower) -> Any:
    def acknowledged(*_: Any) -> None:
        follower.under_way -= 1

    return acknowledged


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
    if run is None:
        return {"run": None, "status": "idle", "target": target, "error": None, "notes": []}
    if run.going and run.step.startswith("starting the target"):
        target["state"] = "starting"
    if run.error is not None and not target["master"]:
        target["state"] = "failed"
    error = run.error
    return {
        "run": run.id,
        "label": "",
        "status": run.status,
        "step": run.step,
        "step_seconds": round(time.monotonic() - run.step_since, 3),
        "settings": run.settings.as_dict(),
        "forecast": run.promised.as_dict(),
        "elapsed": run.elapsed,
        "target": target | {"mode": run.settings.mode, "worker_class": run.settings.worker},
        "error": error and {"cause": error.cause, "cure": error.cure, "stderr": error.log},
        "marks_lost": run.log.marks_lost,
        "notes": list(run.notes),
    }


def summary(run: Run) -> dict[str, Any]:
    """The run so far in words and numbers; the page draws them and computes none."""
    requests, batches = run.requests(), run.batches()
    total = run.settings.requests
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
        "failures": report.failures(requests),
        "diagnosis": diagnosis and diagnosis.as_dict(),
    }
