"""What each route of the API takes and answers: models that check a request and describe the route.

A view says it by its annotations: ``query`` and ``body`` are read by their models before it is
called, and what it returns is the answer.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple, get_type_hints

import msgspec
from flask import Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from dashboard.reading import read
from settings import SettingsError

JSON = "application/json"
RUN_FILE_TYPE = "application/x-ndjson"


class Empty(msgspec.Struct):
    """An object without a meaning: its content type keeps foreign pages out."""


class Contract(NamedTuple):
    """The models of a route's query, body and answer, and how it answers."""

    query: Any = None
    body: Any = None
    answer: Any = None
    status: int = 200
    types: tuple[str, ...] = (JSON,)


def answers(
    status: int = 200, types: tuple[str, ...] = (JSON,), body: Any = None
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Give a view its contract; put it below the route.

    ``body`` describes a body that the view reads by itself.
    """

    def of(view: Callable[..., Any]) -> Callable[..., Response]:
        hints = get_type_hints(view, include_extras=True)
        query, model, answer = (hints.get(name) for name in ("query", "body", "return"))

        @functools.wraps(view)
        def answered(**given: Any) -> Response:
            if model is not None:
                given["body"] = read(model, json_object())
            if query is not None:
                given["query"] = read(query, request.args.to_dict(), is_text=True)
            made = view(**given)
            if isinstance(made, Response):
                return made
            return Response(msgspec.json.encode(made), status, mimetype=JSON)

        contract = Contract(query, model or body, answer, status, types)
        answered.contract = contract  # type: ignore[attr-defined]
        return answered

    return of


def contract_of(view: Callable[..., Any]) -> Contract:
    """The view's contract; one that takes nothing for a view without."""
    found = getattr(view, "contract", None)
    return found if isinstance(found, Contract) else Contract()


def json_object() -> dict[str, Any]:
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


def lines(most: int) -> bytes:
    """The request's JSON lines, at most ``most`` bytes; other content types are refused."""
    if request.mimetype != RUN_FILE_TYPE:
        raise UnsupportedMediaType(f"send the run as {RUN_FILE_TYPE}")
    request.max_content_length = most
    return request.get_data(cache=False)
