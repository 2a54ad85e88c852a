"""What each route of the API takes: the same definitions check a request and describe the route."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from fields import Field
from settings import SettingsError

View = TypeVar("View", bound=Callable[..., Any])

SETTINGS = "Settings"  # a body of settings; what is absent keeps its default
EMPTY = "Empty"  # an object without a meaning: its content type keeps foreign pages out
CHANGE = "Change"
RUN_FILE = "RunFile"  # a run as ``poolscope export --format jsonl`` writes it
RUN_FILE_TYPE = "application/x-ndjson"


class Text(NamedTuple):
    """A query parameter that is any text up to ``maximum`` characters."""

    name: str
    help: str
    maximum: int = 200

    def parse(self, given: str) -> str:
        """The text itself; ValueError when it is too long."""
        if len(given) > self.maximum or "\0" in given:
            raise ValueError(f"{self.name} must be a text of at most {self.maximum} characters")
        return given


Parameter = Field | Text


@dataclass(frozen=True)
class Contract:
    """The query and the body that a route takes, and how it answers."""

    query: tuple[Parameter, ...] = ()
    body: str = ""
    answer: str = ""  # a schema's name
    status: int = 200
    types: tuple[str, ...] = ("application/json",)


def takes(
    *,
    query: tuple[Parameter, ...] = (),
    body: str = "",
    answer: str = "",
    status: int = 200,
    types: tuple[str, ...] = ("application/json",),
) -> Callable[[View], View]:
    """Give a view its contract; put it below the route."""

    def marked(view: View) -> View:
        view.contract = Contract(query, body, answer, status, types)  # type: ignore[attr-defined]
        return view

    return marked


def contract_of(view: Callable[..., Any]) -> Contract:
    """The view's contract; one that takes nothing for a view without."""
    found = getattr(view, "contract", None)
    return found if isinstance(found, Contract) else Contract()


def asked(view: Callable[..., Any]) -> dict[str, Any]:
    """The request's query by the view's contract; SettingsError names what is wrong in it."""
    values: dict[str, Any] = {}
    errors = []
    for parameter in contract_of(view).query:
        given = request.args.get(parameter.name)
        if given is None:
            values[parameter.name] = "" if isinstance(parameter, Text) else parameter.default
            continue
        try:
            values[parameter.name] = parameter.parse(given)
        except ValueError as error:
            errors.append((parameter.name, str(error)))
    if errors:
        raise SettingsError(errors)
    return values


def body() -> dict[str, Any]:
    """The request's JSON object; other content types are refused, as a foreign page sends them."""
    if not request.is_json:
        raise UnsupportedMediaType("send the settings as application/json")
    try:
        given = request.get_json()
    except RecursionError as error:
        raise BadRequest("the JSON is nested too deeply") from error
    if not isinstance(given, dict):
        raise SettingsError([("", "the body must be a JSON object of settings")])
    return given


# The fields of a change to a kept run, as JSON Schema; ``changed`` holds a body against them.
CHANGES: dict[str, dict[str, Any]] = {
    "label": {"type": "string", "maxLength": 100, "description": "Name of the run."},
    "pinned": {
        "type": "boolean",
        "description": "Whether the run is kept however many runs follow.",
    },
}


def changed() -> dict[str, Any]:
    """The change that the body asks for; SettingsError names each field that cannot be used."""
    given = body()
    errors = []
    for name, value in given.items():
        schema = CHANGES.get(name)
        if schema is None:
            errors.append((name[:40], f"there is no field {name[:40]!r}"))
        elif schema["type"] == "boolean" and not isinstance(value, bool):
            errors.append((name, f"{name} must be true or false"))
        elif schema["type"] == "string" and not (
            isinstance(value, str) and len(value) <= schema["maxLength"] and _is_text(value)
        ):
            most = schema["maxLength"]
            errors.append((name, f"{name} must be a text of at most {most} characters"))
    if errors:
        raise SettingsError(errors)
    return given


def lines(most: int) -> bytes:
    """The request's JSON lines, at most ``most`` bytes; other content types are refused."""
    if request.mimetype != RUN_FILE_TYPE:
        raise UnsupportedMediaType(f"send the run as {RUN_FILE_TYPE}")
    request.max_content_length = most
    return request.get_data(cache=False)


def _is_text(value: str) -> bool:
    """Whether a database takes it: no half characters, no zero byte."""
    return not any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in value)
