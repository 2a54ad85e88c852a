"""The API described in OpenAPI 3.1, made from the routes, their contracts and the settings' fields.

https://spec.openapis.org/oas/v3.1.0 ; nothing here is said twice: what a route takes is what
``contract`` checks, and a setting's range is what ``config`` checks.
"""

import re
from importlib.metadata import version
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from fields import Field
from settings import FIELDS

from .contract import (
    CHANGE,
    CHANGES,
    EMPTY,
    RUN_FILE,
    RUN_FILE_TYPE,
    SETTINGS,
    Contract,
    Parameter,
    Text,
    contract_of,
)

PREFIX = "/api/"
_CONVERTER = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
_TYPES = {"integer": "integer", "number": "number", "choice": "string"}
_REFUSALS = {
    "400": "The body is not valid JSON",
    "403": "The request comes from another site",
    "404": "There is no such run",
    "409": "Another run is in progress",
    "413": "The body is too long",
    "415": "The body is of another type",
    "422": "A field or parameter cannot be used",
    "503": "A part that this needs cannot be used",
}

Schema = dict[str, Any]


def document(app: Flask) -> Schema:
    """The whole document for the routes of ``app`` below ``/api/``."""
    paths: dict[str, Schema] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(PREFIX):
            path = _CONVERTER.sub(r"{\3}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _operation(app, rule, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Poolscope",
            "version": version("poolscope"),
            "description": "One run at a time; times in seconds since release.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _operation(app: Flask, rule: Rule, method: str) -> Schema:
    view = app.view_functions[rule.endpoint]
    contract = contract_of(view)
    lines = (view.__doc__ or "").strip().split("\n\n")
    operation: Schema = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": " ".join(lines[0].split()),
        "parameters": [*_path_parameters(rule), *(_query(each) for each in contract.query)],
        "responses": _responses(contract),
    }
    if contract.body:
        schema = {"$ref": f"#/components/schemas/{contract.body}"}
        operation["requestBody"] = {
            "required": True,
            "content": {_body_type(contract): {"schema": schema}},
        }
    return operation


def _body_type(contract: Contract) -> str:
    return RUN_FILE_TYPE if contract.body == RUN_FILE else "application/json"


def _path_parameters(rule: Rule) -> list[Schema]:
    found = []
    for kind, limits, name in _CONVERTER.findall(rule.rule):
        schema: Schema = {"type": "integer"} if kind == "int" else {"type": "string"}
        for word, key in (("min", "minimum"), ("max", "maximum")):
            limit = re.search(rf"{word}=(\d+)", limits)
            schema |= {key: int(limit.group(1))} if limit else {}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _query(parameter: Parameter) -> Schema:
    schema: Schema = (
        {"type": "string", "maxLength": parameter.maximum}
        if isinstance(parameter, Text)
        else field_schema(parameter)
    )
    about = {"description": parameter.help, "schema": schema}
    return {"name": parameter.name, "in": "query", "required": False, **about}


def field_schema(field: Field) -> Schema:
    """What ``Field.parse`` takes, as JSON Schema."""
    schema: Schema = {"type": _TYPES[field.kind], "default": field.default}
    if field.kind == "choice":
        return schema | {"enum": list(field.choices)}
    return schema | {"minimum": field.minimum, "maximum": field.maximum}


def _responses(contract: Contract) -> Schema:
    schema = {"$ref": f"#/components/schemas/{contract.answer}"} if contract.answer else {}
    content = {kind: {"schema": schema} for kind in contract.types}
    responses: Schema = {
        str(contract.status): {"description": "As asked", "content": content},
    }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in _REFUSALS.items():
        if status in {"400", "413", "415"} and not contract.body:
            continue
        responses[status] = {"description": text, "content": problem}
    return responses


def _object(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def _schemas() -> Schema:
    text, whole, number = {"type": "string"}, {"type": "integer"}, {"type": "number"}
    truth, thing = {"type": "boolean"}, {"type": "object"}
    things = {"type": "array", "items": thing}
    problem = _object("field message", field=text, message=text)
    return {
        SETTINGS: {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                name: field_schema(field) | {"title": field.label, "description": field.help}
                for name, field in FIELDS.items()
            },
        },
        EMPTY: {"type": "object"},
        RUN_FILE: {"type": "string", "description": "JSON lines, as written by the jsonl export."},
        CHANGE: {"type": "object", "additionalProperties": False, "properties": CHANGES},
        "Changed": _object("number", number=whole, **CHANGES),
        "Deleted": _object("number undo", number=whole, undo=text),
        "Launched": _object("run", run=text),
        "KeptRun": _object(
            "number name status label pinned started_at mode endpoint requests pool"
            " total_seconds batches done failed limit sentence waterfall settings",
            number=whole,
            name=text,
            status={"enum": ["running", "done", "cancelled", "failed", "broken-off"]},
            label=text,
            pinned=truth,
            started_at={"type": "string", "format": "date-time"},
            mode=text,
            endpoint=text,
            requests=whole,
            pool={"type": ["integer", "null"], "description": "Capacity; null without a limit."},
            total_seconds=number,
            batches=whole,
            done=whole,
            failed=whole,
            limit=text,
            sentence=text,
            waterfall={
                "type": "array",
                "description": "Bars [start, end, failed], in thousandths of the total.",
                "items": {"type": "array", "items": whole, "minItems": 3, "maxItems": 3},
            },
            settings=thing,
        ),
        "History": _object(
            "runs total page size",
            runs={"type": "array", "items": {"$ref": "#/components/schemas/KeptRun"}},
            total=whole,
            page=whole,
            size=whole,
        ),
        "Record": _object(
            "state frame gauges summary", state=thing, frame=thing, gauges=thing, summary=thing
        ),
        "Comparison": _object(
            "runs settings figures sentence",
            runs=things,
            settings=things,
            figures=things,
            sentence=text,
        ),
        "Document": _object("openapi info paths", openapi=text, info=thing, paths=thing),
        "Problem": _object(
            "title status detail",
            title=text,
            status=whole,
            detail=text,
            errors={"type": "array", "items": problem},
            run=text,
        ),
    }
