"""A dashboard in a process of its own, spoken to as a browser or a script does."""

import os
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests

from config import LOOPBACK, child_environ
from tests.dashboard.conftest import eventually, running

ROOT = Path(__file__).resolve().parents[1]
FAMILIES = ("gunicorn", "dashboard.burst", "processes.keeper", "postgres", "mariadbd", "mysqld")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        return int(sock.getsockname()[1])


class Served:
    """The process, its address, and what it printed first."""

    def __init__(self, process: "subprocess.Popen[str]", line: str, mark: str) -> None:
        self.process = process
        self.line = line
        found = re.search(r"http://[^ ]+", line)
        assert found, (line, process.poll())
        self.url = found[0].partition("/?")[0]
        self.token = found[0].partition("token=")[2]
        self._mark = mark

    def get(self, path: str, **more: Any) -> requests.Response:
        """The answer to a GET."""
        return requests.get(self.url + path, timeout=20, **more)

    def post(self, path: str, body: object = None, **more: Any) -> requests.Response:
        """The answer to a POST of JSON."""
        return requests.post(self.url + path, json={} if body is None else body, timeout=20, **more)

    def launch(self, **settings: Any) -> str:
        """Launch a run; its id."""
        answer = self.post("/api/runs", settings)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["run"])

    def record(self, run: str) -> dict[str, Any]:
        """The whole run."""
        return dict(self.get(f"/api/runs/{run}/record").json())

    def status(self, run: str) -> str:
        """How far the run is."""
        return str(self.record(run)["state"]["status"])

    def reaches(self, run: str, *statuses: str, seconds: float = 40) -> bool:
        """Whether the run gets as far as one of ``statuses``; it says why where it does not."""
        over = {"done", "cancelled", "failed", *statuses}
        assert eventually(lambda: self.status(run) in over, seconds), self.status(run)
        state = self.record(run)["state"]
        assert state["status"] in statuses, state
        return True

    def finish(self, **settings: Any) -> dict[str, Any]:
        """Launch a run and wait for its end; the whole run."""
        run = self.launch(**settings)
        assert self.reaches(run, "done")
        return self.record(run)

    def family(self) -> dict[int, str]:
        """Our processes that live, by pid: the dashboard's descendants and whoever has its mark."""
        found = {}
        for each in psutil.process_iter():
            try:
                marked = each.environ().get("POOLSCOPE_TEST") == self._mark
                words = " ".join(each.cmdline()) or each.name()
            except psutil.Error:  # it ended meanwhile, or is none of ours
                continue
            if marked and running(each.pid) and any(name in words for name in FAMILIES):
                found[each.pid] = words
        if running(self.process.pid):
            for each in psutil.Process(self.process.pid).children(recursive=True):
                found.setdefault(each.pid, each.name())
        return found


@contextmanager
def serving(data_dir: Path, *options: str, **environ: str) -> Iterator[Served]:
    """A dashboard over ``data_dir``; it is killed in the end if it still runs."""
    mark = uuid.uuid4().hex
    command = [sys.executable, "-m", "dashboard", "serve", "--no-browser"]
    if "--port" not in options:
        command += ["--port", str(free_port())]
    given = {"POOLSCOPE_DATA_DIR": str(data_dir), "POOLSCOPE_TEST": mark, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=child_environ(**given, **environ),
    ) as process:
        assert process.stdout is not None
        try:
            yield Served(process, process.stdout.readline(), mark)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()


def public(folder: Path) -> Path:
    """The folder, made so that root's databases, which run as other users, can pass through."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def as_root() -> bool:
    """Whether we may mount, and start processes of other users."""
    return os.geteuid() == 0
