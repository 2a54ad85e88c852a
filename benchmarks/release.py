"""How sharp the burst is, and how true its stamps: side by side with other tools."""

import contextlib
import secrets
import subprocess
import sys
from collections.abc import Iterator

import requests

from benchmarks import peers
from dashboard.analysis.quantiles import median
from dashboard.cli.burst_report import BurstResult, send_burst
from dashboard.processes.open_files import files_needed
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from target_app.probe.marks import Phase

from .table import ratio, show, spread

SLEEP_SECONDS = 1.0
OURS = "poolscope"


@contextlib.contextmanager
def sleeping_server() -> Iterator[int]:
    """The port of a sleeping server."""
    argv = [sys.executable, "-m", "benchmarks.sleeping_server", str(SLEEP_SECONDS)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def report(port: int) -> list[tuple[int, float, float]]:
    """What the server stamped since the last report."""
    answer = requests.get(f"http://127.0.0.1:{port}/report", timeout=30)
    return [tuple(line) for line in answer.json()]


def ours(port: int, count: int) -> BurstResult:
    """One burst of our own."""
    token = secrets.token_hex(16)
    return send_burst(
        Plan(
            host="127.0.0.1", port=port, request_specs=(RequestSpec(),), requests=count, token=token
        )
    )


def stamp_errors(sent: BurstResult, stamps: list[tuple[int, float, float]]) -> list[float]:
    """Seconds between the server's send of each answer and our stamp of its completion."""
    origin = sent.log.released_at or 0.0
    by_seq = {seq: at for seq, _, at in stamps}
    return [
        abs(mark.at + origin - by_seq[mark.seq])
        for mark in sent.log.marks()
        if mark.phase is Phase.DONE and mark.seq in by_seq
    ]


def main(rounds: int) -> None:
    """Print the tables of the release."""
    files_needed(10_000)
    for count in (1000, 4000):
        spreads: dict[str, list[float]] = {}
        over: dict[str, list[float]] = {}
        errors: list[float] = []
        lost = 0
        with sleeping_server() as port:
            for _ in range(rounds):
                for peer in [OURS, *peers.available()]:
                    if peer == OURS:
                        sent = ours(port, count)
                        seconds = sent.as_json()["total_seconds"]
                        stamps = report(port)
                        errors += stamp_errors(sent, stamps)
                        lost += sent.as_json()["failed"]
                    else:
                        seconds = peers.send(peer, f"http://127.0.0.1:{port}/", count)
                        stamps = report(port)
                    arrivals = [arrived for _, arrived, _ in stamps]
                    spreads.setdefault(peer, []).append(max(arrivals) - min(arrivals))
                    over.setdefault(peer, []).append(seconds - SLEEP_SECONDS)
        lines = [
            [
                peer,
                spread(spreads[peer], "ms", 1000),
                ratio(spreads[peer], spreads["hey"]) if "hey" in spreads else "-",
                spread(over[peer], "s", digits=3),
                ratio(over[peer], over["hey"]) if "hey" in over else "-",
            ]
            for peer in spreads
        ]
        heading = ["client", "spread of arrivals", "x hey", "time over the sleep", "x hey"]
        show(f"One burst of {count:,} requests, {rounds} alternating rounds", heading, lines)
        good = sum(error <= 0.001 for error in errors) / len(errors)
        middle = median(errors) * 1e6
        print(
            f"\npoolscope's completion stamps against the server's own send stamps: "
            f"{good:.1%} of {len(errors):,} within 1 ms, median {middle:.0f} us; {lost} lost."
        )


def largest(count: int = 10_000) -> None:
    """Print whether the largest burst is answered whole, and what it costs."""
    import resource

    with sleeping_server() as port:
        sent = ours(port, count)
    facts = sent.as_json()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show(
        f"The largest burst, {count:,} requests",
        ["answered", "failed", "released within", "total", "largest child, this process"],
        [
            [
                f"{facts['done']:,}",
                f"{facts['failed']:,}",
                f"{facts['release_spread_seconds'] * 1000:.0f} ms",
                f"{facts['total_seconds']:.2f} s",
                f"{peak:.0f} MiB, {own:.0f} MiB",
            ]
        ],
    )
