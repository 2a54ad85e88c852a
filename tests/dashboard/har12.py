"""HAR 1.2 as a JSON schema, written down from http://www.softwareishard.com/blog/har-12-spec/ .

Custom fields begin with an underscore; nothing else may be added.
"""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
MILLISECONDS = {"type": "number", "minimum": -1}
SIZE = {"type": "integer", "minimum": -1}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional, "comment": TEXT},
        "patternProperties": {"^_": True},
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


PAIR = _object({"name": TEXT, "value": TEXT})
COOKIE = _object(
    {"name": TEXT, "value": TEXT},
    path=TEXT,
    domain=TEXT,
    expires={"type": ["string", "null"]},
    httpOnly={"type": "boolean"},
    secure={"type": "boolean"},
)
REQUEST = _object(
    {
        "method": TEXT,
        "url": {"type": "string", "pattern": "^https?://[^/]+/"},
        "httpVersion": TEXT,
        "cookies": _list(COOKIE),
        "headers": _list(PAIR),
        "queryString": _list(PAIR),
        "headersSize": SIZE,
        "bodySize": SIZE,
    },
    postData={"type": "object"},
)
RESPONSE = _object(
    {
        "status": {"type": "integer", "minimum": 0, "maximum": 599},
        "statusText": TEXT,
        "httpVersion": TEXT,
        "cookies": _list(COOKIE),
        "headers": _list(PAIR),
        "content": _object(
            {"size": SIZE, "mimeType": TEXT}, compression=SIZE, text=TEXT, encoding=TEXT
        ),
        "redirectURL": TEXT,
        "headersSize": SIZE,
        "bodySize": SIZE,
    }
)
TIMINGS = _object(
    {name: {"type": "number", "minimum": 0} for name in ("send", "wait", "receive")},
    blocked=MILLISECONDS,
    dns=MILLISECONDS,
    connect=MILLISECONDS,
    ssl=MILLISECONDS,
)
ENTRY = _object(
    {
        "startedDateTime": TIME,
        "time": {"type": "number", "minimum": 0},
        "request": REQUEST,
        "response": RESPONSE,
        "cache": _object({}, beforeRequest={}, afterRequest={}),
        "timings": TIMINGS,
    },
    pageref=TEXT,
    serverIPAddress=TEXT,
    connection=TEXT,
)
PAGE = _object(
    {
        "startedDateTime": TIME,
        "id": TEXT,
        "title": TEXT,
        "pageTimings": _object({}, onContentLoad=MILLISECONDS, onLoad=MILLISECONDS),
    }
)
CREATOR = _object({"name": TEXT, "version": TEXT})
HAR = {
    "type": "object",
    "required": ["log"],
    "additionalProperties": False,
    "properties": {
        "log": _object(
            {"version": {"const": "1.2"}, "creator": CREATOR, "entries": _list(ENTRY)},
            browser=CREATOR,
            pages=_list(PAGE),
        )
    },
}
