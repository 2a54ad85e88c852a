"""A settings field: what it allows, how people are told about it, and how a value is read."""

import math
from dataclasses import field
from typing import Any, NamedTuple


class Field(NamedTuple):
    """What a settings field allows, and how people are told about it."""

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
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        kind = "a whole number" if self.kind == "integer" else "a number"
        unit = f" {self.unit}" if self.unit else ""
        return f"{kind} from {self.minimum:g} to {self.maximum:g}{unit}"

    def parse(self, given: Any) -> Any:
        """``given``, a value or its text, as this field's type; ValueError with the range."""
        try:
            value = self._convert(given)
        except (TypeError, ValueError, OverflowError):
            value = None
        if value is None:
            raise ValueError(f"{self.name} must be {self.allowed}, not {shown(given)}")
        return value

    def _convert(self, given: Any) -> Any:
        if self.kind == "choice":
            return given if isinstance(given, str) and given in self.choices else None
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            return None
        number = float(given)
        if not math.isfinite(number) or not self.minimum <= number <= self.maximum:
            return None
        if self.kind == "number":
            return number
        return int(number) if number == int(number) else None


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
