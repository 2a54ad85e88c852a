"""A run as JSON lines: a head, one mark a line, one gauge sample a line, and the end.

The only format that is read back. What comes from elsewhere is checked field by field and bounded
in size before anything is kept.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, structs

from dashboard.analysis.observed_pools import observed_from_json
from dashboard.marks.samples import BACKLOG, DATABASE, EVENT, HELD, LOOP, POOL, Sample
from dashboard.marks.version1 import mark_of_version1
from dashboard.reading import read as read_model
from dashboard.reading import text
from dashboard.runs.kept_settings import read_kept_settings
from dashboard.runs.record import ENDED, Record
from dashboard.runs.validation import validate
from dashboard.workload.mix import MOST_ASKS, parse_request_spec
from modes import MOST_REQUESTS
from target_app.probe.marks import MOST_STATUS, PHASES, VERSION, Mark, Phase, extras

MOST_BYTES = 64 * 1024 * 1024
MOST_LINE = 64 * 1024
MOST_MARKS_EACH = 200  # of one request
MOST_SAMPLES = 200_000
MOST_GAUGE_TEXT = 1000  # a state of a database, or a place that held a loop
MOST_SECONDS = 1_000_000.0
MOST_TEXT = 20_000
MOST_MARK_TEXT = 5000
GAUGES = (POOL, LOOP, DATABASE, BACKLOG, HELD, EVENT)

_ORIGIN = re.compile(r"https?://[^\s/?#@]+")
_WHOLE = ("worker", "lane", "connection")

MarkText = Annotated[str, text(MOST_MARK_TEXT)]
Pid = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Seconds = Annotated[float, Meta(ge=0, le=MOST_SECONDS)]


class MarkLine(Struct):
    """A mark; ``detail`` is that of version 1."""

    seq: Annotated[int, Meta(ge=0, le=MOST_REQUESTS)]
    phase: Literal[tuple(phase.value for phase in PHASES)]  # type: ignore[valid-type]
    at: Seconds
    worker: Pid = 0
    lane: Annotated[int, Meta(ge=0, le=2**62)] = 0
    connection: Pid = 0
    status: Annotated[int, Meta(ge=0, le=MOST_STATUS)] = 0
    failure: MarkText = ""
    message: MarkText = ""
    note: MarkText = ""
    timing: MarkText = ""
    detail: MarkText = ""


class SampleLine(Struct):
    """A sample of a gauge."""

    gauge: Literal[GAUGES]  # type: ignore[valid-type]
    at: Seconds
    values: Annotated[
        dict[Annotated[str, text(MOST_GAUGE_TEXT)], Annotated[float, Meta(ge=0, le=1e12)]],
        Meta(max_length=30),
    ]
    worker: Pid = 0


_MARK = msgspec.json.Decoder(MarkLine)


def write(record: Record) -> bytes:
    """The whole run; ``read`` brings all of it back."""
    return "".join(_line(each) for each in _values(record)).encode()


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _values(record: Record) -> Iterator[dict[str, Any]]:
    yield {
        "poolscope": VERSION,
        "label": record.label,
        "status": record.status,
        "started_at": record.started_at,
        "kind": record.kind.value,
        "settings": record.settings.as_dict(),
        "versions": record.versions,
        "generator": record.generator,
        "notes": list(record.notes),
        "error": record.error,
        "marks_lost": record.marks_lost,
        "asks": list(record.request_specs),
        **({"app": record.app} if record.app else {}),
        **({"origin": record.origin} if record.origin else {}),
    }
    for mark in record.marks:
        yield _mark(mark)
    for sample in record.samples:
        yield {"gauge": sample.name, "at": sample.at, "worker": sample.worker} | {
            "values": sample.values
        }
    yield {"summary": record.as_json() | {"sentence": record.sentence}}


def _mark(mark: Mark) -> dict[str, Any]:
    where = {name: getattr(mark, name) for name in _WHOLE if getattr(mark, name)}
    return {"seq": mark.seq, "phase": mark.phase.value, "at": mark.at, **where, **extras(mark)}


def read(data: bytes) -> Record:
    """The run that ``write`` wrote, of this version or of 1.

    ValueError names the line that is wrong, and why.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
    values = _parsed(data)
    head: dict[str, Any] = next(values, (0, {}))[1]
    version = head.get("poolscope")
    if type(version) is not int or version not in {1, VERSION}:
        raise ValueError(f'line 1 must be a head with "poolscope": {VERSION}, as export writes it')
    facts = _head(head)
    marks: list[Mark] = []
    samples: list[Sample] = []
    ended = False
    requests = facts["settings"].requests
    for number, value in values:
        try:
            if ended:
                raise ValueError("nothing may follow the summary")
            if isinstance(value, MarkLine) or "seq" in value:
                _room(marks, requests * MOST_MARKS_EACH, "marks")
                line = value if isinstance(value, MarkLine) else read_model(MarkLine, value)
                marks.append(_read_mark(line, requests, version))
            elif "gauge" in value:
                _room(samples, MOST_SAMPLES, "samples")
                found = read_model(SampleLine, value)
                samples.append(Sample(found.at, found.gauge, found.worker, found.values))
            elif "summary" in value:
                ended = True
            else:
                raise ValueError("not a mark, a gauge or the summary")
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if not ended:
        raise ValueError("the file is truncated: its last line must be the summary")
    record = Record(marks=tuple(marks), samples=tuple(samples), **facts)
    validate(record)
    return record


