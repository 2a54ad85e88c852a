"""The API described in OpenAPI 3.1, made from the routes, their models and the settings' fields.

https://spec.openapis.org/oas/v3.1.0 ; nothing here is said twice: what a route takes and answers
is what its models read and write.
"""

import re
from importlib.metadata import version
from typing import Annotated, Any

import msgspec
from flask import Flask, Response
from msgspec import NODEFAULT, Meta
from werkzeug.routing import BaseConverter, Rule

from dashboard.runs.answers import REFERRED
from settings import FIELDS, Settings

from .contract import JSON, RUN_FILE_TYPE, Contract, contract_of
from .models import Document, Problem
from .settings_schema import settings_schema

PREFIX = "/api/"
PROBLEM_TYPE = "application/problem+json"
TEMPLATE = "#/components/schemas/{name}"
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
_REFUSALS = {
    "400": "The body is not valid JSON",
    "401": "The token is missing",
    "403": "The request comes from another site",
    "404": "There is no such run",
    "405": "The path takes the methods that Allow names",
    "409": "Another run is in progress",
    "413": "The body is too long",
    "415": "The body is of another type",
    "422": "A field or parameter cannot be used",
    "503": "A part that this needs cannot be used",
}

Schema = dict[str, Any]


class KeptNumber(BaseConverter):
    """The number of a kept run in a path: another number is no path at all, whatever the method."""

    regex = "[1-9][0-9]{0,8}"
    schema = Annotated[int, Meta(ge=1, le=10**9 - 1)]

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


def document(app: Flask) -> Document:
    """The whole document for the routes of ``app`` below ``/api/``."""
    paths: dict[str, Schema] = {}
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    contracts = {each.endpoint: contract_of(app.view_functions[each.endpoint]) for each in rules}
    schemas, components = _schemas(list(contracts.values()))
    for rule in sorted(rules, key=lambda rule: rule.rule):
        path = _CONVERTER.sub(r"{\2}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operation = _operation(app, rule, method, contracts[rule.endpoint], schemas)
            paths.setdefault(path, {})[method.lower()] = operation
    info = {
        "title": "Poolscope",
        "version": version("poolscope"),
        "description": "One run at a time; times in seconds since release.",
    }
    return Document("3.1.0", info, paths, {"schemas": components})


def _schemas(contracts: list[Contract]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """The schema of each model by itself, and those that they name."""
    models: list[Any] = [Problem, *REFERRED]
    for contract in contracts:
        models += [each for each in (contract.answer, contract.body) if not _is_raw(each)]
    models = [each for place, each in enumerate(models) if each not in models[:place]]
    made, components = msgspec.json.schema_components(models, ref_template=TEMPLATE)
    components |= {"Settings": settings_schema(), "RunSettings": _run_settings()}
    return {str(model): schema for model, schema in zip(models, made, strict=True)}, components


def _is_raw(model: Any) -> bool:
    return model is None or model is Response or model is Settings or isinstance(model, str)


def _run_settings() -> Schema:
    types = {"choice": "string", "integer": "integer", "number": "number"}
    return {
        "type": "object",
        "required": list(FIELDS),
        "properties": {name: {"type": types[field.kind]} for name, field in FIELDS.items()},
    }


def _operation(
    app: Flask, rule: Rule, method: str, contract: Contract, schemas: dict[Any, Schema]
) -> Schema:
    lines = (app.view_functions[rule.endpoint].__doc__ or "").strip().split("\n\n")
    answer = schemas.get(str(contract.answer))
    problem = {PROBLEM_TYPE: {"schema": schemas[str(Problem)]}}
    refusals = {
        status: {"description": text, "content": problem}
        for status, text in _REFUSALS.items()
        if contract.body or status not in {"400", "413", "415"}
    }
    refusals["405"]["headers"] = {"Allow": {"schema": {"type": "string"}}}
    content = {kind: {"schema": answer or _file(kind)} for kind in contract.types}
    operation: Schema = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": " ".join(lines[0].split()),
        "parameters": [*_path_parameters(rule), *_query(contract.query)],
        "responses": {
            str(int(contract.status)): {"description": "As asked", "content": content},
            **refusals,
        },
    }
    if contract.body:
        operation["requestBody"] = {"required": True, "content": _body(contract.body, schemas)}
    return operation


def _file(kind: str) -> Schema:
    return {"type": "object" if kind == JSON else "string"}


def _body(model: Any, schemas: dict[Any, Schema]) -> Schema:
    if model == RUN_FILE_TYPE:
        about = "JSON lines, as the export jsonl writes them."
        return {model: {"schema": {"type": "string", "description": about}}}
    if model is Settings:
        return {JSON: {"schema": {"$ref": TEMPLATE.format(name="Settings")}}}
    return {JSON: {"schema": schemas[str(model)]}}


def _path_parameters(rule: Rule) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": msgspec.json.schema(KeptNumber.schema) if kind else {"type": "string"},
        }
        for kind, name in _CONVERTER.findall(rule.rule)
    ]


def _query(model: Any) -> list[Schema]:
    found = []
    for each in msgspec.structs.fields(model) if model is not None else ():
        schema = msgspec.json.schema(each.type)
        if each.default is not NODEFAULT:
            schema["default"] = each.default
        found.append(
            {
                "name": each.encode_name,
                "in": "query",
                "required": each.required,
                "description": schema.pop("description", ""),
                "schema": schema,
                **({"style": "form", "explode": False} if schema.get("type") == "array" else {}),
            }
        )
    return found
