"""Which process conducts a run, in a word that outlives the process."""

import os
import socket
import time

import psutil

from config import MINUTES

# A run on another machine cannot be looked at; no run lasts this long.
MOST_SECONDS = 24 * 60 * MINUTES
SAME_SECONDS = 2.0  # the start of a process moves a little when the clock is set


def owner_name() -> str:
    """``host:pid:start`` of this process."""
    started = psutil.Process().create_time()
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{started:.2f}"


def is_gone(owner: str, launched_at: float) -> bool:
    """Whether the process that is called ``owner`` has ended; a pid alone may be used again."""
    if time.time() - launched_at > MOST_SECONDS:
        return True
    try:
        host, pid, started = owner.rsplit(":", 2)
        if host != socket.gethostname()[:80]:
            return False
        return abs(psutil.Process(int(pid)).create_time() - float(started)) > SAME_SECONDS
    except psutil.NoSuchProcess:
        return True
    except (psutil.Error, ValueError):  # nothing that can be looked at
        return False
