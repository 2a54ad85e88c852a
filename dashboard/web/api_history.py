"""The API of kept runs: list, open, rename, pin, delete, undo, export, compare."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from werkzeug.exceptions import NotFound

from dashboard.exports import FORMATS, file_name, jsonl
from dashboard.history.listing import MOST_NUMBER, QUERY, Listing
from dashboard.history.store import History
from dashboard.runs.comparison import compare
from dashboard.runs.page_state import page
from dashboard.runs.record import Record
from dashboard.runs.run import Run
from fields import Field
from settings import SettingsError

from .contract import (
    CHANGE,
    EMPTY,
    RUN_FILE,
    Text,
    asked,
    body,
    changed,
    lines,
    takes,
)
from .openapi import document

kept = Blueprint("kept", __name__, url_prefix="/api")

MOST_SENT = 16 * 1024 * 1024  # bytes of a run to import; one of 10,000 requests has 4 to 6 million
SEARCH = Text("q", "Show only runs that contain these words: label, mode, limit, #7.")
FORMAT = Field(
    *("format", "Format", "choice", "jsonl", "export", "File format."),
    choices=tuple(FORMATS),
)
RUNS = Text("runs", "Two to four runs such as 7,6: numbers of saved runs, or ids of live ones.", 80)
FILE_TYPES = tuple({each.mimetype: None for each in FORMATS.values()})
NUMBER = f"<int(min=1, max={MOST_NUMBER}):number>"


def _history() -> History:
    return current_app.extensions["poolscope"].history  # type: ignore[no-any-return]


@kept.get("/history")
@takes(query=(*QUERY.values(), SEARCH), answer="History")
def get_history() -> Response:
    """One page of the kept runs."""
    given = asked(get_history)
    listing = Listing(given["page"], given["size"], given["sort"], given["q"])
    runs, total = _history().list(listing)
    return jsonify({"runs": runs, "total": total, "page": listing.page, "size": listing.size})


@kept.post("/history")
@takes(body=RUN_FILE, answer="Changed", status=201)
def post_kept_run() -> tuple[Response, int]:
    """Bring in a run that was exported as JSON lines."""
    try:
        record = jsonl.read(lines(MOST_SENT))
    except ValueError as error:
        raise SettingsError([("file", f"This file cannot be imported: {error}")]) from error
    return jsonify({"number": _history().add(record)}), HTTPStatus.CREATED


@kept.get(f"/history/{NUMBER}")
@takes(answer="Record")
def get_kept_run(number: int) -> Response:
    """A kept run as the page draws it: its state, marks, gauges and summary."""
    return jsonify(page(_record(number)))


@kept.patch(f"/history/{NUMBER}")
@takes(body=CHANGE, answer="Changed")
def patch_kept_run(number: int) -> Response:
    """Rename or pin a kept run."""
    change = changed()
    if not _history().change(number, change.get("label"), change.get("pinned")):
        raise NotFound(f"there is no run #{number} that has ended")
    for run in current_app.extensions["poolscope"].conductor.runs.values():
        if run.history_id == number:
            run.label = change.get("label", run.label)
    return jsonify({"number": number, **change})


@kept.delete(f"/history/{NUMBER}")
@takes(answer="Deleted")
def delete_kept_run(number: int) -> Response:
    """Delete a kept run; it can be brought back for an hour."""
    if not _history().delete(number):
        raise NotFound(f"there is no run #{number} that has ended")
    return jsonify({"number": number, "undo": f"/api/history/{number}/undo"})


@kept.post(f"/history/{NUMBER}/undo")
@takes(body=EMPTY, answer="Changed")
def undo_delete(number: int) -> Response:
    """Bring a deleted run back."""
    body()
    if not _history().restore(number):
        raise NotFound(f"no deleted run #{number} is left")
    return jsonify({"number": number})


@kept.get(f"/history/{NUMBER}/export")
@takes(query=(FORMAT,), types=FILE_TYPES)
def export_kept_run(number: int) -> Response:
    """A kept run as a file."""
    return _file(_record(number), asked(export_kept_run)["format"])


@kept.get(f"/history/{NUMBER}/text")
@takes(types=("text/plain",))
def get_kept_text(number: int) -> Response:
    """A kept run as the original example's client prints it."""
    record = _record(number)
    text = record.as_text()
    return Response(text, mimetype="text/plain")


@kept.get("/runs/<run_id>/export")
@takes(query=(FORMAT,), types=FILE_TYPES)
def export_run(run_id: str) -> Response:
    """A run of this dashboard as a file, also when it is not kept."""
    given = asked(export_run)["format"]
    record = _live_record(run_id)
    if record is None:
        raise NotFound(f"there is no run {run_id[:20]} that has ended")
    return _file(record, given)


@kept.get("/compare")
@takes(query=(RUNS,), answer="Comparison")
def get_comparison() -> Response:
    """Two to four runs beside each other, in the order in which they are named."""
    names = [name.strip() for name in asked(get_comparison)["runs"].split(",") if name.strip()]
    if len(set(names)) < len(names):
        raise SettingsError([("runs", "runs must name each run once")])
    try:
        return jsonify(compare([_named(name) for name in names[:5]]))
    except ValueError as error:
        raise SettingsError([("runs", str(error))]) from error


@kept.get("/openapi.json")
@takes(answer="Document")
def get_openapi() -> Response:
    """This description: OpenAPI 3.1."""
    return jsonify(document(current_app))


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
