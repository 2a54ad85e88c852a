"""What a limit is: a machine word, and how it is detected, explained and lifted."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from dashboard.analysis.evidence import Evidence

Change = dict[str, Any]  # settings by name, with the values that they would get


class Wait(Enum):
    """What requests wait for under a limit: whose waits are its evidence."""

    WORKER = "a worker"
    THREAD = "a thread"
    POOL_THREAD = "one of a pool's threads"
    LOOP = "the event loop"
    CONNECTION = "a connection"


def _no_change(_evidence: Evidence) -> list[Change]:
    return []


@dataclass(frozen=True)
class Limit:
    """One limit. ``find_limit`` checks in ascending order of ``precedence``, innermost first.

    What a request waits for with a worker comes before what it waits for without one, and a
    reason for delivering less than the settings promise before the capacity that was promised.
    ``explain`` is a sentence with the arithmetic of the run, without what would lift the limit.
    ``suggest`` is what may lift it, the smallest change first. ``as_next`` names it as what comes
    next once another limit is lifted. ``fails_requests``: requests fail under it, and not only
    wait.
    """

    word: str
    precedence: int
    detect: Callable[[Evidence], bool]
    explain: Callable[[Evidence], str]
    suggest: Callable[[Evidence], list[Change]] = _no_change
    as_next: str = ""
    wait: Wait = Wait.WORKER
    fails_requests: bool = False
