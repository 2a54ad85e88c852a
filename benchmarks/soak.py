"""Hundreds of runs in a row in one dashboard: what stays open, alive and in memory."""

import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil

from tests.served import Served, public, serving

from .table import show

# Each mode twice in turn, so that half of the runs find their target and half start one.
MODES: tuple[dict[str, Any], ...] = (
    {"mode": "gevent-green", "endpoint": "postgres"},
    {"mode": "gevent-green", "endpoint": "python"},
    {"mode": "blocking", "endpoint": "python"},
    {"mode": "blocking", "endpoint": "postgres"},
    {"mode": "threads", "endpoint": "postgres"},
    {"mode": "threads", "endpoint": "mysql"},
    {"mode": "gevent-green", "endpoint": "mysql"},
    {"mode": "gevent", "endpoint": "postgres"},
)
RUNS = 300
WARM = 60  # runs, after which nothing should grow any more
MORE_FILES = 4
MORE_MEBIBYTES = 40
MEBIBYTE = 2**20


def standing(served: Served) -> tuple[int, int, float, int]:
    """Open files, threads and MiB of the dashboard, and processes of the whole family."""
    process = psutil.Process(served.process.pid)
    memory = process.memory_info().rss / MEBIBYTE
    # Postgres' own helpers come and go with the sessions: count what we start.
    family = sum("postgres" not in words for words in served.family().values())
    return process.num_fds(), process.num_threads(), memory, family


def main(runs: int = RUNS) -> None:
    """Print how the dashboard stands after every fifth of the runs."""
    lines: list[list[str]] = []
    stands: list[tuple[int, int, float, int]] = []
    failed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ps-") as folder, serving(public(Path(folder))) as one:
        for number, mode in enumerate(islice(cycle(MODES), runs), 1):
            summary = one.finish(requests=20, sleep_seconds=0.02, **mode)["summary"]
            failed += summary["failed"] + 20 - summary["done"]
            if number % WARM == 0:
                time.sleep(1)  # what ends with a run has ended
                files, threads, memory, family = standing(one)
                stands.append((files, threads, memory, family))
                seconds = f"{time.monotonic() - began:.0f} s"
                lines.append(
                    [f"{number}", seconds, *map(str, (files, threads, family)), f"{memory:.0f} MiB"]
                )
    show(
        f"{runs} runs in a row of 20 requests, {len(MODES)} modes and endpoints in turn",
        ["runs", "after", "open files", "threads", "processes", "memory of the dashboard"],
        lines,
    )
    first, last = stands[0], stands[-1]
    kept = (
        last[0] <= first[0] + MORE_FILES
        and last[1] <= first[1] + MORE_FILES
        and last[2] <= first[2] + MORE_MEBIBYTES
        and last[3] <= first[3]
    )
    print(
        f"\nBound from run {WARM} on: {MORE_FILES} more open files and threads, no more processes, "
        f"{MORE_MEBIBYTES} MiB more: {'kept' if kept else 'NOT KEPT'}; {failed} requests failed."
    )
