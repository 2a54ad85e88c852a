"""``poolscope run`` after its options are read: do the run, print it, and judge it."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from config import LOOPBACK, Environment
from dashboard.analysis.paths import as_text
from dashboard.errors import StartError
from dashboard.runs import app_card, junit, report
from dashboard.runs.assertions import Assertion, Outcome, judges_failures
from dashboard.runs.record import Record
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.targets.external_address import ExternalServer
from dashboard.targets.user_app_options import App
from dashboard.workload.mix import RequestSpec
from settings import Settings
from target_app.probe.marks import encode

from .app_options import app_settings
from .remote import Server
from .terminal import say, say_text, tell, tell_progress, tell_text

SOME_FAILED = 1
ASSERTION_FAILED = 4
PROGRESS_SECONDS = 0.2


def run_here(
    settings: Settings,
    label: str,
    keep: bool,
    external: ExternalServer | None = None,
    request_specs: tuple[RequestSpec, ...] = (),
) -> tuple[Record, str]:
    """Target up, burst, target down: the run's record, and its plain text.

    StartError when a part could not start; Ctrl-C cancels the run.
    """
    with Runtime(Environment.read(), external=external) as runtime:
        return _run(runtime, settings, label, keep, request_specs)


def run_app(app: App, given: dict[str, Any], label: str, keep: bool) -> tuple[Record, str]:
    """The same for your own app, with the ``given`` settings over those of its configuration."""
    with Runtime(Environment.read(), app) as runtime:
        assert runtime.user_app is not None  # noqa: S101  it is there with an app
        settings = app_settings(runtime.user_app.environment.defaults(), given)
        return _run(runtime, settings, label, keep)


def _run(
    runtime: Runtime,
    settings: Settings,
    label: str,
    keep: bool,
    request_specs: tuple[RequestSpec, ...] = (),
) -> tuple[Record, str]:
    run = runtime.conductor.launch(settings, label=label, keep=keep, request_specs=request_specs)
    try:
        _follow(run)
        runtime.conductor.wait()  # it is being kept
    except KeyboardInterrupt:
        runtime.conductor.cancel(run.id)
        runtime.conductor.wait()
        raise
    if run.error is not None:
        raise run.error
    record = run.record()
    return record, record.as_text(f"http://{LOOPBACK}:{runtime.gunicorn.port}")


def run_there(server: Server, settings: Settings, label: str, keep: bool) -> tuple[Record, str]:
    """The same by a running dashboard."""
    try:
        return server.run(settings, label, keep, tell_progress)
    finally:
        tell_progress("")


def judge(
    do: Callable[[], tuple[Record, str]],
    assertions: Sequence[Assertion],
    as_json: bool,
    marks: Path | None,
    junit_file: Path | None,
) -> int:
    """Do the run, print and write what was asked for; the exit code."""
    try:
        record, text = do()
    except StartError as error:
        if junit_file is not None:
            junit_file.write_bytes(junit.as_error(error.cause, error.cure))
        raise
    if marks is not None:
        marks.write_bytes(b"".join(encode(mark) + b"\n" for mark in record.marks))
    outcomes = [assertion.check(record) for assertion in assertions]
    if junit_file is not None:
        junit_file.write_bytes(junit.as_xml(outcomes, record.total_seconds, record.sentence))
    if as_json:
        say(json.dumps(_as_json(record, outcomes)))
    else:
        say_text(text)
        _print_words(record)
    for outcome in outcomes:
        tell(outcome.as_text())
    for note in record.notes:
        tell_text(f"Note: {note}")
    if not all(outcome.holds for outcome in outcomes):
        return ASSERTION_FAILED
    forgiven = judges_failures(assertions)
    return SOME_FAILED if record.counts["failed"] and not forgiven else 0


def _as_json(record: Record, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    more: dict[str, Any] = {"number": record.number or None, "label": record.label}
    if outcomes:
        more["assertions"] = [outcome.as_dict() for outcome in outcomes]
    return record.as_json() | more


def _print_words(record: Record) -> None:
    diagnosis = record.diagnosis
    lines = (
        record.sentence + ".",
        *(as_text(record.paths) if record.request_specs else ()),
        report.failure_words(record.requests),
        f"{diagnosis.sentence} {diagnosis.evidence}".strip() if diagnosis else "",
        f"Saved as #{record.number}." if record.number else "",
    )
    own = app_card.as_text(record.card) if record.card else []
    for line in (*lines, *own):
        if line:
            tell(line)


def _follow(run: Run) -> None:
    """Wait for the end, telling a terminal how far it is."""
    terminal = sys.stderr.isatty()
    while run.is_running:
        if terminal:
            tell_progress(run.step or run.record().sentence)
        time.sleep(PROGRESS_SECONDS if terminal else PROGRESS_SECONDS / 10)
    tell_progress("")
