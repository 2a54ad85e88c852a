"""The API of kept runs: list, open, rename, pin, delete, undo, export, compare."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.exceptions import NotFound

from dashboard.exports import FORMATS, file_name, jsonl
from dashboard.history.listing import MOST_NUMBER, Listing
from dashboard.history.store import History
from dashboard.runs.answers import Comparison, Page
from dashboard.runs.comparison import compare
from dashboard.runs.page_state import page
from dashboard.runs.record import Record
from dashboard.runs.run import Run
from settings import SettingsError

from . import models
from .contract import RUN_FILE_TYPE, Empty, answers, lines
from .models import Change, Changed, Compared, Deleted, Document, Export
from .openapi import document

kept = Blueprint("kept", __name__, url_prefix="/api")

MOST_SENT = 16 * 1024 * 1024  # bytes of a run to import; one of 10,000 requests has 4 to 6 million
FILE_TYPES = tuple({each.mimetype: None for each in FORMATS.values()})


def _history() -> History:
    return current_app.extensions["poolscope"].history  # type: ignore[no-any-return]


@kept.get("/history")
@answers()
def get_history(query: Listing) -> models.History:
    """One page of the kept runs."""
    runs, total = _history().list(query)
    entries = [models.KeptRun(**run) for run in runs]
    return models.History(entries, total, query.page, query.size)


@kept.post("/history")
@answers(HTTPStatus.CREATED, body=RUN_FILE_TYPE)
def post_kept_run() -> Changed:
    """Bring in a run that was exported as JSON lines."""
    try:
        record = jsonl.read(lines(MOST_SENT))
    except ValueError as error:
        raise SettingsError([("file", f"This file cannot be imported: {error}")]) from error
    return Changed(_history().add(record))


@kept.get("/history/<kept:number>")
@answers()
def get_kept_run(number: int) -> Page:
    """A kept run as the page draws it: its state, marks, gauges and summary."""
    return page(_record(number))


@kept.patch("/history/<kept:number>")
@answers()
def patch_kept_run(number: int, body: Change) -> Changed:
    """Rename or pin a kept run."""
    change = msgspec.to_builtins(body)
    if not _history().change(number, change.get("label"), change.get("pinned")):
        raise NotFound(f"there is no run #{number} that has ended")
    for run in current_app.extensions["poolscope"].conductor.runs.values():
        if run.history_id == number:
            run.label = change.get("label", run.label)
    return Changed(number, **change)


@kept.delete("/history/<kept:number>")
@answers()
def delete_kept_run(number: int) -> Deleted:
    """Delete a kept run; it can be brought back for an hour."""
    if not _history().delete(number):
        raise NotFound(f"there is no run #{number} that has ended")
    return Deleted(number, f"/api/history/{number}/undo")


@kept.post("/history/<kept:number>/undo")
@answers()
def undo_delete(number: int, body: Empty) -> Changed:  # noqa: ARG001
    """Bring a deleted run back."""
    if not _history().restore(number):
        raise NotFound(f"no deleted run #{number} is left")
    return Changed(number)


@kept.get("/history/<kept:number>/export")
@answers(types=FILE_TYPES)
def export_kept_run(number: int, query: Export) -> Response:
    """A kept run as a file."""
    return _file(_record(number), query.format)


@kept.get("/history/<kept:number>/text")
@answers(types=("text/plain",))
def get_kept_text(number: int) -> Response:
    """A kept run as the original example's client prints it."""
    record = _record(number)
    text = record.as_text()
    return Response(text, mimetype="text/plain")


@kept.get("/runs/<run_id>/export")
@answers(types=FILE_TYPES)
def export_run(run_id: str, query: Export) -> Response:
    """A run of this dashboard as a file, also when it is not kept."""
    record = _live_record(run_id)
    if record is None:
        raise NotFound(f"there is no run {run_id[:20]} that has ended")
    return _file(record, query.format)


@kept.get("/compare")
@answers()
def get_comparison(query: Compared) -> Comparison:
    """Two to four runs beside each other, in the order in which they are named."""
    if len(set(query.runs)) < len(query.runs):
        raise SettingsError([("runs", "runs must name each run once")])
    return compare([_named(name) for name in query.runs])


@kept.get("/openapi.json")
@answers()
def get_openapi() -> Document:
    """This description: OpenAPI 3.1."""
    return document(current_app)


def _record(number: int) -> Record:
    record = _history().get(number)
    if record is None:
        raise NotFound(f"there is no run #{number}")
    return record


def _live_record(run_id: str) -> Record | None:
    run: Run | None = current_app.extensions["poolscope"].conductor.runs.get(run_id)
    return None if run is None or run.is_running else run.record()


def _named(name: str) -> Record:
    digits = name.removeprefix("#")
    if digits.isascii() and digits.isdigit():
        return _record(min(int(digits[:12]), MOST_NUMBER))
    record = _live_record(name)
    if record is None:
        raise NotFound(f"there is no run {name[:20]} that has ended")
    return record


def _file(record: Record, name: str) -> Response:
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{file_name(record, name)}"'
    }
    written = FORMATS[name].write(record)
    return Response(written, HTTPStatus.OK, headers, mimetype=FORMATS[name].mimetype)
