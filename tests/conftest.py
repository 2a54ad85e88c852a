"""Fixtures that every kind of test may use."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from config import Environment
from dashboard.runtime import Runtime

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


# What needs real servers, databases or a browser is left out of `make check`.
SERVERS = {"runtime", "dashboard_url", "browser", "serve", "served", "store", "installed"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests whose fixtures start a server, a database or a browser."""
    for item in items:
        if SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("servers")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """With CI=true a part that is missing is a failure, not a skip."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and Environment.read().ci:
        terminalreporter.write_line("CI=true: skipped tests count as failures", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and Environment.read().ci:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data directory of the tests' own, short enough for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="ps-") as folder:
        path = Path(folder)
        path.chmod(0o755)  # root's Postgres runs as another user
        yield path


@pytest.fixture(scope="session")
def environment(data_dir: Path) -> Environment:
    """The environment of the person who runs the tests, with a data directory of its own."""
    given = {**os.environ, "POOLSCOPE_DATA_DIR": str(data_dir)}
    return Environment.read(given)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium: playwright's download is not to be counted on."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        pytest.skip("chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield instance
        instance.close()


@pytest.fixture(scope="session")
def dashboard_url(data_dir: Path) -> Iterator[str]:
    """The address of a real dashboard, started as a person starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dashboard", "serve", "--port", str(port), "--no-browser"]
    environ = {**os.environ, "POOLSCOPE_DATA_DIR": str(data_dir)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert f"http://127.0.0.1:{port}" in line
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.fixture(scope="session")
def runtime(environment: Environment) -> Iterator[Runtime]:
    """One set of real parts for all live tests: databases, target, receiver, conductor."""
    with Runtime(environment) as parts:
        yield parts
