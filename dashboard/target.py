"""Starts, watches and stops gunicorn with the target app."""

import contextlib
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import requests

from config import LOOPBACK, SECONDS, Settings, TargetConfig, child_environ

from .databases import Urls
from .errors import StartError
from .processes import Children, Tail

START_TIMEOUT = 30 * SECONDS
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
_CURES = (
    ("No module named", "Run `make run` again: it installs what is missing"),
    ("requires gevent", "Run `make run` again: it installs what is missing"),
    ("Address already in use", "Launch again: another port will be taken"),
    ("Too many open files", "Raise the open-file limit: ulimit -n 20000"),
    ("Cannot allocate memory", "Choose fewer workers"),
)


def same_token(given: str, token: str) -> bool:
    """Whether ``given`` is the secret ``token``, in constant time; never where there is none."""
    return bool(token) and secrets.compare_digest(
        given.encode(errors="surrogatepass"), token.encode()
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


class Target:
    """The one target of a dashboard."""

    def __init__(self, children: Children, beacon: str) -> None:
        self._children = children
        self._beacon = beacon
        self._lock = threading.Lock()
        self._heard = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._tail: Tail | None = None
        self._spec: TargetSpec | None = None
        self._timeout_seconds = 0
        self._token = ""
        self._port = 0
        self._workers: set[int] = set()
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

    def hear(self, event: str, token: str, pid: int) -> None:
        """Take a notice of a worker; those of other targets are ignored."""
        with self._heard:
            if not self.owns(token):
                return
            if event == "worker-ready":
                self._workers.add(pid)
            elif event == "worker-exit":
                self._workers.discard(pid)
            self._heard.notify_all()

    def ensure(self, spec: TargetSpec, timeout_seconds: int) -> None:
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

    def _start(self, spec: TargetSpec, timeout_seconds: int) -> None:
        self._token = secrets.token_hex(16)
        self._port = 0
        config = replace(spec.config, beacon=self._beacon, token=self._token)
        self._process = self._children.start(
            spec.argv(timeout_seconds),
            environ=child_environ(PYTHONUNBUFFERED="1", **config.to_environ()),
            stderr=subprocess.PIPE,
        )
        assert self._process.stderr is not None  # noqa: S101  it is a pipe, see above
        self._tail = Tail(self._process.stderr, self._read_line)
        self._spec = spec
        self._timeout_seconds = timeout_seconds
        self.starts += 1
        try:
            self._wait_until_ready(spec.workers)
        except StartError:
            self._stop()
            raise

    def _read_line(self, line: str) -> None:
        found = _LISTENING.search(line)
        if found:
            with self._heard:
                self._port = int(found[1])
                self._heard.notify_all()

    def _wait_until_ready(self, workers: int) -> None:
        """Wait for every worker's notice, then for one answer.

        The answer's connection is closed: an idle one would hold a thread of gthread.
        """
        deadline = time.monotonic() + START_TIMEOUT
        with self._heard:
            while not self._port or len(self._workers) < workers:
                if self.master_pid is None:
                    break
                if time.monotonic() > deadline:
                    raise self._failure(f"did not become ready within {START_TIMEOUT:g} s")
                self._heard.wait(0.05)
        if self.master_pid is None:
            raise self._failure("ended while it started")
        answer: Any = None
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(
                f"http://{LOOPBACK}:{self._port}/healthz",
                headers={"Connection": "close"},
                timeout=START_TIMEOUT,
            )
        if answer is None or answer.status_code != 200:
            raise self._failure("listens but does not answer /healthz")

    def _failure(self, what: str) -> StartError:
        log = self.log()
        cure = next((cure for text, cure in _CURES if text in log), "Read its last lines below")
        return StartError(f"The target {what}", cure, log)

    def _stop(self) -> None:
        if self._process is not None:
            # Nothing in it is worth waiting for: a graceful stop takes gevent 1.5 s.
            self._children.stop(self._process, signal.SIGKILL)
            self._process = None
        self._spec = None
        with self._heard:
            self._token = ""
            self._workers.clear()
