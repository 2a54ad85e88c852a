"""The endpoints as coroutines, on SQLAlchemy's async engines."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from starlette.requests import Request

from config import TargetConfig
from target_app.probe import trail

from .app import engine_options
from .models import NO_MYSQL, MysqlTodo, Todo, TodoColumns, fill
from .seconds import read_seconds


def views(config: TargetConfig) -> tuple[Callable[[Request], Awaitable[Any]], ...]:
    """Python, Postgres, MySQL, and what creates the todos."""
    options = engine_options(config, AsyncAdaptedQueuePool)
    postgres = _postgres_engine(config.postgres_url, options)
    mysql = create_async_engine(config.mysql_url, **options) if config.mysql_url else None

    def seconds(request: Request) -> float:
        return read_seconds(request.query_params.get("seconds"), config.sleep_seconds)

    async def sleep_python(request: Request) -> Any:
        await asyncio.sleep(seconds(request))
        async with AsyncSession(postgres) as session:
            return await _todos(session, Todo)

    async def sleep_postgres(request: Request) -> Any:
        async with AsyncSession(postgres) as session:
            await session.execute(select(func.pg_sleep(seconds(request))))
            return await _todos(session, Todo)

    async def sleep_mysql(request: Request) -> Any:
        if mysql is None:
            raise LookupError(NO_MYSQL)
        async with AsyncSession(mysql) as session:
            await session.execute(select(func.sleep(seconds(request))))
            return await _todos(session, MysqlTodo)

    async def create_data(_request: Request) -> Any:
        async with AsyncSession(postgres) as session:
            added = {"postgres": await session.run_sync(fill, Todo)}
        if mysql is not None:
            async with AsyncSession(mysql) as session:
                added["mysql"] = await session.run_sync(fill, MysqlTodo)
        return {"added": added}

    return sleep_python, sleep_postgres, sleep_mysql, create_data


def _postgres_engine(given: str, options: dict[str, Any]) -> AsyncEngine:
    """The engine of a URL for any driver: asyncpg takes the application's name otherwise."""
    url = make_url(given)
    name = url.query.get("application_name")
    if url.get_driver_name() == "asyncpg" and name:
        url = url.difference_update_query(["application_name"])
        options = options | {"connect_args": {"server_settings": {"application_name": name}}}
    return create_async_engine(url, **options)


async def _todos(session: AsyncSession, model: type[TodoColumns]) -> list[dict[str, Any]]:
    trail.note("todos")  # told apart from the sleep, which is what the run is about
    todos = await session.scalars(select(model).order_by(model.id))
    return [todo.as_json() for todo in todos]
