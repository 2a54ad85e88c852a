"""The endpoints as blocking functions, for a thread, or for a loop that they then hold."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from config import TargetConfig
from target_app.probe import trail

from .app import engine_options
from .models import NO_MYSQL, MysqlTodo, Todo, TodoColumns, fill
from .seconds import read_seconds


def views(config: TargetConfig) -> tuple[Callable[[Request], Any], ...]:
    """Python, Postgres, MySQL, and what creates the todos."""
    options = engine_options(config)
    postgres = create_engine(config.postgres_url, **options)
    mysql = create_engine(config.mysql_url, **options) if config.mysql_url else None

    def seconds(request: Request) -> float:
        return read_seconds(request.query_params.get("seconds"), config.sleep_seconds)

    def sleep_python(request: Request) -> Any:
        time.sleep(seconds(request))
        with Session(postgres) as session:
            return _todos(session, Todo)

    def sleep_postgres(request: Request) -> Any:
        with Session(postgres) as session:
            session.execute(select(func.pg_sleep(seconds(request))))
            return _todos(session, Todo)

    def sleep_mysql(request: Request) -> Any:
        if mysql is None:
            raise LookupError(NO_MYSQL)
        with Session(mysql) as session:
            session.execute(select(func.sleep(seconds(request))))
            return _todos(session, MysqlTodo)

    def create_data(_request: Request) -> Any:
        with Session(postgres) as session:
            added = {"postgres": fill(session, Todo)}
        if mysql is not None:
            with Session(mysql) as session:
                added["mysql"] = fill(session, MysqlTodo)
        return {"added": added}

    return sleep_python, sleep_postgres, sleep_mysql, create_data


def _todos(session: Session, model: type[TodoColumns]) -> list[dict[str, Any]]:
    trail.note("todos")  # told apart from the sleep, which is what the run is about
    return [todo.as_json() for todo in session.scalars(select(model).order_by(model.id))]
