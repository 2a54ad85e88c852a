"""The lines to paste into your app, so that it has the settings of a run: pure."""

from collections.abc import Mapping
from typing import Any

from dashboard.analysis.observed_pools import ObservedApp
from modes import ASGI
from settings import Settings

GREEN = """def post_fork(server, worker):
    # psycopg2 then hands its waiting over to gevent
    from psycogreen.gevent import patch_psycopg

    patch_psycopg()"""


def gunicorn_lines(settings: Settings, found: ObservedApp | None) -> str:
    """What belongs into ``gunicorn.conf.py``."""
    lines = [f'worker_class = "{settings.worker}"', f"workers = {settings.workers}"]
    if settings.worker == "gthread":
        lines.append(f"threads = {settings.threads}")
    if settings.worker != "sync" and settings.worker_connections != Settings.worker_connections:
        lines.append(f"worker_connections = {settings.worker_connections}")
    if settings.backlog != Settings.backlog:
        lines.append(f"backlog = {settings.backlog}")
    if settings.worker == "gevent":
        lines.append("preload_app = False")
        uses_psycopg2 = found is not None and "psycopg2" in found.drivers
        if uses_psycopg2 and settings.postgres_driver == "psycopg2-green":
            lines += ["", "", GREEN]
    return "\n".join(lines) + "\n"


def asgi_line(settings: Settings, server: str) -> str:
    """How an ASGI app is started as it was in the run."""
    words = [server, "your.module:app", f"--workers {settings.workers}"]
    if server == "gunicorn":
        words.append("-k asgi")
    if server == "uvicorn" and settings.limit_concurrency:
        words.append(f"--limit-concurrency {settings.limit_concurrency}")
    if settings.backlog != Settings.backlog:
        words.append(f"--backlog {settings.backlog}")
    return " ".join(words) + "\n"


def token_lines(settings: Settings) -> str:
    """What gives anyio the threads of a run that tried another number, "" for its own forty."""
    if settings.worker != ASGI or settings.thread_tokens == Settings.thread_tokens:
        return ""
    limiter = "anyio.to_thread.current_default_thread_limiter()"
    return f"import anyio.to_thread\n\n{limiter}.total_tokens = {settings.thread_tokens}\n"


def pool_lines(settings: Settings, found: ObservedApp | None) -> str:
    """What gives the app the pool of a run that tried one, "" for its own pool."""
    if settings.pool_from != "here" or found is None or not found.pools:
        return ""
    values: dict[str, Any] = {
        "pool_size": settings.pool_size,
        "max_overflow": settings.max_overflow,
        "pool_timeout": _short(settings.pool_timeout),
    }
    null = settings.pool_class == "NullPool"
    start = "from sqlalchemy.pool import NullPool\n\n" if null else ""
    if "flask_sqlalchemy" in found.uses:
        inside = '"poolclass": NullPool' if null else _pairs(values, '"{}": {}')
        return f'{start}app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {{{inside}}}\n'
    inside = "poolclass=NullPool" if null else _pairs(values, "{}={}")
    make = "create_async_engine" if settings.worker == ASGI else "create_engine"
    return f"{start}engine = {make}(url, {inside})\n"


def blocks(
    settings: Settings, found: ObservedApp | None, server: str = "gunicorn"
) -> list[dict[str, str]]:
    """The lines by the file that they belong into, for the page and the command line."""
    pool = pool_lines(settings, found)
    flask = found is not None and "flask_sqlalchemy" in found.uses
    where = "where your app sets up Flask-SQLAlchemy" if flask else "where your app makes engines"
    if settings.worker == ASGI:
        made = [{"where": "the command that starts it", "lines": asgi_line(settings, server)}]
        tokens = token_lines(settings)
        made += [{"where": "your app's lifespan", "lines": tokens}] if tokens else []
    else:
        made = [{"where": "gunicorn.conf.py", "lines": gunicorn_lines(settings, found)}]
    return made + ([{"where": where, "lines": pool}] if pool else [])


def _pairs(values: Mapping[str, Any], form: str) -> str:
    return ", ".join(form.format(name, value) for name, value in values.items())


def _short(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds
