"""A run as a few bars, small enough for a row of a list: pure."""

from collections.abc import Sequence

from dashboard.marks.requests import Request, service_order

MOST_BARS = 24
PERMILLE = 1000


def tiny_waterfall(requests: Sequence[Request], total_seconds: float) -> list[list[int]]:
    """At most two dozen bars ``[start, end, failed]`` of a run, in thousandths of its time.

    Each stands for its neighbours in the order of service; what it shows is the service.
    """
    ordered = service_order([request for request in requests if request.end])
    if not ordered or not total_seconds:
        return []
    step = max(1.0, len(ordered) / MOST_BARS)
    bars = []
    for place in range(min(MOST_BARS, len(ordered))):
        request = ordered[int(place * step)]
        end = request.end.at if request.end else 0.0
        start = request.service.start if request.service else request.sent
        until = request.service.end if request.service and request.done else end
        bars.append([_part(start, total_seconds), _part(until, total_seconds), int(request.failed)])
    return bars


def _part(at: float, total: float) -> int:
    return max(0, min(PERMILLE, round(at / total * PERMILLE)))
