"""A run as HAR 1.2, which browsers' network panels open.

http://www.softwareishard.com/blog/har-12-spec/ ; names that begin with an underscore are ours.
``time`` is the sum of the ``timings`` that are not -1.
"""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dashboard.marks.requests import Request
from dashboard.runs.record import Record
from dashboard.text import http_phrase, iso_time
from dashboard.workload.plan import BODILESS
from target_app.probe.marks import Phase

HERE = "http://127.0.0.1"  # a target of ours, wherever it listened
MILLISECONDS = 1000


def write(record: Record) -> bytes:
    """One entry for each request that ended."""
    version = record.versions.get("poolscope", "")
    page = {
        "id": "run",
        "startedDateTime": iso_time(record.started_at),
        "title": record.sentence,
        "pageTimings": {"onContentLoad": -1, "onLoad": _ms(record.total_seconds)},
        "_settings": record.settings.as_dict(),
    }
    log = {
        "version": "1.2",
        "creator": {"name": "Poolscope", "version": version},
        "pages": [page],
        "entries": [_entry(record, request) for request in record.requests if request.end],
        "comment": record.label,
    }
    return json.dumps({"log": log}, ensure_ascii=False, indent=1).encode()


def _ms(seconds: float) -> float:
    return round(seconds * MILLISECONDS, 3)


def _entry(record: Record, request: Request) -> dict[str, Any]:
    spent: dict[str, float] = {}
    for span in request.spans:
        spent[span.phase] = spent.get(span.phase, 0.0) + span.seconds
    responding = _ms(spent.get(Phase.RESPONDING, 0.0))
    blocked = _ms(spent.get(Phase.QUEUED, 0.0))
    wait = round(_ms(sum(spent.values())) - blocked - responding, 3)
    ours = {f"_{phase}": _ms(seconds) for phase, seconds in spent.items()}
    metrics = [{"name": name, "dur": _ms(seconds)} for name, seconds in spent.items()]
    entry = {
        "pageref": "run",
        "startedDateTime": iso_time(record.started_at + request.sent),
        "time": round(blocked + wait + responding, 3),
        "request": _request(record.names[request.seq - 1], record.origin or HERE),
        "response": _response(request, metrics),
        "cache": {},
        "timings": {
            "blocked": blocked,
            "dns": -1,
            "connect": -1,
            "ssl": -1,
            "send": 0,
            "wait": wait,
            "receive": responding,
            "comment": "blocked: waiting for a worker; wait: in the view; receive: responding",
            **ours,
        },
        "connection": str(request.seq),
        "comment": f"request {request.seq}",
        "_serverTimings": metrics,
        "_seq": request.seq,
        "_worker": request.worker,
    }
    return entry | ({"_error": request.outcome} if request.failed else {})


def _request(name: str, origin: str) -> dict[str, Any]:
    method, _, path = name.partition(" ")
    query = parse_qsl(urlsplit(path).query, keep_blank_values=True)
    return {
        "method": method,
        "url": f"{origin}{path}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": "Host", "value": urlsplit(origin).netloc}],
        "queryString": [{"name": key, "value": value} for key, value in query],
        "headersSize": -1,
        "bodySize": 0 if method in BODILESS else -1,
    }


def _response(request: Request, metrics: list[dict[str, Any]]) -> dict[str, Any]:
    status = request.status  # 0 for a request without an answer, as browsers have it
    timing = ", ".join(f"{each['name']};dur={each['dur']:.3f}" for each in metrics)
    return {
        "status": status,
        "statusText": http_phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": "Server-Timing", "value": timing}] if status else [],
        "content": {"size": 0, "mimeType": "application/json"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }
