"""How long measured requests would take through another number of places: pure."""

import heapq
from collections.abc import Sequence


def makespan(seconds: Sequence[float], places: int) -> float:
    """When the last of the services is over, each taken up in order by the first free place.

    List scheduling (Graham 1966): what a pool or a number of workers does with a burst.
    """
    free = [0.0] * max(1, min(places, len(seconds)))
    last = 0.0
    for each in seconds:
        until = heapq.heappop(free) + each
        last = max(last, until)
        heapq.heappush(free, until)
    return last
