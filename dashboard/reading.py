"""Reads what comes from elsewhere into models of msgspec, and says in our words what is wrong.

msgspec stops at the first error and tells it as a programmer reads it; a person is told every
field that cannot be used, and what it takes.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, Struct, inspect

from fields import allowed, shown
from settings import SettingsError

Model = TypeVar("Model", bound=Struct)
PLAIN = r"^[^\x00]*$"  # a database takes no zero byte


def text(most: int) -> Meta:
    """What a text of at most ``most`` characters may hold."""
    return Meta(max_length=most, pattern=PLAIN)


def read(model: type[Model], given: Mapping[str, Any], *, is_text: bool = False) -> Model:
    """``given`` as a model; SettingsError names every field that cannot be used.

    With ``is_text`` numbers are given as their texts, and a list as its texts with commas.
    """
    known = {each.encode_name: each for each in msgspec.structs.fields(model)}
    errors = []
    if model.__struct_config__.forbid_unknown_fields:
        errors = [
            (name[:40], f"unknown field {shown(name)}") for name in given if name not in known
        ]
    values = {}
    for name, each in known.items():
        value = given.get(name, UNSET)
        if value is UNSET:
            if each.default is NODEFAULT and each.default_factory is NODEFAULT:
                errors.append((name, f"{name} is missing: it must be {allowed(each.type)}"))
            continue
        if is_text and _is_list(each.type):
            value = [part.strip(" ") for part in value.split(",")]
        try:
            values[each.name] = msgspec.convert(value, each.type, strict=not is_text)
            if _has_half(value):
                errors.append((name, f"{name} must not contain half a character"))
        except msgspec.ValidationError:
            errors.append((name, _refusal(name, each.type, value)))
    if errors:
        raise SettingsError(errors)
    return model(**values)


def _is_list(kind: Any) -> bool:
    info = inspect.type_info(kind)
    return isinstance(info.type if isinstance(info, inspect.Metadata) else info, inspect.ListType)


def _has_half(value: Any) -> bool:
    """Whether a text holds a surrogate, which no encoding takes; JSON can bring one."""
    return isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value)


def _refusal(name: str, kind: Any, value: Any) -> str:
    if isinstance(value, str) and "\0" in value:
        return f"{name} must not contain a zero byte"
    return f"{name} must be {allowed(kind)}, not {shown(value)}"
