"""The generator: releases N requests in one instant and writes their marks to a pipe.

A process of its own (``python -m dashboard.burst``), without Flask: one JSON plan on stdin, then
lines on stdout. End of file on stdin cancels. Lines are marks (``target_app.probe.marks.encode``,
times of ``time.monotonic()``) or JSON objects: ``opened``, ``release``, ``timing``, ``finished``.
"""

import os
import sys

from dashboard.workload.plan import Plan

from .burst import Burst


def main() -> None:
    """Read the plan, run it, and end when stdin closes."""
    plan = Plan.of_json(sys.stdin.buffer.readline())
    try:
        Burst(plan, sys.stdout.buffer).run(sys.stdin.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # nobody reads any more
        os._exit(1)


if __name__ == "__main__":
    main()
