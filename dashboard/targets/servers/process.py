"""Starts, watches and stops the server of the target."""

import contextlib
import re
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import psutil
import requests

from config import LOOPBACK, SECONDS
from dashboard.analysis.observed_pools import ObservedApp, merged, observed_from_notice
from dashboard.errors import StartError
from dashboard.processes.children import Children, Tail
from dashboard.tokens import same_token

from .server import Server

START_TIMEOUT = 30 * SECONDS


class Spec(Protocol):
    """One way to serve a target: while it stays the same, the target keeps running."""

    @property
    def workers(self) -> int:
        """Worker processes."""

    @property
    def cwd(self) -> Path:
        """The directory that it is started in."""

    @property
    def ready_path(self) -> str:
        """A path that answers 200 without doing anything, "" where none is known."""

    @property
    def start_seconds(self) -> float:
        """How long it may take to come up."""

    @property
    def server(self) -> Server:
        """What serves it."""

    def argv(self, timeout_seconds: int) -> list[str]:
        """The server's command line."""

    def environ(self, beacon: str, token: str) -> dict[str, str]:
        """Its environment, with where its notices go to and what they carry."""

    def failure(self, what: str, log: str) -> StartError:
        """Why it did not come up."""


class ServerProcess:
    """The one target of a dashboard."""

    def __init__(self, children: Children, beacon: str) -> None:
        self._children = children
        self._beacon = beacon
        self._lock = threading.Lock()
        self._heard = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._tail: Tail | None = None
        self._spec: Spec | None = None
        self._timeout_seconds = 0
        self._token = ""
        self._port = 0
        self._listening: re.Pattern[str] | None = None
        self._workers: set[int] = set()
        self._found: dict[int, ObservedApp] = {}
        self._master_threads = 0
        self.starts = 0

    @property
    def pids(self) -> list[int]:
        """The pids of the workers that have loaded the app.

        gunicorn tells when one has ended, the others do not.
        """
        with self._heard:
            return sorted(pid for pid in self._workers if psutil.pid_exists(pid))

    @property
    def master_pid(self) -> int | None:
        """The server's own pid while it runs."""
        alive = self._process is not None and self._process.poll() is None
        return self._process.pid if alive and self._process else None

    @property
    def command(self) -> list[str]:
        """The command line of the running server, [] while none runs."""
        return [str(word) for word in self._process.args] if self._process else []  # type: ignore[union-attr]

    @property
    def port(self) -> int:
        """The port that the target listens on."""
        return self._port

    @property
    def cwd(self) -> str:
        """The directory that the target was started in, "" while none runs."""
        spec = self._spec
        return str(spec.cwd) if spec is not None else ""

    def log(self) -> str:
        """The last lines that the server wrote."""
        return self._tail.text() if self._tail else ""

    def owns(self, token: str) -> bool:
        """Whether ``token`` is the running target's."""
        return same_token(token, self._token)

    @property
    def found(self) -> ObservedApp | None:
        """What was found in the app that it serves; None for our own."""
        with self._heard:
            return merged(self._found.values())

    @property
    def master_threads(self) -> int:
        """Threads that a preloaded app has started where no request is served."""
        return self._master_threads

    def on_notice(self, event: str, token: str, pid: int, more: Mapping[str, Any]) -> None:
        """Take a notice of a worker; those of other targets are ignored.

        ValueError where ``more`` is not what a notice of that kind holds.
        """
        with self._heard:
            if not self.owns(token):
                return
            if event == "worker-ready":
                self._workers.add(pid)
            elif event == "worker-exit":
                self._workers.discard(pid)
                self._found.pop(pid, None)
            elif event == "found":
                self._found[pid] = observed_from_notice(more)
            elif event == "listening":
                self._port, self._master_threads = _port(more)
            self._heard.notify_all()

    def ensure(self, spec: Spec, timeout_seconds: int) -> None:
        """Have a target that was started with ``spec`` answer.

        ``timeout_seconds`` is what gunicorn allows a worker to stay silent: a running target is
        kept when it allows at least that. StartError when it does not come up.
        """
        with self._lock:
            fits = self._spec == spec and self._timeout_seconds >= timeout_seconds
            if fits and self.master_pid is not None and len(self.pids) == spec.workers:
                return
            self._stop()
            self._start(spec, timeout_seconds)

    def stop(self) -> None:
        """Stop the target at once, with whatever it is doing."""
        with self._lock:
            self._stop()

    def _start(self, spec: Spec, timeout_seconds: int) -> None:
        self._token = secrets.token_hex(16)
        self._port = self._master_threads = 0
        self._listening = spec.server.listening
        # One pipe, which the log alone comes through: what an app prints is not for us.
        both = spec.server.log_is_stdout
        try:
            self._process = self._children.start(
                spec.argv(timeout_seconds),
                environ=spec.environ(self._beacon, self._token),
                stdout=subprocess.PIPE if both else subprocess.DEVNULL,
                stderr=subprocess.STDOUT if both else subprocess.PIPE,
                cwd=spec.cwd,
            )
        except OSError as error:
            raise spec.failure(f"could not be started ({error.strerror})", "") from error
        pipe = self._process.stdout if both else self._process.stderr
        assert pipe is not None  # noqa: S101  it is a pipe, see above
        self._tail = Tail(pipe, self._read_line)
        self._spec = spec
        self._timeout_seconds = timeout_seconds
        self.starts += 1
        try:
            self._wait_until_ready(spec)
        except StartError:
            self._stop()
            raise

    def _read_line(self, line: str) -> None:
        found = self._listening.search(line) if self._listening else None
        if found:
            with self._heard:
                self._port = int(found[1])
                self._heard.notify_all()

    def _wait_until_ready(self, spec: Spec) -> None:
        """Wait for every worker's notice, then for one answer.

        The answer's connection is closed: an idle one would hold a thread of gthread.
        """
        deadline = time.monotonic() + spec.start_seconds
        with self._heard:
            while not self._port or len(self._workers) < spec.workers:
                if self.master_pid is None:
                    break
                if not self._listening and len(self._workers) == spec.workers:
                    self._port = port_of(self._workers)
                if time.monotonic() > deadline:
                    what = f"did not become ready within {spec.start_seconds:g} s"
                    raise spec.failure(what, self.log())
                self._heard.wait(0.05)
        if self.master_pid is None:
            raise spec.failure("ended while it started", self.log())
        if not spec.ready_path:
            return
        answer: Any = None
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(
                f"http://{LOOPBACK}:{self._port}{spec.ready_path}",
                headers={"Connection": "close"},
                timeout=START_TIMEOUT,
            )
        if answer is None or answer.status_code != 200:
            raise spec.failure(f"listens but does not answer {spec.ready_path}", self.log())

    def _stop(self) -> None:
        if self._process is not None:
            # Nothing in it is worth waiting for: a graceful stop takes gevent 1.5 s.
            self._children.stop(self._process, signal.SIGKILL)
            self._process = None
        self._spec = None
        with self._heard:
            self._token = ""
            self._workers.clear()
            self._found.clear()


def port_of(pids: Iterable[int]) -> int:
    """The port of this machine that all of these processes listen on, 0 for none."""
    ports: list[set[int]] = []
    for pid in pids:
        try:
            found = psutil.Process(pid).net_connections("tcp4")
        except psutil.Error:  # it has just ended
            return 0
        ports.append({each.laddr.port for each in found if each.status == psutil.CONN_LISTEN})
    return min(set.intersection(*ports), default=0) if ports else 0


def _port(notice: Mapping[str, Any]) -> tuple[int, int]:
    """Port and threads of a master; ValueError for anything else."""
    port, threads = notice.get("port"), notice.get("threads")
    if type(port) is not int or type(threads) is not int or not 0 < port < 65536:
        raise ValueError("a notice of listening names a port")
    return port, threads
