"""``make bench``: every table, side by side with peers in one run."""

import argparse

from . import page, release, serving
from .table import machine

TABLES = ("release", "largest", "probe", "switch", "page")


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("tables", nargs="*", help=f"some of {', '.join(TABLES)}; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    unknown = set(asked.tables) - set(TABLES)
    if unknown:
        parser.error(f"no such table: {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    wanted = asked.tables or TABLES
    print(f"# Benchmarks\n\n{machine()}")
    if "release" in wanted:
        release.main(asked.rounds)
    if "largest" in wanted:
        release.largest()
    if "probe" in wanted:
        serving.probe(asked.rounds)
    if "switch" in wanted:
        serving.switch(asked.rounds)
    if "page" in wanted:
        page.main(asked.rounds)


main()
