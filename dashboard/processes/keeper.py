"""Ends our process groups when the dashboard is gone: ``+PID`` and ``-PID`` lines on stdin, then
end of file.

Run as ``python -m dashboard.processes.keeper``. It knows nothing else, so that nothing
in it can fail.
"""

import contextlib
import os
import signal
import sys
import time

# Postgres: immediate shutdown; gunicorn: quick shutdown. SIGKILL follows for whoever stays.
FIRST = signal.SIGQUIT
PATIENCE_SECONDS = 1.0


def signal_groups(groups: set[int], number: signal.Signals) -> None:
    """Send a signal to each group that is still there."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def main() -> None:
    """Keep the list until the pipe closes, then end what is on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, pid = line[:1], line[1:].strip()
        if pid.isdigit():
            (groups.add if sign == "+" else groups.discard)(int(pid))
    if groups:
        signal_groups(groups, FIRST)
        time.sleep(PATIENCE_SECONDS)
        signal_groups(groups, signal.SIGKILL)


if __name__ == "__main__":
    main()
