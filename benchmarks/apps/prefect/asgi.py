"""Prefect's server: FastAPI and async SQLAlchemy over asyncpg, without its background services."""

from prefect.server.api.server import create_app

app = create_app(webserver_only=True)
