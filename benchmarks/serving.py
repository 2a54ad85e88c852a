"""What the probe costs a gevent worker, and how fast the mode is switched."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import requests

from config import ROOT, TargetConfig, child_environ
from dashboard.targets.own_app import TargetSpec
from settings import read_settings

from .fresh import fresh_runtime
from .table import ratio, show, spread

REQUESTS = 10_000
AT_ONCE = 20


@contextlib.contextmanager
def gunicorn(beacon: str) -> Iterator[str]:
    """A gevent worker with our target, with the probe when there is a ``beacon``."""
    config = TargetConfig(
        "postgresql+psycopg2://nobody@/none?host=/nowhere", beacon=beacon, token="0" * 32
    )
    argv = [sys.executable, "-m", "gunicorn", "target_app.wsgi:app", "--bind=127.0.0.1:0"]
    argv += ["--worker-class=gevent", "--no-control-socket"]
    if beacon:
        argv.append("--config=python:target_app.gunicorn_conf")
    environ = child_environ(**config.to_environ())
    with subprocess.Popen(argv, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        for line in child.stderr:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        assert found is not None
        requests.get(f"{found[0]}/healthz", timeout=20)
        yield found[0]
        child.terminate()


@contextlib.contextmanager
def uvicorn(beacon: str) -> Iterator[str]:
    """A uvicorn with our target, with the probe when there is a ``beacon``."""
    config = TargetConfig(
        "postgresql+asyncpg://nobody@/none?host=/nowhere",
        mode="asyncio",
        beacon=beacon,
        token="0" * 32,
    )
    argv = [sys.executable, "-m", "uvicorn", "target_app.asgi:app", "--port=0", "--no-access-log"]
    environ = child_environ(**config.to_environ())
    with subprocess.Popen(argv, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        for line in child.stderr:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        assert found is not None
        yield found[0]
        child.terminate()


def requests_per_second(url: str, header: str = "") -> float:
    """How many requests for ``/healthz`` the server answers, as ab counts them."""
    argv = ["ab", "-q", "-n", str(REQUESTS), "-c", str(AT_ONCE), "-k"]
    said = subprocess.run(
        [*argv, *(["-H", header] if header else []), f"{url}/healthz"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(re.findall(r"Requests per second:\s+([\d.]+)", said)[0])


def probe(rounds: int) -> None:
    """Print requests per second without the probe, with it, and with it in a run."""
    _probe(rounds, gunicorn, "one gevent worker")


def asgi_probe(rounds: int) -> None:
    """The same for the ASGI probe, in uvicorn."""
    _probe(rounds, uvicorn, "uvicorn")


def _probe(rounds: int, serve: Callable[[str], AbstractContextManager[str]], name: str) -> None:
    header = f"X-Poolscope: {'a' * 32}/1"
    found: dict[str, list[float]] = {"no probe": [], "probe, no run": [], "probe, in a run": []}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        beacon = f"127.0.0.1:{ear.getsockname()[1]}"
        with serve("") as plain, serve(beacon) as probed:
            for _ in range(rounds):
                found["no probe"].append(requests_per_second(plain))
                found["probe, no run"].append(requests_per_second(probed))
                found["probe, in a run"].append(requests_per_second(probed, header))
    show(
        f"/healthz in {name}, {REQUESTS:,} requests, {rounds} alternating rounds",
        ["", "requests per second", "x no probe"],
        [
            [name, spread(values, "/s", digits=0), ratio(values, found["no probe"])]
            for name, values in found.items()
        ],
    )


def switch(rounds: int) -> None:
    """Print how long a switch of the mode takes, and gunicorn alone with the same app."""
    ours: list[float] = []
    alone: list[float] = []
    with fresh_runtime() as runtime:
        urls = runtime.databases.ensure(read_settings({}), lambda _: None)
        for _ in range(rounds):
            for mode in ("gevent-green", "blocking"):
                settings = read_settings({"mode": mode})
                start = time.monotonic()
                runtime.gunicorn.ensure(TargetSpec.of(settings, urls), 30)
                ours.append(time.monotonic() - start)
                start = time.monotonic()
                with _plain(settings.worker, urls.postgres):
                    alone.append(time.monotonic() - start)
    show(
        f"Another mode chosen to target ready, {2 * rounds} alternating starts",
        ["", "seconds", "x gunicorn alone"],
        [
            ["poolscope, the old target running", spread(ours, "s", digits=2), ratio(ours, alone)],
            ["gunicorn alone", spread(alone, "s", digits=2), "1.00"],
        ],
    )


@contextlib.contextmanager
def _plain(worker: str, postgres_url: str) -> Iterator[None]:
    """gunicorn by hand, until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "target_app.wsgi:app", f"--bind=127.0.0.1:{port}"]
    argv += [f"--worker-class={worker}", "--no-control-socket"]
    environ = child_environ(**TargetConfig(postgres_url).to_environ())
    with subprocess.Popen(argv, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as child:
        while True:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{port}/healthz", timeout=20)
                break
            time.sleep(0.01)
        yield
        child.kill()
