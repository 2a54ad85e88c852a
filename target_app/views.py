"""The original example's endpoints: each sleeps somewhere else, and answers with the todos."""

import time
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import func, select

from target_app.probe import trail
from target_app.probe.failures import classify, last_line

from .models import (
    MYSQL,
    NO_MYSQL,
    MysqlTodo,
    Todo,
    TodoColumns,
    create_data,
    db,
)
from .seconds import read_seconds

views = Blueprint("views", __name__)


def _seconds() -> float:
    """How long to sleep: ``?seconds=`` of the request, else the app's setting."""
    return read_seconds(request.args.get("seconds"), current_app.config["SLEEP_SECONDS"])


def _todos(model: type[TodoColumns]) -> Response:
    trail.note("todos")  # told apart from the sleep, which is what the run is about
    todos = db.session.scalars(select(model).order_by(model.id)).all()
    return jsonify([todo.as_json() for todo in todos])


@views.get("/sleep/python/")
def sleep_python() -> Response:
    """Sleep in Python, without a connection."""
    time.sleep(_seconds())
    return _todos(Todo)


@views.get("/sleep/postgres/")
def sleep_postgres() -> Response:
    """Sleep in Postgres, holding a connection."""
    db.session.execute(select(func.pg_sleep(_seconds())))
    return _todos(Todo)


@views.get("/sleep/mysql/")
def sleep_mysql() -> Response:
    """Sleep in MySQL, holding a connection of the second pool."""
    if MYSQL not in db.engines:
        raise LookupError(NO_MYSQL)
    sleep = select(func.sleep(_seconds()))
    db.session.execute(sleep, bind_arguments={"bind": db.engines[MYSQL]})
    return _todos(MysqlTodo)


@views.route("/create_data/", methods=["GET", "POST"])
def create_data_route() -> Response:
    """Create the todo tables and fill them where they are empty."""
    return jsonify({"added": create_data()})


@views.get("/healthz")
def healthz() -> Response:
    """Answer at once, without a database."""
    return jsonify({"status": "ok"})


def refuse_seconds(error: Exception) -> tuple[Response, int]:
    """400 with the allowed range."""
    return jsonify({"error": "bad-request", "message": str(error)}), 400


def answer_failure(error: Exception) -> tuple[Any, int]:
    """500 with the failure's stable word, in JSON as every other answer."""
    message = last_line(error)
    return jsonify({"error": classify(message), "message": message}), 500
