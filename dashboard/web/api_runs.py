"""The JSON API that the page and the command line use."""

from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.exceptions import HTTPException, NotFound

from config import LOOPBACK
from dashboard import matrix
from dashboard.conductor import Conductor
from dashboard.errors import Busy, StartError
from dashboard.runs.answers import Page, Report
from dashboard.runs.page_state import page
from dashboard.runs.run import Run
from dashboard.targets.user_app_environment import modes_of
from fields import Field
from modes import MODES, MYSQL_DRIVERS, POSTGRES_DRIVERS
from settings import ENDPOINTS, FIELDS, Settings, SettingsError, TargetKind, read_settings
from target_app.probe.marks import PHASES

from .contract import Empty, answers, json_object
from .models import (
    Endpoint,
    FieldProblem,
    FormField,
    Launch,
    Launched,
    LiveRun,
    Matrix,
    Mode,
    Options,
    Problem,
    Promise,
)

api = Blueprint("api", __name__, url_prefix="/api")

NOT_OF_OURS = frozenset({"pool_from"})
OF_A_URL = ("requests", "deadline_seconds")
NOT_OF_AN_APP = frozenset(
    {"endpoint", "sleep_seconds", "driver", "postgres_max_connections", "mysql_max_connections"}
)


def conductor() -> Conductor:
    """The conductor of the app that answers."""
    return current_app.extensions["poolscope"].conductor  # type: ignore[no-any-return]


@api.get("/options")
@answers()
def options() -> Options:
    """Everything that a form of the settings needs."""
    kind, user_app = conductor().target.kind, conductor().user_app
    endpoints = []
    for name, path in ENDPOINTS.items() if kind is TargetKind.EXAMPLE else ():
        reason = conductor().databases.missing(name)
        endpoints.append(Endpoint(name, path, not reason, reason))
    reasons = modes_of(user_app.environment, user_app.app) if user_app is not None else {}
    return Options(
        version=version("poolscope"),
        kind=kind,
        asks=conductor().target.asks,
        phases=[phase.value for phase in PHASES],
        modes=[
            Mode(
                mode.name,
                mode.title,
                reasons.get(mode.name, ""),
                mode.worker_class,
                {"postgres": mode.postgres_driver, "mysql": mode.mysql_driver},
            )
            for mode in MODES.values()
        ],
        endpoints=endpoints,
        fields=[FormField.of(each) for each in _fields(kind)],
        app=user_app.facts() if user_app is not None else None,
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
@answers(body=Settings)
def post_forecast() -> Promise:
    """What the settings in the body promise."""
    settings = _settings()
    promised = conductor().promise(settings)
    return Promise(settings.as_dict(), promised.as_dict())


@api.post("/runs")
@answers(HTTPStatus.ACCEPTED, body=Settings)
def post_run(query: Launch) -> Launched:
    """Launch a run with the settings in the body; ``?compare=RUN`` lays it beside that one."""
    run = conductor().launch(
        _settings(), compared_with=query.compare, label=query.label, keep=query.keep == "yes"
    )
    return Launched(run.id)


@api.post("/runs/<run_id>/cancel")
@answers(HTTPStatus.ACCEPTED)
def cancel_run(run_id: str, body: Empty) -> Launched:  # noqa: ARG001
    """Cancel the run that is going."""
    if not conductor().cancel(run_id):
        raise NotFound(f"no run {run_id[:20]} is in progress")
    return Launched(run_id)


@api.get("/runs")
@answers()
def get_runs() -> list[LiveRun]:
    """The last few runs, the newest first."""
    return [_brief(run) for run in reversed(conductor().runs.values())]


def _brief(run: Run) -> LiveRun:
    record = run.record()
    return LiveRun(
        run=run.id,
        history_id=run.history_id,
        label=record.label,
        status=record.status,
        settings=record.settings.as_dict(),
        sentence=record.sentence,
        total_seconds=record.total_seconds,
    )


@api.get("/runs/<run_id>")
@answers()
def get_run(run_id: str) -> Report:
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
    return cast(Report, record.as_json() | more)


@api.get("/runs/<run_id>/record")
@answers()
def get_run_record(run_id: str) -> Page:
    """The whole run as the page draws it: its state, marks, gauges and summary."""
    run = _run(run_id)
    return page(run.record(), run.life(conductor().target_status))


@api.get("/runs/<run_id>/text")
@answers(types=("text/plain",))
def get_run_text(run_id: str) -> Response:
    """The run as the original example's client prints it."""
    text = _run(run_id).record().as_text(f"http://{LOOPBACK}:{conductor().gunicorn.port}")
    return Response(text, mimetype="text/plain")


@api.get("/matrix")
@answers()
def get_matrix() -> Matrix:
    """The matrix of worker classes and drivers, as far as it is measured."""
    return _matrix()


def _matrix() -> Matrix:
    survey = current_app.extensions["poolscope"].survey
    rows = [(name, "Postgres") for name in POSTGRES_DRIVERS]
    return Matrix(
        going=survey.is_running,
        cells=survey.cells,
        rows=rows + [(name, "MySQL") for name in MYSQL_DRIVERS],
        worker_classes=matrix.WORKER_CLASSES,
        combinations=len(matrix.combinations()),
    )


@api.post("/matrix")
@answers(HTTPStatus.ACCEPTED)
def post_matrix(body: Empty) -> Matrix:  # noqa: ARG001
    """Measure the matrix anew."""
    if conductor().user_app is not None or conductor().external is not None:
        cause = "The matrix measures the example app, which this dashboard does not serve"
        raise StartError(cause, "Start one without --app and --url")
    last = conductor().last
    if last is not None and last.is_running:
        raise Busy(last.id)
    current_app.extensions["poolscope"].survey.start()
    return _matrix()


def _run(run_id: str) -> Run:
    run = conductor().runs.get(run_id)
    if run is None:
        raise NotFound(f"there is no run {run_id[:20]}")
    return run


def _settings() -> Settings:
    given, defaults = json_object(), conductor().defaults
    settings = read_settings(given if defaults == Settings() else defaults.as_dict() | given)
    return conductor().checked(settings)


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An error as ``application/problem+json`` (RFC 9457)."""
    body = msgspec.json.encode(Problem(title, status, detail, **more))
    return Response(body, status, mimetype="application/problem+json")


@api.app_errorhandler(SettingsError)
def bad_settings(error: SettingsError) -> Response:
    """422 with a message for every field that cannot be used."""
    errors = [FieldProblem(name, message) for name, message in error.errors]
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
    answer = problem(error.code or 500, error.name, error.description or "")
    for name, value in error.get_headers():
        if name != "Content-Type":  # Allow of 405 among them
            answer.headers[name] = value
    return answer
