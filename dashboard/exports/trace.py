"""A run in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.

Lanes for each worker, and a flow from the client to the worker for each request. Times are in
microseconds.  https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

import heapq
import json
from collections.abc import Iterable, Iterator
from typing import Any

from dashboard.marks.events import Event
from dashboard.marks.requests import Request, Span
from dashboard.marks.samples import EVENT, Sample
from dashboard.runs.record import Record
from target_app.probe.marks import Phase

CLIENT = 1  # the process number of the generator, which has none of its own
MICROSECONDS = 1_000_000


def write(record: Record) -> bytes:
    """The whole run as one JSON object."""
    body = {
        "displayTimeUnit": "ms",
        "otherData": {
            "run": record.name,
            "sentence": record.sentence,
            "settings": json.dumps(record.settings.as_dict()),
        },
        "traceEvents": list(_events(record)),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def lanes(stays: Iterable[tuple[float, float, Any]]) -> list[tuple[int, Any]]:
    """Each thing with the first lane, from 1, that is free when it starts (start, end, thing)."""
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    placed = []
    for start, end, thing in sorted(stays, key=lambda stay: stay[:2]):
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        lane = heapq.heappop(free) if free else len(busy) + 1
        heapq.heappush(busy, (end, lane))
        placed.append((lane, thing))
    return placed


def _us(seconds: float) -> int:
    return round(seconds * MICROSECONDS)


def _events(record: Record) -> Iterator[dict[str, Any]]:
    yield from _process(CLIENT, "client: the burst", 0)
    stays = [(r.sent, r.end.at if r.end else r.marks[-1].at, r) for r in record.requests]
    for lane, request in lanes(stays):
        yield from _client_events(lane, request)
    by_worker: dict[int, list[Request]] = {}
    for request in record.requests:
        if request.worker and _inside(request):
            by_worker.setdefault(request.worker, []).append(request)
    for order, (worker, found) in enumerate(sorted(by_worker.items()), 1):
        yield from _process(worker, f"worker {worker}", order)
        placed = lanes((_inside(r)[0].start, _inside(r)[-1].end, r) for r in found)
        for lane in range(1, max(lane for lane, _ in placed) + 1):
            yield _meta("thread_name", worker, lane, name=f"lane {lane}")
        for lane, request in placed:
            yield from _worker_events(worker, lane, request)
    yield from map(_instant, record.events)
    for sample in record.samples:
        if sample.name != EVENT:
            yield _counter(sample)


def _inside(request: Request) -> list[Span]:
    """What it did in its worker: all but the queue before."""
    return [span for span in request.spans if span.phase != Phase.QUEUED and span.worker]


def _client_events(lane: int, request: Request) -> Iterator[dict[str, Any]]:
    end = request.end.at if request.end else request.marks[-1].at
    yield {
        "ph": "X",
        "name": f"request {request.seq}",
        "cat": "request",
        "pid": CLIENT,
        "tid": lane,
        "ts": _us(request.sent),
        "dur": max(1, _us(end) - _us(request.sent)),
        "args": {"seq": request.seq, "outcome": request.outcome},
    }
    if _inside(request):
        yield _flow("s", CLIENT, lane, request.sent, request.seq)


def _worker_events(worker: int, lane: int, request: Request) -> Iterator[dict[str, Any]]:
    spans = _inside(request)
    yield _flow("f", worker, lane, spans[0].start, request.seq) | {"bp": "e"}
    for span in spans:
        yield {
            "ph": "X",
            "name": span.phase,
            "cat": span.phase,
            "pid": worker,
            "tid": lane,
            "ts": _us(span.start),
            "dur": _us(span.end) - _us(span.start),
            "args": {"seq": request.seq, "connection": span.connection, "note": span.note},
        }


def _flow(kind: str, pid: int, lane: int, at: float, seq: int) -> dict[str, Any]:
    where = {"pid": pid, "tid": lane, "ts": _us(at)}
    return {"ph": kind, "name": "handled", "cat": "flow", "id": seq, **where}


def _process(pid: int, name: str, order: int) -> Iterator[dict[str, Any]]:
    yield _meta("process_name", pid, 0, name=name)
    yield _meta("process_sort_index", pid, 0, sort_index=order)


def _meta(kind: str, pid: int, lane: int, **args: Any) -> dict[str, Any]:
    return {"ph": "M", "name": kind, "pid": pid, "tid": lane, "ts": 0, "args": args}


def _instant(event: Event) -> dict[str, Any]:
    where = {"pid": event.pid or CLIENT, "tid": 0, "ts": _us(event.at)}
    if event.seconds:
        return {"ph": "X", "name": event.words, "cat": "event", **where, "dur": _us(event.seconds)}
    return {"ph": "i", "name": event.words, "cat": "event", "s": "g", **where}


def _counter(sample: Sample) -> dict[str, Any]:
    pid = sample.worker or CLIENT
    where = {"pid": pid, "tid": 0, "ts": _us(sample.at)}
    return {"ph": "C", "name": sample.name, **where, "args": dict(sample.values)}
