"""What the model has to know of the machine that the benchmarks run on."""

import os
from pathlib import Path

from dashboard.analysis.model.endpoints import Machine


def this_machine() -> Machine:
    """Its cores and its kernel's settings; where there are none, those of a kernel of today."""
    given = Machine()
    return Machine(
        cores=os.cpu_count() or given.cores,
        somaxconn=_setting("net/core/somaxconn", given.somaxconn),
        linear_retries=_setting("net/ipv4/tcp_syn_linear_timeouts", 0),
    )


def _setting(path: str, otherwise: int) -> int:
    try:
        return int((Path("/proc/sys") / path).read_text())
    except (OSError, ValueError):
        return otherwise
