"""The target: Flask and Flask-SQLAlchemy, with the pool that was asked for."""

from typing import Any

from flask import Flask
from sqlalchemy.pool import NullPool, QueuePool
from werkzeug.exceptions import HTTPException

from config import TargetConfig
from target_app.probe.beacon import Beacon, parse_address
from target_app.probe.pools.sqlalchemy_pools import watch_pools
from target_app.probe.wsgi import Probe

from .models import MYSQL, db
from .seconds import BadSeconds
from .views import answer_failure, refuse_seconds, views


def engine_options(config: TargetConfig, queue_pool: type[QueuePool] = QueuePool) -> dict[str, Any]:
    """The arguments of ``create_engine`` for the configured pool."""
    if config.pool_class == "NullPool":
        return {"poolclass": NullPool}
    return {
        "poolclass": queue_pool,
        "pool_size": config.pool_size,
        "max_overflow": config.max_overflow,
        "pool_timeout": config.pool_timeout,
    }


def create_app(config: TargetConfig) -> Flask:
    """The app for ``config``; its engines connect on the first request that needs them."""
    app = Flask(__name__)
    options = engine_options(config)
    app.config.update(
        SLEEP_SECONDS=config.sleep_seconds,
        SQLALCHEMY_DATABASE_URI=config.postgres_url,
        SQLALCHEMY_ENGINE_OPTIONS=options,
    )
    if config.mysql_url:
        app.config["SQLALCHEMY_BINDS"] = {MYSQL: {"url": config.mysql_url, **options}}
    db.init_app(app)
    app.register_blueprint(views)
    app.register_error_handler(BadSeconds, refuse_seconds)
    app.register_error_handler(Exception, _answer_error)
    if config.beacon:
        watch_pools()
        probe = Probe(Beacon(parse_address(config.beacon)))
        app.wsgi_app = probe.wrap(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


def _answer_error(error: Exception) -> Any:
    return error if isinstance(error, HTTPException) else answer_failure(error)
