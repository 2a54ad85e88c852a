"""The JSON API that the page and the command line use."""

from dataclasses import asdict
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response
from werkzeug.exceptions import HTTPException, NotFound

from config import LOOPBACK
from dashboard import matrix
from dashboard.conductor import Busy, Conductor
from dashboard.errors import StartError
from dashboard.runs.page_state import page
from dashboard.runs.run import Run
from dashboard.targets.user_app_environment import modes_of
from fields import Field
from modes import MODES, MYSQL_DRIVERS, POSTGRES_DRIVERS
from settings import ENDPOINTS, FIELDS, Settings, SettingsError, TargetKind, read_settings
from target_app.probe.marks import PHASES

from . import contract
from .contract import EMPTY, SETTINGS, Text, asked, takes

api = Blueprint("api", __name__, url_prefix="/api")

NOT_OF_OURS = frozenset({"pool_from"})
OF_A_URL = ("requests", "deadline_seconds")
NOT_OF_AN_APP = frozenset(
    {"endpoint", "sleep_seconds", "driver", "postgres_max_connections", "mysql_max_connections"}
)

LAUNCH_QUERY = (
    Text("compare", "The run to compare this one with."),
    Text("label", "Name of the run.", 100),
    Field(
        "keep",
        "Keep",
        "choice",
        "yes",
        "run",
        "Whether to save the run in the history.",
        choices=("yes", "no"),
    ),
)


def conductor() -> Conductor:
    """The conductor of the app that answers."""
    return current_app.extensions["poolscope"].conductor  # type: ignore[no-any-return]


@api.get("/options")
def options() -> Response:
    """Everything that a form of the settings needs."""
    kind, user_app = conductor().target.kind, conductor().user_app
    endpoints = []
    for name, path in ENDPOINTS.items() if kind is TargetKind.EXAMPLE else ():
        reason = conductor().databases.missing(name)
        endpoints.append({"name": name, "path": path, "available": not reason, "reason": reason})
    reasons = modes_of(user_app.environment, user_app.app) if user_app is not None else {}
    return jsonify(
        {
            "version": version("poolscope"),
            "kind": kind.value,
            "asks": conductor().target.asks,
            "phases": [phase.value for phase in PHASES],
            "modes": [
                {
                    "name": mode.name,
                    "title": mode.title,
                    "reason": reasons.get(mode.name, ""),
                    "worker_class": mode.worker_class,
                    "drivers": {"postgres": mode.postgres_driver, "mysql": mode.mysql_driver},
                }
                for mode in MODES.values()
            ],
            "endpoints": endpoints,
            "fields": [each._asdict() | {"type": each.kind} for each in _fields(kind)],
            "app": user_app.facts() if user_app is not None else None,
        }
    )


def _fields(kind: TargetKind) -> list[Field]:
    """The fields of the form: what an app has itself is no choice of a run, nor the reverse."""
    defaults = conductor().defaults
    names = {
        TargetKind.EXAMPLE: [name for name in FIELDS if name not in NOT_OF_OURS],
        TargetKind.APP: [name for name in FIELDS if name not in NOT_OF_AN_APP],
        TargetKind.URL: list(OF_A_URL),  # the others are those of the server itself
    }
    return [FIELDS[name]._replace(default=getattr(defaults, name)) for name in names[kind]]


@api.post("/forecast")
@takes(body=SETTINGS)
def post_forecast() -> Response:
    """What the settings in the body promise."""
    settings = _settings()
    promised = conductor().promise(settings)
    return jsonify({"settings": settings.as_dict(), "forecast": promised.as_dict()})


@api.post("/runs")
@takes(query=LAUNCH_QUERY, body=SETTINGS, answer="Launched", status=202)
def post_run() -> tuple[Response, int]:
    """Launch a run with the settings in the body; ``?compare=RUN`` lays it beside that one."""
    settings, given = _settings(), asked(post_run)
    run = conductor().launch(
        settings,
        compared_with=given["compare"],
        label=given["label"],
        keep=given["keep"] == "yes",
    )
    return jsonify({"run": run.id}), HTTPStatus.ACCEPTED


