"""The generator process of one burst, read into a log."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any

from dashboard.errors import StartError
from dashboard.marks.log import RunLog
from dashboard.marks.wire import decode
from dashboard.processes.children import Children, Tail
from dashboard.workload.plan import Plan


class Generator:
    """Starts ``dashboard.burst`` with ``plan``; leaving the context ends the process."""

    def __init__(self, children: Children, plan: Plan, log: RunLog) -> None:
        self.facts: dict[str, Any] = {}  # what it said of itself
        self._children = children
        self._log = log
        self._process = children.start(
            [sys.executable, "-m", "dashboard.burst"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._cancelled = False
        self._stdin, self._stdout = _pipe(self._process.stdin), _pipe(self._process.stdout)
        self._tail = Tail(_pipe(self._process.stderr))
        with contextlib.suppress(BrokenPipeError):  # it died at once: reading will tell
            self._stdin.write(plan.to_json())
            self._stdin.flush()

    def __enter__(self) -> "Generator":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()
        self._children.stop(self._process)
        self._stdout.close()

    @property
    def pid(self) -> int:
        """The process's pid."""
        return self._process.pid

    def cancel(self) -> None:
        """Break the burst off; from any thread."""
        self._cancelled = True
        with contextlib.suppress(OSError):
            self._stdin.close()

    def read_all(self, on_release: Callable[[], None]) -> None:
        """Read its lines into the log until the burst is over or cancelled.

        StartError when the process ends before its burst does.
        """
        for line in self._stdout:
            if line.startswith(b"["):
                self._log.add(decode(line))
                continue
            facts = json.loads(line)
            if "timing" in facts:
                self._log.add_timing(*facts["timing"])
                continue
            self.facts |= facts
            if "release" in facts:
                self._log.release(facts["release"])
                on_release()
        if "finished" not in self.facts and not self._cancelled:
            cause = "The generator ended before its burst did"
            raise StartError(cause, "Launch it again; its last lines are below", self._tail.text())


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101  every stream of it is a pipe
    return stream
