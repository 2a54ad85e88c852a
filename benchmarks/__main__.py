"""``make bench``: every table, side by side with peers in one run."""

import argparse
from collections.abc import Callable

from benchmarks import (
    kept,
    page,
    release,
    serving,
    soak,
    truth_apps,
    watched,
    work,
)

from .table import machine
from .truth import builtin, costs

TABLES: dict[str, Callable[[int], object]] = {
    "release": release.main,
    "largest": lambda _: release.largest(),
    "probe": serving.probe,
    "asgi-probe": serving.asgi_probe,
    "switch": serving.switch,
    "page": page.main,
    "watched": watched.main,
    "work": work.main,
    "costs": costs.main,
    "truth": lambda _: builtin.main(1),
    "kept": kept.main,
    "soak": lambda _: soak.main(),
    "truth-apps": lambda _: truth_apps.main(),
}


def main() -> None:
    """Print the tables that are asked for."""
    names = ", ".join(TABLES)
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("tables", nargs="*", help=f"some of {names}; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    unknown = set(asked.tables) - set(TABLES)
    if unknown:
        parser.error(f"no such table: {', '.join(sorted(unknown))}; there are {names}")
    print(f"# Benchmarks\n\n{machine()}", flush=True)
    for name in asked.tables or TABLES:
        TABLES[name](asked.rounds)


main()
