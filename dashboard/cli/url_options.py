"""The option that names a server that runs already, for ``serve`` and ``run``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dashboard.targets.external_address import ExternalServer, parse_urls
from dashboard.workload.mix import parse_header
from settings import SettingsError

from .terminal import tell


def url_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option; the command gets it as ``urls``."""
    option = click.option(
        *("--url", "urls"),
        multiple=True,
        metavar="URL",
        help="Use a running server instead of starting one: http://127.0.0.1:9000/orders, or "
        "'POST http://127.0.0.1:9000/orders x3'; repeatable.",
    )
    return option(command)


def server_of(
    urls: tuple[str, ...],
    requested: tuple[str, ...],
    header: tuple[str, ...],
    body_file: Path | None,
    other: str,
) -> ExternalServer | None:
    """The server that ``--url`` names, None for none; one on another machine is named aloud.

    SettingsError where it is no URL, or where something ``other`` is to be asked as well.
    """
    if not urls:
        return None
    if other:
        why = "--url uses a running server: drop --app and --server"
        raise SettingsError([("url", why)])
    if requested:
        why = "with --url the path is part of the URL: drop --path and --request"
        raise SettingsError([("url", why)])
    try:
        headers = [parse_header(text) for text in header]
        body = body_file.read_bytes() if body_file is not None else b""
    except (ValueError, OSError) as error:
        raise SettingsError([("header", str(error))]) from error
    external = parse_urls(urls, headers, body)
    if external is not None and not external.is_loopback:
        tell(
            f"Each run sends its burst to {external.origin}, which is another machine: "
            "make sure its owner agrees."
        )
    return external
