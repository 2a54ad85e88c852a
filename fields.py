"""A settings field: its range, its texts, and how a value is parsed."""

from dataclasses import field
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

import msgspec
from msgspec import inspect


class Field(NamedTuple):
    """The range and the texts of a settings field."""

    name: str
    label: str
    kind: str  # "integer", "number" or "choice"
    default: Any
    group: str
    help: str
    minimum: float = 0
    maximum: float = 0
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def type(self) -> Any:
        """The values that it takes, for msgspec: checked, and described in JSON Schema."""
        if self.kind == "choice":
            return Literal[self.choices]
        of = int if self.kind == "integer" else float
        return Annotated[of, msgspec.Meta(ge=self.minimum, le=self.maximum)]

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return allowed(self.type) + (f" {self.unit}" if self.unit else "")

    def parse(self, given: Any) -> Any:
        """``given``, a value or its text, as this field's type; ValueError with the range."""
        try:
            return msgspec.convert(given, self.type, strict=False)
        except msgspec.ValidationError:
            why = f"{self.name} must be {self.allowed}, not {shown(given)}"
            raise ValueError(why) from None


def allowed(kind: Any) -> str:
    """The values that a type takes, in words: ``a whole number from 1 to 5``."""
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) is Literal:  # in the order in which they are written
        return "one of " + ", ".join(get_args(bare))
    return _words(inspect.type_info(kind))


def _words(info: inspect.Type) -> str:
    match info:
        case inspect.Metadata(type=inner) | inspect.UnionType(types=(inner, *_)):
            words = _words(inner)
        case inspect.IntType(ge=least, le=most):
            words = f"a whole number from {least} to {most}"
        case inspect.FloatType(ge=least, le=most):
            words = f"a number from {least:g} to {most:g}"
        case inspect.BoolType():
            words = "true or false"
        case inspect.StrType(max_length=most):
            words = f"a text of at most {most} characters"
        case inspect.DictType(max_length=most):
            words = f"an object of at most {most} numbers"
        case inspect.ListType(min_length=least, max_length=most):
            words = f"a list of {least or 0} to {most}"
        case _:
            raise TypeError(f"there are no words for {info}")
    return words


def shown(given: Any) -> str:
    """``given`` as a message shows it, cut to 40 characters."""
    text = repr(given)
    return text if len(text) <= 40 else text[:37] + "..."


def choice(default: str, choices: tuple[str, ...], label: str, group: str, help: str) -> Any:
    metadata = {"kind": "choice", "choices": choices, "label": label, "group": group, "help": help}
    return field(default=default, metadata=metadata)


def number(  # noqa: PLR0913, PLR0917
    default: float,
    minimum: float,
    maximum: float,
    label: str,
    group: str,
    help: str,
    unit: str = "",
) -> Any:
    kind = "integer" if isinstance(default, int) else "number"
    metadata = {
        "kind": kind,
        "minimum": minimum,
        "maximum": maximum,
        "label": label,
        "group": group,
        "help": help,
        "unit": unit,
    }
    return field(default=default, metadata=metadata)
