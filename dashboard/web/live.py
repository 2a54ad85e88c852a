"""The Socket.IO relay: each browser follows the going run's log by index.

Frames are columns, and the next is sent when the browser has acknowledged the last but one, so a
slow tab holds two frames and catches up from the log by itself.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_socketio import SocketIO

from config import SECONDS
from dashboard.conductor import Conductor
from dashboard.runs.answers import Summary
from dashboard.runs.page_state import frame, gauge_frame, idle, state, summary
from dashboard.runs.run import Run

FRAME_MARKS = 4000
FRAMES_UNDER_WAY = 2
SPACING_SECONDS = 0.016 * SECONDS  # between frames: a screen shows no more
FOLLOWERS_A_FRAME = 5
QUIET_SECONDS = 0.05 * SECONDS  # without a mark, after which gauges and state go out all the same
SUMMARY_SECONDS = 0.25 * SECONDS
SUMMARY_SHARE = 0.2  # of this process's time that summaries of a long run may take
IDLE_SECONDS = 1 * SECONDS


@dataclass
class Window:
    """How many frames are under way to one browser, wherever it follows from."""

    under_way: int = 0


@dataclass
class Follower:
    """One browser: which run it has, up to which index, and what is under way to it."""

    run: str | None = None
    index: int = 0
    gauges: int = 0  # samples sent
    version: int = -1
    summary: object = None
    window: Window = field(default_factory=Window)


class Relay:
    """Sends state, frames and summaries to every follower."""

    def __init__(self, socketio: SocketIO, conductor: Conductor) -> None:
        self._socketio = socketio
        self._conductor = conductor
        self._lock = threading.Lock()
        self._followers: dict[str, Follower] = {}
        self._wake = threading.Event()
        self._closed = False
        self._summary: Summary | None = None
        self._summary_key: tuple[str, int, str] | None = None
        self._summary_due = 0.0
        socketio.on_event("follow", self._follow)
        socketio.on_event("disconnect", self._leave)
        # Two of them: the marks of a long run do not wait until its summary is made.
        self._threads = [
            threading.Thread(target=work, name=f"relay-{work.__name__}", daemon=True)
            for work in (self._send, self._sum_up)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop sending."""
        self._closed = True
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def _follow(self, asked: Any = None) -> None:
        run = asked.get("run") if isinstance(asked, dict) else None
        index = asked.get("index") if isinstance(asked, dict) else 0
        follower = Follower()
        if isinstance(run, str) and type(index) is int and index >= 0:  # True is an int too
            follower = Follower(run, index)
        with self._lock:
            before = self._followers.get(request.sid)  # type: ignore[attr-defined]
            if before is not None:  # who asks again without reading gets no more for it
                follower.window = before.window
            self._followers[request.sid] = follower  # type: ignore[attr-defined]
        self._wake.set()

    def _leave(self, *_: Any) -> None:
        with self._lock:
            self._followers.pop(request.sid, None)  # type: ignore[attr-defined]

    def _send(self) -> None:
        while not self._closed:
            self._wake.clear()
            version = self._conductor.changes.version
            run = self._conductor.last
            with self._lock:
                followers = list(self._followers.items())
            busy = run is not None and run.is_running
            for sid, follower in followers:
                busy = self._serve(sid, follower, run, version) or busy
            if busy:
                # Many tabs get fewer and longer frames: the run needs the processor more.
                time.sleep(SPACING_SECONDS * max(1, len(followers) / FOLLOWERS_A_FRAME))
                if run is not None and followers:
                    first = min(follower.index for _, follower in followers)
                    run.log.follow(first, QUIET_SECONDS)
            elif self._conductor.changes.version == version:
                self._wake.wait(IDLE_SECONDS if not followers else QUIET_SECONDS)

    def _sum_up(self) -> None:
        while not self._closed:
            run = self._conductor.last
            if run is not None and self._followers:
                self._summarise(run)
            time.sleep(QUIET_SECONDS)

    def _serve(self, sid: str, follower: Follower, run: Run | None, version: int) -> bool:
        """Send what one follower lacks; True when there is more to come."""
        name = run.id if run else None
        if follower.version != version or follower.run != name:
            if follower.run != name or (run and follower.index > len(run.log)):
                follower.run, follower.index, follower.gauges = name, 0, 0
            follower.version = version
            status = self._conductor.target_status
            now = state(run.record(), run.life(status)) if run else idle(status)
            self._socketio.emit("state", now, to=sid)
        if run is None:
            return False
        while follower.window.under_way < FRAMES_UNDER_WAY and follower.index < len(run.log):
            marks = run.log.marks(follower.index, follower.index + FRAME_MARKS)
            sent = frame(run.id, follower.index, marks)
            follower.index += len(marks)
            follower.window.under_way += 1
            self._socketio.emit("frame", sent, to=sid, callback=_acknowledge(follower.window))
        samples = run.log.samples(follower.gauges)
        if samples and follower.window.under_way < FRAMES_UNDER_WAY:
            gauges = gauge_frame(run.id, follower.gauges, samples)
            follower.gauges += len(samples)
            self._socketio.emit("gauges", gauges, to=sid)
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
        if key == self._summary_key or (run.is_running and same_run and now < self._summary_due):
            return
        self._summary = summary(run.record(), run.life(self._conductor.target_status))
        self._summary_key = key
        took = time.monotonic() - now
        self._summary_due = now + max(SUMMARY_SECONDS, took / SUMMARY_SHARE)


def _acknowledge(window: Window) -> Any:
    def acknowledged(*_: Any) -> None:
        window.under_way -= 1

    return acknowledged
