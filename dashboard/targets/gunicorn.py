"""Starts, watches and stops gunicorn with the target app."""

import contextlib
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests

from config import LOOPBACK, ROOT, SECONDS, TargetConfig, own_environ
from dashboard.analysis.observed_pools import ObservedApp, merged, observed_from_notice
from dashboard.databases.databases import Urls
from dashboard.errors import StartError
from dashboard.processes.children import Children, Tail
from dashboard.tokens import same_token
from settings import Settings

from .spec import Spec

START_TIMEOUT = 30 * SECONDS
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
_CURES = (
    ("No module named", "Install Poolscope again (in a checkout: make run)"),
    ("requires gevent", "Install Poolscope again (in a checkout: make run)"),
    ("Address already in use", "Launch again to use another port"),
    ("Too many open files", "Raise the open-file limit: ulimit -n 20000"),
    ("Cannot allocate memory", "Use fewer workers"),
)


@dataclass(frozen=True)
class TargetSpec:
    """What a target is started with: while it stays the same, the target keeps running."""

    worker_class: str
    workers: int
    threads: int
    worker_connections: int
    backlog: int
    config: TargetConfig
    servers: str = ""  # a database that was started anew has left its pool with broken connections

    cwd = ROOT
    ready_path = "/healthz"

    @property
    def start_seconds(self) -> float:
        """How long it may take to come up."""
        return START_TIMEOUT

    @classmethod
    def of(cls, settings: Settings, urls: Urls) -> "TargetSpec":
        """The start settings of a run; what its worker class does not use is left out."""
        return cls(
            worker_class=settings.worker,
            workers=settings.workers,
            threads=settings.threads if settings.worker == "gthread" else 1,
            worker_connections=settings.worker_connections,
            backlog=settings.backlog,
            config=TargetConfig(
                postgres_url=urls.postgres,
                mysql_url=urls.mysql,
                pool_class=settings.pool_class,
                pool_size=settings.pool_size,
                max_overflow=settings.max_overflow,
                pool_timeout=settings.pool_timeout,
                psycogreen=settings.postgres_driver == "psycopg2-green",
            ),
            servers=urls.servers,
        )

    def argv(self, timeout_seconds: int) -> list[str]:
        """gunicorn's command line; port 0 lets the kernel choose a free one."""
        return [
            sys.executable,
            "-m",
            "gunicorn",
            "target_app.wsgi:app",
            "--config=python:target_app.gunicorn_conf",
            f"--bind={LOOPBACK}:0",
            f"--worker-class={self.worker_class}",
            f"--workers={self.workers}",
            f"--threads={self.threads}",
            f"--worker-connections={self.worker_connections}",
            f"--backlog={self.backlog}",
            f"--timeout={timeout_seconds}",
            # Its default path is one per user, and starting a second gunicorn unlinks it.
            "--no-control-socket",
        ]

    def environ(self, beacon: str, token: str) -> dict[str, str]:
        """The target's configuration as the variables that it reads."""
        config = replace(self.config, beacon=beacon, token=token)
        return own_environ(PYTHONUNBUFFERED="1", **config.to_environ())

    def failure(self, what: str, log: str) -> StartError:
        """Why it did not come up, with the last lines that it wrote."""
        cure = next((cure for text, cure in _CURES if text in log), "See its last lines below")
        return StartError(f"The target {what}", cure, log)


class GunicornProcess:
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
        self._workers: set[int] = set()
        self._found: dict[int, ObservedApp] = {}
        self._master_threads = 0
        self.starts = 0

    @property
    def pids(self) -> list[int]:
        """The pids of the workers that have loaded the app."""
        with self._heard:
            return sorted(self._workers)

    @property
    def master_pid(self) -> int | None:
        """gunicorn's own pid while it runs."""
        alive = self._process is not None and self._process.poll() is None
        return self._process.pid if alive and self._process else None

    @property
    def port(self) -> int:
        """The port that the target listens on."""
        return self._port

    def log(self) -> str:
        """The last lines that gunicorn wrote."""
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
        try:
            self._process = self._children.start(
                spec.argv(timeout_seconds),
                environ=spec.environ(self._beacon, self._token),
                stderr=subprocess.PIPE,
                cwd=spec.cwd,
            )
        except OSError as error:
            raise spec.failure(f"could not be started ({error.strerror})", "") from error
        assert self._process.stderr is not None  # noqa: S101  it is a pipe, see above
        self._tail = Tail(self._process.stderr, self._read_line)
        self._spec = spec
        self._timeout_seconds = timeout_seconds
        self.starts += 1
        try:
            self._wait_until_ready(spec)
        except StartError:
            self._stop()
            raise

    def _read_line(self, line: str) -> None:
        found = _LISTENING.search(line)
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


def _port(notice: Mapping[str, Any]) -> tuple[int, int]:
    """Port and threads of a master; ValueError for anything else."""
    port, threads = notice.get("port"), notice.get("threads")
    if type(port) is not int or type(threads) is not int or not 0 < port < 65536:
        raise ValueError("a notice of listening names a port")
    return port, threads
