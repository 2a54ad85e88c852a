"""The API under schemathesis, all checks on: it does what its description says."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import strategies as st
from schemathesis import engine
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from dashboard.exports import jsonl
from dashboard.runtime import Runtime
from dashboard.web.app import create_app
from dashboard.web.contract import RUN_FILE_TYPE
from settings import FIELDS, Settings
from tests.dashboard.records import record

pytestmark = pytest.mark.live  # the session's real parts

CONFIG = {
    "seed": 1,
    "continue-on-failure": True,
    "generation": {"max-examples": 15, "database": "none"},
    # What is valid may meet the run that goes on all the while, or ask for one that is not there.
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "503"]},
    },
}
RUN_FILES = st.builds(
    lambda count, label: jsonl.write(record(count, label=label)),
    st.integers(1, 5),
    st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=20),
)


@pytest.fixture
def app(runtime: Runtime) -> Iterator[Flask]:
    """The dashboard while a run goes on, so that nothing that is sent launches one."""
    app, relay = create_app(runtime)
    run = runtime.conductor.launch(Settings(requests=2, sleep_seconds=60, endpoint="python"))
    yield app
    runtime.conductor.cancel(run.id)
    runtime.conductor.wait()
    relay.close()


def is_number_as_text(body: Any) -> bool:
    """Whether a number came as a text: forms send them so, and so they are taken."""
    return isinstance(body, dict) and any(
        name in FIELDS and FIELDS[name].kind != "choice" and isinstance(value, str)
        for name, value in body.items()
    )


def test_the_api_does_what_its_description_says(app: Flask, runtime: Runtime) -> None:
    runtime.history.add(record(3, label="kept"))
    schemathesis.openapi.media_type(RUN_FILE_TYPE, RUN_FILES)
    config = schemathesis.Config.from_dict(CONFIG)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    wrong, statuses = [], defaultdict[str, Counter[int]](Counter)
    for event in engine.from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            wrong.append(str(event.info))
        if not isinstance(event, ScenarioFinished):
            continue
        for name, exchange in event.recorder.interactions.items():
            case = event.recorder.cases[name].value
            if exchange.response is not None:
                statuses[case.operation.label][exchange.response.status_code] += 1
            for check in event.recorder.checks.get(name, ()):
                is_more = check.name == "negative_data_rejection" and is_number_as_text(case.body)
                if check.failure_info is not None and not is_more:
                    wrong.append(f"{case.as_curl_command()}\n{check.failure_info.failure}")
    assert wrong == []
    described = {
        f"{method.upper()} {path}"
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }
    assert described - set(statuses) == {"GET /api/openapi.json"}  # which was asked for already
    assert statuses["POST /api/history"][201] >= 5
    assert statuses["POST /api/runs"][409] >= 5
