"""What a route takes is what it says: methods, numbers, texts and settings."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import jsonschema
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from dashboard.runtime import Runtime
from dashboard.web.app import create_app
from dashboard.web.settings_schema import settings_schema
from modes import MODES
from settings import ENDPOINTS, FIELDS, SettingsError, read_settings
from tests.dashboard.records import record

HYPOTHESIS = hypothesis.settings(max_examples=2000, deadline=None, derandomize=True, database=None)
VALUES = {
    "mode": st.sampled_from(list(MODES)),
    "endpoint": st.sampled_from(list(ENDPOINTS)),
    "worker_class": st.sampled_from(FIELDS["worker_class"].choices),
    "driver": st.sampled_from(FIELDS["driver"].choices),
    "pool_class": st.sampled_from(FIELDS["pool_class"].choices),
    "pool_size": st.integers(-1, 2),
    "max_overflow": st.integers(-2, 2),
}


pytestmark = pytest.mark.live  # the session's real parts


@pytest.fixture
def client(runtime: Runtime) -> Iterator[FlaskClient]:
    app, relay = create_app(runtime)
    with app.test_client() as asking:
        yield asking
    relay.close()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").get_json()
    return found


@pytest.fixture
def number(runtime: Runtime) -> int:
    """A kept run."""
    return runtime.history.add(record(40, 15, label="mine"))


def problem(answer: TestResponse, status: int) -> Any:
    """The refusal in the form of RFC 9457."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    return answer.get_json()


@HYPOTHESIS
@given(given=st.fixed_dictionaries({}, optional=VALUES))
def test_what_must_not_come_together_is_described_as_it_is_checked(given: dict[str, Any]) -> None:
    is_valid = jsonschema.Draft202012Validator(settings_schema()).is_valid(given)
    try:
        read_settings(given)
    except SettingsError:
        assert not is_valid
    else:
        assert is_valid


def test_a_dashboard_of_the_example_takes_no_endpoint_of_another(client: FlaskClient) -> None:
    for endpoint in ("app", "url"):
        for path in ("/api/forecast", "/api/runs"):
            said = problem(client.post(path, json={"endpoint": endpoint}), 422)
            assert said["errors"][0]["field"] == "endpoint"


def test_a_method_that_a_path_lacks_is_refused_with_those_that_it_takes(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    for path, methods in document["paths"].items():
        url = path.replace("{number}", "1").replace("{run_id}", "r1")
        answer = client.put(url)
        problem(answer, 405)
        allowed = set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"}
        assert allowed == {method.upper() for method in methods}
        assert all("405" in each["responses"] for each in methods.values())


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("number", ["0", "-1", "01", "9" * 10, "\u0663"])
def test_a_number_that_no_run_has_is_not_there_whatever_the_method(
    client: FlaskClient, method: str, number: str
) -> None:
    problem(client.open(f"/api/history/{number}", method=method, json={}), 404)


def test_a_refused_text_is_told_what_is_wrong_with_it(client: FlaskClient, number: int) -> None:
    def said(answer: TestResponse) -> str:
        (error,) = problem(answer, 422)["errors"]
        return str(error["message"])

    zero = client.get("/api/history", query_string={"q": "a\0"})
    assert said(zero) == "q must not contain a zero byte"
    long = client.get("/api/history", query_string={"q": "a" * 201})
    assert said(long).startswith("q must be a text of at most 200 characters, not 'aaa")
    half = client.patch(f"/api/history/{number}", json={"label": "\ud800"})
    assert said(half) == "label must not contain half a character"
    assert said(client.get("/api/compare")).startswith("runs is missing: it must be a list")
    (parameter,) = client.get("/api/openapi.json").get_json()["paths"]["/api/compare"]["get"][
        "parameters"
    ]
    assert parameter["required"]