def _parsed(data: bytes) -> Iterator[tuple[int, Any]]:
    """Each line's number and value: a mark that is right, or an object that is to be judged."""
    for number, line in enumerate(_lines(data), 1):
        if len(line) > MOST_LINE and number > 1 and not line.startswith(b'{"summary"'):
            raise ValueError(f"line {number} is longer than {MOST_LINE} bytes")
        if number > 1 and line.startswith(b'{"seq"'):
            with contextlib.suppress(ValueError):  # which json reads again, and says why
                yield number, _MARK.decode(line)
                continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"line {number} is not JSON") from None
        if not isinstance(value, dict):
            raise ValueError(f"line {number} is not a JSON object")
        yield number, value


def _lines(data: bytes) -> Iterable[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _head(head: dict[str, Any]) -> dict[str, Any]:
    try:
        if not isinstance(head.get("settings"), dict):
            raise ValueError("settings must be an object")
        status = head.get("status")
        if status not in ENDED:
            raise ValueError(f"status must be one of {', '.join(ENDED)}")
        error = head.get("error")
        notes = head.get("notes", [])
        if not isinstance(notes, list) or len(notes) > 100:
            raise ValueError("notes must be a list of at most 100 strings")
        settings, kind = read_kept_settings(head["settings"], _text(head.get("kind", ""), 20))
        return {
            "settings": settings,
            "kind": kind,
            "status": status,
            "label": _text(head.get("label", ""), 100),
            "started_at": _number(head.get("started_at"), "started_at", 4e9),
            "versions": _texts(head.get("versions", {}), "versions"),
            "generator": _generator(head.get("generator", {})),
            "notes": tuple(_text(note, MOST_TEXT) for note in notes),
            "error": None if error is None else _texts(error, "error"),
            "marks_lost": _whole(head.get("marks_lost", 0), "marks_lost", 10_000_000),
            "request_specs": _asks(head.get("asks", [])),
            "app": _app(head.get("app")),
            "origin": _origin(head.get("origin", "")),
        }
    except ValueError as error:
        raise ValueError(f"line 1: {error}") from error


def _app(value: Any) -> dict[str, Any] | None:
    """Read the facts about a user app: strings, and what was found in it."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("app must be an object")
    found = value.get("found")
    try:
        read = None if found is None else observed_from_json(found).as_json()
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("app.found is not valid") from error
    texts = {name: _text(value.get(name, ""), 1000) for name in ("module", "python", "given")}
    return {**texts, "versions": _texts(value.get("versions", {}), "versions"), "found": read}


def _read_mark(line: MarkLine, requests: int, version: int) -> Mark:
    if not 1 <= line.seq <= requests:
        low = "1 or more" if line.seq < 1 else f"a whole number from 0 to {requests}"
        raise ValueError(f"seq must be {low}")
    values = structs.asdict(line)
    seq, phase, at = values.pop("seq"), Phase(values.pop("phase")), round(values.pop("at"), 6)
    detail = values.pop("detail")
    if version == 1:
        where = {name: values[name] for name in _WHOLE}
        return mark_of_version1("", seq, phase, at, **where, detail=detail)
    return Mark("", seq, phase, at, **values)


def _room(there: list[Any], most: int, noun: str) -> None:
    if len(there) >= most:
        raise ValueError(f"more than {most} {noun}")


def _whole(value: Any, name: str, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{name} must be a whole number from 0 to {most}")
    return value


def _number(value: Any, name: str, most: float) -> float:
    if type(value) not in {int, float} or not 0 <= value <= most:  # nor is it NaN
        raise ValueError(f"{name} must be a number from 0 to {most:g}")
    return float(value)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(f"text must be a string of at most {most} characters")
    if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in value):
        raise ValueError("a string contains a lone surrogate or a null byte")
    return value


def _texts(value: Any, name: str) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > 40:
        raise ValueError(f"{name} must be an object of at most 40 strings")
    return {_text(key, 100): _text(each, MOST_TEXT) for key, each in value.items()}


def _asks(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_ASKS:
        raise ValueError(f"asks must be a list of at most {MOST_ASKS} strings")
    return tuple(parse_request_spec(_text(each, MOST_TEXT)).text for each in value)


def _origin(value: Any) -> str:
    if value and not _ORIGIN.fullmatch(_text(value, 300)):
        raise ValueError("origin must look like http://127.0.0.1:9000")
    return _text(value, 300)


def _generator(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > 40:
        raise ValueError("generator must be an object")
    for key, each in value.items():
        if isinstance(each, str):
            _text(each, 200)
        elif each is not None and not isinstance(each, bool):
            _number(each, f"generator.{key[:30]}", 1e12)
    return value
