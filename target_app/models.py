"""The original example's todo table, in Postgres and in MySQL."""

import random
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

TODOS = 50
MYSQL = "mysql"
NO_MYSQL = "no MySQL: set MYSQL_URL, or install mariadb-server"


class Database(SQLAlchemy):
    """Flask-SQLAlchemy, but with a pool_timeout that may be a fraction.

    Its own ``engine_from_config`` is made for texts from a file, and cuts 0.8 s to 0.
    """

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:  # noqa: ARG002
        return create_engine(**options)


db = Database()


class TodoColumns:
    """The columns that both databases' tables have."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(db.String(80))
    done: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(default=0)

    def as_json(self) -> dict[str, Any]:
        """The row as the original example's endpoints answer it."""
        return {
            "id": self.id,
            "title": self.title,
            "done": self.done,
            "priority": self.priority,
        }


class Todo(TodoColumns, db.Model):  # type: ignore[name-defined, misc]
    """A todo in Postgres."""

    __tablename__ = "todos"


class MysqlTodo(TodoColumns, db.Model):  # type: ignore[name-defined, misc]
    """A todo in MySQL."""

    __tablename__ = "todos"
    __bind_key__ = MYSQL


def create_data() -> dict[str, int]:
    """Create the tables and fill those that are empty; rows added, by database.

    Needs an application context. A table that has rows is left as it is.
    """
    added = {}
    for name, model, bind in (("postgres", Todo, None), (MYSQL, MysqlTodo, MYSQL)):
        if bind in db.engines:
            with Session(db.engines[bind]) as session:
                added[name] = fill(session, model)
    return added


def fill(session: Session, model: type[TodoColumns]) -> int:
    """Create a table and fill it if it is empty; the rows that were added."""
    model.metadata.create_all(session.connection())  # type: ignore[attr-defined]
    added = 0
    if not session.scalar(select(func.count()).select_from(model)):
        session.add_all(_todo(model, number) for number in range(1, TODOS + 1))
        added = TODOS
    session.commit()
    return added


def _todo(model: type[TodoColumns], number: int) -> TodoColumns:
    pick = random.Random(number)  # noqa: S311  the same rows on every machine
    return model(
        title=f"Todo {number}",  # type: ignore[call-arg]
        done=pick.random() < 0.5,
        priority=pick.randint(1, 5),
    )