@api.post("/runs/<run_id>/cancel")
@takes(body=EMPTY, answer="Launched", status=202)
def cancel_run(run_id: str) -> tuple[Response, int]:
    """Cancel the run that is going."""
    contract.body()
    if not conductor().cancel(run_id):
        raise NotFound(f"no run {run_id[:20]} is in progress")
    return jsonify({"run": run_id}), HTTPStatus.ACCEPTED


@api.get("/runs")
def get_runs() -> Response:
    """The last few runs, the newest first."""
    return jsonify([_brief(run) for run in reversed(conductor().runs.values())])


def _brief(run: Run) -> dict[str, Any]:
    record = run.record()
    return {
        "run": run.id,
        "history_id": run.history_id,
        "label": record.label,
        "status": record.status,
        "settings": record.settings.as_dict(),
        "sentence": record.sentence,
        "total_seconds": record.total_seconds,
    }


@api.get("/runs/<run_id>")
def get_run(run_id: str) -> Response:
    """The run as ``poolscope run --json`` prints it."""
    run = _run(run_id)
    record = run.record()
    more: dict[str, Any] = {
        "run": run.id,
        "history_id": run.history_id,
        "app": record.card,
        "error": record.error,
    }
    if record.is_running:
        more["step"] = run.step or record.sentence
    return jsonify(record.as_json() | more)


@api.get("/runs/<run_id>/record")
@takes(answer="Record")
def get_run_record(run_id: str) -> Response:
    """The whole run as the page draws it: its state, marks, gauges and summary."""
    run = _run(run_id)
    return jsonify(page(run.record(), run.life(conductor().target_status)))


@api.get("/runs/<run_id>/text")
@takes(types=("text/plain",))
def get_run_text(run_id: str) -> Response:
    """The run as the original example's client prints it."""
    text = _run(run_id).record().as_text(f"http://{LOOPBACK}:{conductor().gunicorn.port}")
    return Response(text, mimetype="text/plain")


@api.get("/matrix")
def get_matrix() -> Response:
    """The matrix of worker classes and drivers, as far as it is measured."""
    survey = current_app.extensions["poolscope"].survey
    drivers = [[name, "Postgres"] for name in POSTGRES_DRIVERS]
    drivers += [[name, "MySQL"] for name in MYSQL_DRIVERS]
    return jsonify(
        {
            "going": survey.is_running,
            "cells": [asdict(cell) for cell in survey.cells],
            "rows": drivers,
            "worker_classes": matrix.WORKER_CLASSES,
            "combinations": len(matrix.combinations()),
        }
    )


@api.post("/matrix")
@takes(body=EMPTY, status=202)
def post_matrix() -> tuple[Response, int]:
    """Measure the matrix anew."""
    contract.body()
    if conductor().user_app is not None or conductor().external is not None:
        cause = "The matrix measures the example app, which this dashboard does not serve"
        raise StartError(cause, "Start one without --app and --url")
    last = conductor().last
    if last is not None and last.is_running:
        raise Busy(last.id)
    current_app.extensions["poolscope"].survey.start()
    return get_matrix(), HTTPStatus.ACCEPTED


def _run(run_id: str) -> Run:
    run = conductor().runs.get(run_id)
    if run is None:
        raise NotFound(f"there is no run {run_id[:20]}")
    return run


def _settings() -> Settings:
    given, defaults = contract.body(), conductor().defaults
    settings = read_settings(given if defaults == Settings() else defaults.as_dict() | given)
    return conductor().checked(settings) if conductor().user_app is not None else settings


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An error as ``application/problem+json`` (RFC 9457)."""
    body = {"title": title, "status": status, "detail": detail, **more}
    response = make_response(jsonify(body), status)
    response.mimetype = "application/problem+json"
    return response


@api.app_errorhandler(SettingsError)
def bad_settings(error: SettingsError) -> Response:
    """422 with a message for every field that cannot be used."""
    errors = [{"field": name, "message": message} for name, message in error.errors]
    return problem(422, "These settings cannot be used", str(error), errors=errors)


@api.app_errorhandler(Busy)
def busy(error: Busy) -> Response:
    """409: one run at a time."""
    return problem(409, "Another run is in progress", str(error), run=error.run)


@api.app_errorhandler(StartError)
def cannot_start(error: StartError) -> Response:
    """503: this machine lacks a part that the run needs."""
    return problem(503, error.cause, error.cure)


@api.app_errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """Every other refusal in the same form."""
    return problem(error.code or 500, error.name, error.description or "")
