"""The server on a loopback address, until it is told to stop."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from config import LOOPBACK, child_environ
from dashboard.errors import StartError
from dashboard.web.server import listen
from tests.dashboard.conftest import eventually, marked, running

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        return int(sock.getsockname()[1])


@contextmanager
def serving(
    data_dir: Path, environ: dict[str, str]
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A dashboard of its own and its address."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard", "serve", "--no-browser", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=child_environ(POOLSCOPE_DATA_DIR=str(data_dir), PYTHONUNBUFFERED="1", **environ),
    ) as process:
        assert process.stdout is not None
        try:
            yield process, f"http://{LOOPBACK}:{port}"
        finally:
            process.kill()


@pytest.fixture
def environ() -> dict[str, str]:
    """A variable by which every process of a test is known."""
    return {"POOLSCOPE_TEST": uuid.uuid4().hex}


def test_a_free_port_is_listened_on_for_this_machine_only() -> None:
    port = free_port()
    with listen(port) as sock:
        assert sock.getsockname() == (LOOPBACK, port)
        with socket.create_connection((LOOPBACK, port), timeout=2):
            pass


def test_a_taken_port_is_told_with_another_to_choose() -> None:
    with listen(free_port()) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is in use") as caught:
            listen(port)
    assert caught.value.cure == f"Use another: --port {port + 1} (with make: PORT={port + 1})"


def test_the_last_port_of_all_has_a_cure_too() -> None:
    with socket.socket() as taken:
        try:
            taken.bind((LOOPBACK, 65535))
        except OSError:
            pytest.skip("another program has port 65535")
        taken.listen()
        with pytest.raises(StartError) as caught:
            listen(65535)
    assert caught.value.cure.endswith("--port 5000 (with make: PORT=5000)")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_it_says_where_it_is_answers_and_ends_cleanly(
    tmp_path: Path, environ: dict[str, str], number: signal.Signals
) -> None:
    with serving(tmp_path, environ) as (process, url):
        assert process.stdout is not None
        assert process.stdout.readline() == (
            f"Poolscope is running at {url}  (press Ctrl-C to stop)\n"
        )
        assert requests.get(f"{url}/api/options", timeout=5).status_code == 200
        with socket.create_connection((LOOPBACK, int(url.rpartition(":")[2]))):  # an idle page
            process.send_signal(number)
            assert process.wait(10) == 0
        assert process.stdout.read() == ""
    assert eventually(lambda: not marked(environ))


@pytest.mark.live
def test_ctrl_c_in_the_middle_of_a_run_leaves_no_process(
    data_dir: Path, environ: dict[str, str]
) -> None:
    home = data_dir / "served"
    home.mkdir()
    home.chmod(0o755)
    with serving(home, environ) as (process, url):
        assert process.stdout is not None
        process.stdout.readline()
        body = {"requests": 5, "sleep_seconds": 30}
        run = requests.post(f"{url}/api/runs", json=body, timeout=5).json()["run"]

        def executing() -> bool:
            log = requests.get(f"{url}/api/runs/{run}", timeout=5).json()
            return bool(log["status"] == "running")

        assert eventually(executing, 30)
        started = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert len(started) >= 3  # keeper, gunicorn and its worker, at least
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 0
    assert eventually(lambda: not marked(environ) and not any(map(running, started)))
    shutil.rmtree(home)
