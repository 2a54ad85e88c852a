"""The settings as JSON Schema: each field's range, and what must not come together.

The rules stand in ``settings`` as code, with their reasons; a test holds the two against each
other.
"""

from typing import Any

import msgspec

from modes import (
    ASGI,
    ASYNC_DRIVERS,
    MODES,
    MYSQL_DRIVERS,
    ONLY_ASYNC,
    POSTGRES_DRIVERS,
    SERVERS,
)
from settings import AUTO, FIELDS, Settings

Schema = dict[str, Any]

# Values that no run may have together.
CONTRADICTIONS: tuple[dict[str, Schema], ...] = (
    {"driver": {"const": "psycopg2-green"}, "worker_class": {"enum": ["sync", "gthread"]}},
    {
        "driver": {"const": "psycopg2-green"},
        "worker_class": {"const": AUTO},
        "mode": {"enum": [mode.name for mode in MODES.values() if mode.worker_class != "gevent"]},
    },
    {"driver": {"enum": [*MYSQL_DRIVERS]}, "endpoint": {"enum": ["python", "postgres"]}},
    {"driver": {"enum": [*POSTGRES_DRIVERS]}, "endpoint": {"const": "mysql"}},
    {
        "mode": {"enum": [mode.name for mode in MODES.values() if mode.worker_class == ASGI]},
        "worker_class": {"enum": ["sync", "gevent", "gthread"]},
    },
    {
        "mode": {"enum": [mode.name for mode in MODES.values() if mode.worker_class != ASGI]},
        "server": {"enum": [name for name in SERVERS if name != "gunicorn"]},
    },
    {
        "mode": {"enum": [name for name in MODES if name != "asyncio"]},
        "driver": {"enum": sorted(ONLY_ASYNC)},
    },
    {
        "mode": {"const": "asyncio"},
        "driver": {
            "enum": [each for each in POSTGRES_DRIVERS + MYSQL_DRIVERS if each not in ASYNC_DRIVERS]
        },
    },
    {
        "pool_size": {"const": 0},
        "pool_class": {"const": "QueuePool"},
        "max_overflow": {"exclusiveMinimum": 0},
    },
)


def settings_schema(defaults: Settings = Settings()) -> Schema:  # noqa: B008  it is frozen
    """What a body of settings may hold."""
    return {
        "type": "object",
        "description": "What is absent keeps its default. Numbers may come as texts, as forms "
        "send them.",
        "additionalProperties": False,
        "properties": {name: _field(name, getattr(defaults, name)) for name in FIELDS},
        "not": {"anyOf": [_together(values, defaults) for values in CONTRADICTIONS]},
    }


def _field(name: str, default: Any) -> Schema:
    field = FIELDS[name]
    schema = msgspec.json.schema(field.type)
    return schema | {"default": default, "title": field.label, "description": field.help}


def _together(values: dict[str, Schema], defaults: Settings) -> Schema:
    """All of the values: those that the defaults have need not be given."""
    given = [name for name, schema in values.items() if not _takes(schema, defaults, name)]
    return {"properties": values, "required": given}


def _takes(schema: Schema, defaults: Settings, name: str) -> bool:
    default = getattr(defaults, name)
    if "exclusiveMinimum" in schema:
        return bool(default > schema["exclusiveMinimum"])
    return default in schema.get("enum", [schema.get("const")])
