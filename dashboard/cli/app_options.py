"""The options that name your own app, for ``serve`` and ``run``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dashboard.targets.user_app_options import App, read_app
from dashboard.workload.mix import RequestSpec, check_asks, parse_header, parse_request_spec
from settings import Settings, SettingsError, read_settings

APP_OPTIONS = ("module", "python", "chdir", "env", "gunicorn_conf")
OWN = "sleep_seconds", "driver", "endpoint"  # what an app has itself
# What the given settings are held against before anything is started.
BEFORE_INSPECTION = Settings(mode="blocking", sleep_seconds=0.0)
POOL = "pool_class", "pool_size", "max_overflow", "pool_timeout"


def app_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the command gets them as keywords with the names of ``app_of``."""
    options = (
        click.option(
            *("--app", "module"),
            default="",
            metavar="MODULE:OBJECT",
            help="Your own WSGI app, e.g. shop.wsgi:app.",
        ),
        click.option(
            "--python",
            default="",
            metavar="PATH",
            help="Python interpreter of the app's environment.",
        ),
        click.option("--chdir", default="", metavar="DIR", help="Directory of the app. [.]"),
        click.option(
            "--env",
            multiple=True,
            metavar="KEY=VALUE",
            help="Environment variable for the app; repeatable.",
        ),
        click.option(
            "--gunicorn-conf",
            default="",
            metavar="FILE",
            help="gunicorn configuration of the app. [gunicorn.conf.py in its directory]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is asked for."""
    options = (
        click.option(
            *("--path", "--request", "requested"),
            multiple=True,
            metavar="REQUEST",
            help="/orders, 'POST /orders', or '/orders x3' to weight it; repeatable.",
        ),
        click.option(
            "--header",
            multiple=True,
            metavar="'NAME: VALUE'",
            help="Header sent with every request; repeatable.",
        ),
        click.option(
            "--body-file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Body of every POST, PUT and PATCH.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def request_specs_of(
    requested: tuple[str, ...], header: tuple[str, ...], body_file: Path | None
) -> tuple[RequestSpec, ...]:
    """What the options ask for, ``GET /`` where they name nothing; SettingsError if they cannot."""
    try:
        headers = tuple(parse_header(text) for text in header)
        body = body_file.read_bytes() if body_file is not None else b""
        request_specs = []
        for text in requested or ("/",):
            request_spec = parse_request_spec(text, headers)
            takes_body = request_spec.method in {"POST", "PUT", "PATCH"}
            request_specs.append(
                parse_request_spec(text, headers, body) if takes_body else request_spec
            )
        return check_asks(request_specs)
    except (ValueError, OSError) as error:
        raise SettingsError([("path", str(error))]) from error


def app_of(  # noqa: PLR0913  one per option
    request_specs: tuple[RequestSpec, ...],
    *,
    module: str,
    python: str,
    chdir: str,
    env: tuple[str, ...],
    gunicorn_conf: str,
) -> App | None:
    """The app that the options name, None for none; SettingsError where they contradict."""
    if module:
        return read_app(
            module, request_specs, python=python, chdir=chdir, env=env, config=gunicorn_conf
        )
    given = {"python": python, "chdir": chdir, "env": env, "gunicorn-conf": gunicorn_conf}
    lonely = [f"--{name}" for name, value in given.items() if value]
    if lonely:
        why = f"{' and '.join(lonely)} needs --app, e.g. --app shop.wsgi:app"
        raise SettingsError([("app", why)])
    return None


def app_settings(defaults: Settings, given: dict[str, Any]) -> Settings:
    """The chosen settings over those of the app's own configuration."""
    chosen = {name: text for name, text in given.items() if text is not None}
    errors = [
        (name, f"{name} does not apply to your own app: drop it") for name in OWN if name in chosen
    ]
    if errors:
        raise SettingsError(errors)
    if "pool_from" not in chosen and any(name in chosen for name in POOL):
        chosen["pool_from"] = "here"
    if chosen.get("server", "auto") not in {"auto", "gunicorn"} and "mode" not in chosen:
        chosen["mode"] = "asyncio"  # what these servers serve
    if "mode" in chosen and "worker_class" not in chosen:
        chosen["worker_class"] = "auto"
    return read_settings(defaults.as_dict() | chosen)
