"""Whether those who watch a run change it: the same burst with no tab, one browser, and fifty."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from dashboard.analysis.quantiles import median
from dashboard.exports import jsonl
from dashboard.marks.samples import LOOP, largest
from dashboard.runs.record import Record, response_seconds
from tests.served import Served, public, serving

from .page import FLAGS
from .table import ratio, show, spread

SLEEP_SECONDS = 1.0
RUN: dict[str, Any] = {
    "mode": "gevent-green",
    "endpoint": "python",
    "requests": 1000,
    "sleep_seconds": SLEEP_SECONDS,
}
TABS = 50


@contextlib.contextmanager
def nobody(_url: str) -> Iterator[None]:
    """No tab at all."""
    yield


@contextlib.contextmanager
def fifty(url: str) -> Iterator[None]:
    """Fifty links in one process, which cost this machine less than fifty browsers."""
    argv = [sys.executable, "-m", "benchmarks.tabs", url, str(TABS)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.kill()


@contextlib.contextmanager
def one_browser(url: str) -> Iterator[None]:
    """The page, drawing, in headless Chromium."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        page.wait_for_timeout(1000)
        yield
        browser.close()


WATCHERS: dict[str, Callable[[str], AbstractContextManager[None]]] = {
    "no tab": nobody,
    "one browser, drawing": one_browser,
    f"{TABS} tabs": fifty,
}


def one_run(served: Served) -> Record:
    """One burst, as the dashboard tells of it."""
    run = served.launch(**RUN)
    served.reaches(run, "done")
    return jsonl.read(served.get(f"/api/runs/{run}/export?format=jsonl").content)


def main(rounds: int) -> None:
    """Print the table."""
    found: dict[str, dict[str, list[float]]] = {
        name: {"released": [], "lag": [], "loop": [], "median": [], "total": []}
        for name in WATCHERS
    }
    with tempfile.TemporaryDirectory(prefix="ps-") as folder, serving(public(Path(folder))) as one:
        one_run(one)  # its databases and target come up
        for _ in range(rounds):
            for name, watching in WATCHERS.items():
                with watching(one.url):
                    time.sleep(0.5)
                    record = one_run(one)
                facts = record.generator
                each = found[name]
                each["released"].append(float(facts.get("spread") or 0.0))
                each["lag"].append(float(facts.get("lag") or 0.0))
                each["loop"].append(largest(list(record.samples), LOOP, "lag"))
                each["median"].append(median(response_seconds(record.requests)))
                each["total"].append(record.total_seconds)
    alone = found["no tab"]
    show(
        f"{RUN['requests']:,} requests of {SLEEP_SECONDS:g} s and who watches them, "
        f"{rounds} alternating rounds",
        [
            *("", "released within", "generator's lag", "worker's loop lag"),
            *("median response", "x no tab", "total", "x no tab"),
        ],
        [
            [
                name,
                spread(each["released"], "ms", 1000),
                spread(each["lag"], "ms", 1000),
                spread(each["loop"], "ms", 1000, 0),
                spread(each["median"], "s", digits=2),
                ratio(each["median"], alone["median"]),
                spread(each["total"], "s", digits=2),
                ratio(each["total"], alone["total"]),
            ]
            for name, each in found.items()
        ],
    )
