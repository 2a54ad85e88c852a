"""What a request's stretches cost on this machine: where the model's figures come from.

In a gevent worker one request computes at a time, so from one mark of a worker to its next lies a
stretch of computing, or a pause where nobody had anything to do. Medians leave the pauses out.
"""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from dashboard.analysis.model.costs import Costs
from settings import read_settings
from target_app.probe.marks import Mark, Phase

from ..fresh import fresh_runtime
from ..table import show, spread

REQUESTS = 400
GREEN: dict[str, Any] = {"mode": "gevent-green", "pool_size": 15, "max_overflow": 0}
DRIVERS: dict[str, dict[str, Any]] = {
    "psycopg2-green": {},
    "psycopg": {"driver": "psycopg"},
    "pymysql": {"endpoint": "mysql"},
    "mysqlconnector": {"endpoint": "mysql", "driver": "mysqlconnector"},
}
# (from, to, in one request or from one to another): the stretch, and what it is made of.
Stretch = tuple[str, str, bool]
OF_ALL: dict[str, Stretch] = {
    "view": ("handling", "waiting", True),
    "respond": ("back", "responding", True),
}
OF_DRIVERS: dict[str, Stretch] = {
    "send": ("got", "executing 1", True),
    "rows": ("after 2", "after 2", False),
}


def named(marks: Iterable[Mark]) -> list[tuple[float, str, int]]:
    """(at, name, seq) of each of the workers' marks, in order of time."""
    found = []
    last: dict[int, str] = {}
    statements: defaultdict[int, int] = defaultdict(int)
    for mark in sorted(marks, key=lambda mark: mark.at):
        if not mark.worker:
            continue
        name: str = mark.phase.value
        before = last.get(mark.seq, "")
        if mark.phase is Phase.EXECUTING:
            statements[mark.seq] += 1
            name = f"executing {statements[mark.seq]}"
        elif mark.note:
            name = mark.note
        elif mark.phase is Phase.HOLDING:
            name = f"after {statements[mark.seq]}" if before.startswith("executing") else "got"
        elif mark.phase is Phase.HANDLING and before:
            name = "back"
        last[mark.seq] = name
        found.append((mark.at, name, mark.seq))
    return found


def stretches(marks: Iterable[Mark]) -> dict[Stretch, float]:
    """The median of each stretch between two marks of a run with one worker."""
    found: defaultdict[Stretch, list[float]] = defaultdict(list)
    order = named(marks)
    for (start, before, first), (end, after, second) in itertools.pairwise(order):
        found[before, after, first == second].append(end - start)
    return {key: statistics.median(values) for key, values in found.items()}


def main(rounds: int) -> None:
    """Print each cost beside the model's, and how fast this machine is by all of them."""
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    with fresh_runtime() as runtime:
        for _ in range(rounds):
            for driver, given in DRIVERS.items():
                settings = read_settings(
                    {"requests": REQUESTS, "sleep_seconds": 0, **GREEN, **given}
                )
                run = runtime.conductor.launch(settings, keep=False)
                runtime.conductor.wait()
                medians = stretches(run.record().marks)
                for name, stretch in OF_ALL.items():
                    found["any", name].append(medians[stretch])
                for name, stretch in OF_DRIVERS.items():
                    found[driver, name].append(medians[stretch])
    costs = Costs()
    lines, ratios = [], []
    for (driver, name), values in found.items():
        taken = getattr(costs if driver == "any" else costs.drivers[driver], name)
        ratios.append(statistics.median(values) / taken)
        lines.append([driver, name, spread(values, "ms", 1000, 3), f"{taken * 1000:.3f} ms"])
    show(
        f"What a stretch of computing costs, {rounds} rounds of {REQUESTS} requests",
        ["driver", "stretch", "measured", "in the model"],
        sorted(lines),
    )
    print(f"\nThis machine takes {statistics.median(ratios):.2f} times as long as the model says.")
