"""Batches: one generation of the limiting resource after the other.

Rule. Look at each finished request's service (``spans.Request.service``). If, while the request
waited, its connection (or, of a worker with threads, its thread) served another request, it took
that request's place and belongs to the next batch after it. Otherwise it is *limited* when it
waited for a connection, or when its worker was full (``width`` requests at once) while it waited,
or when its service began with nothing else running there, as behind a held event loop; a limited
request belongs to the batch after that of the request whose service ended last before it began in
the same worker. Every other request is in the first batch. Gaps between completions play no part,
so batches whose edges smear into each other stay apart.
"""

import math
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.marks.requests import Request, Service

from .quantiles import median

POOL_WAIT_SECONDS = 0.005  # an idle pool answers in microseconds, with a busy loop in a few ms
POOL_WAIT_SHARE = 0.02
# Two processes' stamps of one handover, and greenlets that finish together before others begin.
HANDOVER_SECONDS = 0.002

ASTRAY_SECONDS = 0.02  # by which a batch may run into the next, beside half of a service
ASTRAY_SHARE = 1 / 3  # of the requests after the first batch, from which on there is no picture

NOBODY = (-math.inf, 0)  # left a place that is not known


@dataclass(frozen=True)
class Batch:
    """Requests that were served together; ``at`` is when the last of them was done."""

    count: int
    at: float
    seqs: tuple[int, ...]


def find_batches(requests: Iterable[Request], width: int) -> list[Batch]:
    """The batches of the requests that are done, by the rule above.

    ``width`` is how many requests one worker runs at once by its class.
    """
    generations: defaultdict[int, list[Request]] = defaultdict(list)
    by_worker: defaultdict[int, list[tuple[Service, Request]]] = defaultdict(list)
    for request in requests:
        if not request.done:
            continue
        if request.service is None:
            generations[1].append(request)
        else:
            by_worker[request.worker].append((request.service, request))
    for served in by_worker.values():
        for generation, request in _generations(served, width):
            generations[generation].append(request)
    batches = []
    for generation in sorted(generations):
        members = sorted(generations[generation], key=_ended)
        seqs = tuple(request.seq for request in members)
        batches.append(Batch(len(members), round(_ended(members[-1]), 6), seqs))
    return batches


def batches_meaningful(requests: Iterable[Request], batches: Sequence[Batch]) -> bool:
    """Whether batches tell what happened: whether one was served before the next began.

    With equal service times they are. Where a request of 2 s shares a pool with others of 20 ms,
    the others pass it by the dozen, and a bracket over them would say that they went together.
    Rule: a request is astray when it began clearly before the service of an earlier batch was
    over; batches are no picture when a third of the requests after the first batch are astray.
    Where no service is known there are none. See docs/adr/0007-unequal-times.md.
    """
    services = {r.seq: r.service for r in requests if r.done and r.service}
    if not services:
        return False
    half = median(service.end - service.start for service in services.values()) / 2
    slack = max(ASTRAY_SECONDS, half)
    over = -math.inf  # when the service of all earlier batches was over
    astray = later = 0
    for number, batch in enumerate(batches):
        members = [services[seq] for seq in batch.seqs if seq in services]
        if number:
            later += len(members)
            astray += sum(service.start < over - slack for service in members)
        over = max([over, *(service.end for service in members)])
    return astray <= ASTRAY_SHARE * later


def waited_for_pool(service: Service) -> bool:
    """Whether the request waited for a connection longer than an idle pool makes it wait."""
    patience = max(POOL_WAIT_SECONDS, POOL_WAIT_SHARE * (service.end - service.start))
    return service.waited > patience


def _ended(request: Request) -> float:
    return request.end.at if request.end else math.inf


def _generations(
    served: list[tuple[Service, Request]], width: int
) -> Iterable[tuple[int, Request]]:
    """Each request of one worker with its generation, in order of service."""
    ended: list[tuple[float, int]] = []  # (end, generation), in order of end
    places: dict[tuple[str, int], tuple[float, int]] = {}  # who had a place last
    full_until = -math.inf
    for service, request in sorted(served, key=lambda pair: (pair[0].start, pair[1].seq)):
        by_lane = ("lane", service.lane)
        place = ("connection", service.connection) if service.connection else by_lane
        before = bisect_right(ended, (service.start + HANDOVER_SECONDS, math.inf))
        running = len(ended) - before + 1
        left_at, generation = places.get(place, NOBODY) if place[1] else NOBODY
        if left_at < service.start - service.delayed:
            limited = waited_for_pool(service) or full_until >= request.sent or running == 1
            generation = ended[before - 1][1] if limited and before else 0
        generation += 1
        places[place] = (service.end, generation)
        insort(ended, (service.end, generation))
        if running >= width:
            full_until = ended[before][0]
        yield generation, request
