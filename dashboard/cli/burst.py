"""The commands that ask a running server: one burst, or the original example's requests."""

import json
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
import requests

from dashboard.errors import StartError
from dashboard.processes.open_files import files_needed
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from settings import SettingsError
from target_app.probe.marks import encode

from .burst_report import send_burst
from .checks import SOME_FAILED, parsed, writable
from .terminal import say, say_text


@click.command("burst")
@click.argument("url")
@click.option("-n", "--requests", "count", default="100", metavar="INTEGER")
@click.option("--connect", type=click.Choice(["warm", "cold"]), default="warm", show_default=True)
@click.option("--deadline", default="60", metavar="NUMBER", help="Seconds to wait for answers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--marks",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the event log to FILE as JSON lines.",
)
def burst_command(  # noqa: PLR0913, PLR0917  one per option
    url: str, count: str, connect: str, deadline: str, as_json: bool, marks: Path | None
) -> None:
    """Send one burst to a running server on this machine."""
    number, seconds = int(parsed("requests", count)), parsed("deadline_seconds", deadline)
    host, port, path = _loopback(url)
    too_many = files_needed(number)
    if too_many:
        raise StartError("The open-file limit is too low", too_many)
    with writable(marks):
        plan = Plan(
            host=host,
            port=port,
            request_specs=(RequestSpec(path=path),),
            requests=number,
            token=secrets.token_hex(16),
            deadline_seconds=seconds or 60.0,
            cold=connect == "cold",
        )
        sent = send_burst(plan)
    if marks is not None:
        marks.write_bytes(b"".join(encode(mark) + b"\n" for mark in sent.log.marks()))
    facts = sent.as_json()
    if as_json:
        say(json.dumps(facts))
    else:
        say_text(sent.as_text(url))
    if facts["failed"]:
        sys.exit(SOME_FAILED)


def _loopback(url: str) -> tuple[str, int, str]:
    """Host, port and path of a loopback URL; SettingsError for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:  # a broken port or address
        parts, port = urlsplit(""), 0
    if parts.scheme != "http" or not port:
        raise SettingsError([("url", f"write the URL as http://127.0.0.1:PORT/PATH, not {url!r}")])
    if parts.hostname not in {"127.0.0.1", "localhost"}:
        why = f"only this machine is allowed (127.0.0.1 or localhost), not {parts.hostname!r}"
        raise SettingsError([("url", why)])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return "127.0.0.1", port, requests.utils.requote_uri(path)


@click.command("client")
@click.argument("count", default="5", metavar="[N]")
@click.option("--base-url", default="http://localhost:8000", show_default=True)
def client_command(count: str, base_url: str) -> None:
    """Print what the original example's client prints, for a running server."""
    from .example_client import run_client

    number = int(parsed("requests", count))
    if urlsplit(base_url).scheme not in {"http", "https"}:
        why = f"write the base URL as http://localhost:8000, not {base_url!r}"
        raise SettingsError([("base-url", why)])
    try:
        good = run_client(base_url, number, say)
    except requests.RequestException as error:
        cure = "Start it: gunicorn target_app.wsgi:app, or give another address with --base-url"
        raise StartError(f"Nothing answers at {base_url} ({type(error).__name__})", cure) from error
    if not good:
        sys.exit(SOME_FAILED)
