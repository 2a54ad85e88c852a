"""The API of kept runs, and its description: what it says is what the dashboard does."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from dashboard.exports import FORMATS, jsonl
from dashboard.runtime import Runtime
from dashboard.web import api_history
from dashboard.web.app import create_app
from dashboard.web.contract import contract_of
from settings import FIELDS, Settings
from tests.dashboard.records import record

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


def schema_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def problem(answer: TestResponse, status: int, document: dict[str, Any] | None = None) -> Any:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    if document is not None:
        jsonschema.validate(body, schema_of(document, "Problem"))
    return body


def test_the_document_is_valid_and_names_every_route(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    OpenAPIV31SpecValidator(document).validate()
    told = {
        (path.replace("{", "<").replace("}", ">"), method)
        for path, methods in document["paths"].items()
        for method in methods
    }
    routes = {
        (rule.rule, method.lower())
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert len(told) == len(routes)
    operations = [
        each["operationId"] for path in document["paths"].values() for each in path.values()
    ]
    assert len(set(operations)) == len(operations)
    assert all(each["summary"] for path in document["paths"].values() for each in path.values())


def test_a_setting_is_described_as_it_is_checked(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    described = document["components"]["schemas"]["Settings"]["properties"]
    assert set(described) == set(FIELDS)
    checker = jsonschema.Draft202012Validator(schema_of(document, "Settings"))
    assert checker.is_valid(Settings().as_dict())
    for name, schema in described.items():
        values = [None, "nonsense", schema.get("maximum", 0) + 1, schema.get("minimum", 0) - 1]
        values += [schema.get("minimum"), schema.get("maximum"), *schema.get("enum", [])]
        for value in [value for value in values if value is not None]:
            given = {name: value}
            answer = client.post("/api/forecast", json=given)
            assert (answer.status_code == 422) != checker.is_valid(given), given
            if answer.status_code == 422:
                errors = answer.get_json()["errors"]
                assert any(name in each["message"] or name == each["field"] for each in errors)


def test_every_route_that_takes_a_body_refuses_a_foreign_form(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                url = path.replace("{number}", "1").replace("{run_id}", "r1")
                answer = client.open(url, method=method.upper(), data=b"a=1")
                problem(answer, 415, document)


def test_bad_queries_are_refused_by_the_same_definitions(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["in"] != "query":
                continue
            schema = parameter["schema"]
            bad = "x" * (schema["maxLength"] + 1) if "maxLength" in schema else "nonsense"
            url = path.replace("{number}", "1").replace("{run_id}", "r1")
            answer = client.get(url, query_string={parameter["name"]: bad})
            if answer.status_code != 404:  # there is no such run either
                (error,) = problem(answer, 422, document)["errors"]
                assert error["field"] == parameter["name"]


def test_kept_runs_are_listed_as_described(
    client: FlaskClient, document: dict[str, Any], number: int
) -> None:
    body = client.get("/api/history?size=2&q=mine&sort=-total").get_json()
    jsonschema.validate(body, schema_of(document, "History"))
    assert body["total"] >= 1
    assert body["runs"][0]["label"] == "mine"
    assert number in [run["number"] for run in client.get("/api/history").get_json()["runs"]]


def test_a_kept_run_opens_as_a_live_one_does(
    client: FlaskClient, document: dict[str, Any], number: int
) -> None:
    body = client.get(f"/api/history/{number}").get_json()
    jsonschema.validate(body, schema_of(document, "Page"))
    assert body["state"]["run"] == f"#{number}"
    assert body["state"]["status"] == "done"
    assert [batch["count"] for batch in body["summary"]["batches"]] == [15, 15, 10]
    assert len(body["frame"]["seq"]) == len(record(40, 15).marks)
    assert body["gauges"]["samples"] == [[0.5, "pool", 7, {"out": 15, "idle": 0, "overflow": 0}]]


def test_a_kept_run_is_renamed_pinned_deleted_and_brought_back(
    client: FlaskClient, document: dict[str, Any], number: int
) -> None:
    url = f"/api/history/{number}"
    changed = client.patch(url, json={"label": "<b>later</b>", "pinned": True})
    jsonschema.validate(changed.get_json(), schema_of(document, "Changed"))
    state = client.get(url).get_json()["state"]
    assert (state["label"], state["pinned"]) == ("<b>later</b>", True)
    deleted = client.delete(url)
    jsonschema.validate(deleted.get_json(), schema_of(document, "Deleted"))
    problem(client.get(url), 404, document)
    problem(client.delete(url), 404)
    assert client.post(deleted.get_json()["undo"], json={}).status_code == 200
    problem(client.post(deleted.get_json()["undo"], json={}), 404)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"label": 5}, {"label": "x" * 101}, {"label": "\ud800"}, {"pinned": "yes"}, {"colour": 1}],
)
def test_a_change_that_cannot_be_made_is_refused(
    client: FlaskClient, document: dict[str, Any], number: int, change: dict[str, Any]
) -> None:
    problem(client.patch(f"/api/history/{number}", json=change), 422, document)


@pytest.mark.parametrize(
    "path",
    [
        "/api/history/999999",
        "/api/history/0",
        "/api/history/-1",
        "/api/history/" + "9" * 40,
        "/api/history/abc",
        "/api/history/999999/export",
        "/api/runs/r999/export",
        "/api/compare?runs=999998,999999",
        "/api/compare?runs=r998,r999",
    ],
)
def test_what_is_not_kept_is_not_there(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404)


def test_a_kept_run_is_exported_in_every_format(client: FlaskClient, number: int) -> None:
    for name, form in FORMATS.items():
        answer = client.get(f"/api/history/{number}/export?format={name}")
        assert answer.status_code == 200
        assert answer.mimetype == form.mimetype
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith(f'attachment; filename="poolscope-{number}-gevent-green')
        assert answer.data
    assert "/api/runs/{run_id}/export" in client.get("/api/openapi.json").get_json()["paths"]


def test_runs_are_compared_by_number_or_live_name(
    client: FlaskClient, runtime: Runtime, document: dict[str, Any], number: int
) -> None:
    run = runtime.conductor.launch(Settings(requests=3, sleep_seconds=0.05))
    runtime.conductor.wait()
    answer = client.get(f"/api/compare?runs={number},{run.id}")
    body = answer.get_json()
    jsonschema.validate(body, schema_of(document, "Comparison"))
    assert [each["number"] for each in body["runs"]] == [number, run.history_id]
    assert body["sentence"].startswith("Different work, so the times are not comparable")
    for runs in ("", str(number), f"{number},{number}", ",".join(map(str, range(1, 7)))):
        assert client.get("/api/compare", query_string={"runs": runs}).status_code in {404, 422}
    live = client.get(f"/api/runs/{run.id}/export?format=jsonl")
    assert len(jsonl.read(live.data).marks) == len(run.log.marks())
    versions = client.get(f"/api/history/{run.history_id}").get_json()["state"]["versions"]
    assert versions["Postgres"].split(".")[0].isdigit()
    assert re.fullmatch(r"r\d+-[0-9a-f]{6}", run.id)  # no other dashboard has a run of that name
    told = client.get(f"/api/runs/{run.id}").get_json()
    assert (told["history_id"], told["error"]) == (run.history_id, None)


def test_the_contract_of_a_view_is_none_when_it_says_nothing(client: FlaskClient) -> None:
    view = client.application.view_functions["api.options"]
    assert contract_of(view).body is None
    assert json.load(io.BytesIO(client.get("/api/options").data))["version"]


def test_an_exported_run_is_brought_in_and_what_is_none_is_refused(
    client: FlaskClient, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = jsonl.write(record(6, 3, label="from elsewhere"))
    kind = "application/x-ndjson"
    answer = client.post("/api/history", data=written, content_type=kind)
    assert answer.status_code == 201
    jsonschema.validate(answer.get_json(), schema_of(document, "Changed"))
    url = f"/api/history/{answer.get_json()['number']}"
    assert client.get(url).get_json()["state"]["label"] == "from elsewhere"
    text = client.get(f"{url}/text")
    assert (text.mimetype, text.text.count("got response [200]")) == ("text/plain", 6)

    said = problem(client.post("/api/history", data=b"{}", content_type=kind), 422, document)
    assert "line 1 must be a head" in said["detail"]
    problem(client.post("/api/history", data=written), 415)
    from_elsewhere = {"Origin": "http://evil.example"}
    told = client.post("/api/history", data=written, content_type=kind, headers=from_elsewhere)
    assert told.status_code == 403
    monkeypatch.setattr(api_history, "MOST_SENT", len(written) - 1)
    problem(client.post("/api/history", data=written, content_type=kind), 413, document)
