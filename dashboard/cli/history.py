"""The commands of the kept runs: list them, write one as a file, bring one in."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from config import Environment
from dashboard.errors import StartError
from dashboard.exports import FORMATS, jsonl
from dashboard.history import schema
from dashboard.history.listing import MOST_NUMBER, ORDERS, Listing
from dashboard.history.store import History
from dashboard.runs.record import Record
from dashboard.text import counted
from settings import SettingsError

from .terminal import say, say_text, tell

STDIO = "-"
MOST_LISTED = 500


@contextmanager
def _history() -> Iterator[History]:
    history = History(Environment.read())
    try:
        yield history
    finally:
        history.close()


@click.command("history")
@click.option("-n", "count", default=20, show_default=True, type=click.IntRange(1, MOST_LISTED))
@click.option(
    "--search", default="", help="Show only runs with these words: label, mode, limit, #7."
)
@click.option(
    "--sort",
    default="-number",
    type=click.Choice(ORDERS),
    metavar="NAME",
    help="Sort key; -NAME sorts in descending order.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option(
    "--move-aside", is_flag=True, help="Rename a history file that cannot be read, and start anew."
)
def history_command(count: int, search: str, sort: str, as_json: bool, move_aside: bool) -> None:
    """List saved runs, newest first."""
    if move_aside:
        _move_aside(Environment.read())
        return
    with _history() as history:
        runs, total = history.list(Listing(size=count, sort=sort, search=search))
    if as_json:
        say_text(json.dumps(runs, indent=1))
        return
    for run in runs:
        say(_line(run))
    if total > len(runs):
        tell(f"{total - len(runs)} more: use -n or --search")
    if not runs:
        tell("No runs yet." if not search else "No matching runs.")


def _move_aside(environment: Environment) -> None:
    file = schema.file_of(environment)
    if file is None:
        why = "the history is in a database server (HISTORY_URL), and has no file to move"
        raise SettingsError([("move-aside", why)])
    try:
        say(f"The history is now {schema.move_aside(file)}. The next run starts a new one.")
    except FileNotFoundError as error:
        raise SettingsError([("move-aside", f"there is no history file {file}")]) from error
    except OSError as error:
        why = f"{file} cannot be renamed ({error.strerror})"
        raise StartError(why, "Check that the data directory is writable") from error


def _line(run: dict[str, Any]) -> str:
    settings = run["settings"]
    pool = f"{settings['pool_size']}+{settings['max_overflow']}"
    pool = "no limit" if run["pool"] is None else pool
    words = [f"{run['name']:>5}", run["started_at"][:16].replace("T", " "), run["status"]]
    words += [run["mode"], run["endpoint"], counted(run["requests"], "request"), f"pool {pool}"]
    words += [
        f"{run['total_seconds']:.2f} s" if run["done"] + run["failed"] else "-",
        counted(run["batches"], "batch") if run["batches"] else "-",
        run["limit"] or "-",
    ]
    words += [run["label"]] if run["label"] else []
    return "  ".join(words) + ("  (pinned)" if run["pinned"] else "")


@click.command("export")
@click.argument("run")
@click.option("--format", "name", required=True, type=click.Choice(list(FORMATS)))
@click.option(
    "-o",
    "--output",
    default=STDIO,
    type=click.Path(dir_okay=False),
    help="Write to FILE instead of stdout.",
)
def export_command(run: str, name: str, output: str) -> None:
    """Export RUN (a number from `poolscope history`, or "latest") for other tools."""
    if output == STDIO and name == "png" and sys.stdout.isatty():
        raise SettingsError([("output", "refusing to write a PNG to the terminal: use -o FILE")])
    written = FORMATS[name].write(_record(run))
    if output == STDIO and sys.stdout.isatty():
        say_text(written.decode())
        return
    if output == STDIO:
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(written)
    except OSError as error:
        why = f"{output} is not writable: {error.strerror}"
        raise SettingsError([("output", why)]) from error


def _record(run: str) -> Record:
    digits = run.removeprefix("#")
    if run != "latest" and not (digits.isascii() and digits.isdigit()):
        raise SettingsError(
            [("run", f"RUN must be a number such as 7, or latest, not {run[:40]!r}")]
        )
    with _history() as history:
        number = history.latest() if run == "latest" else min(int(digits[:12]), MOST_NUMBER)
        record = history.get(number) if number else None
    if record is None:
        raise SettingsError([("run", f"no run {run[:40]}: see poolscope history")])
    return record


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def import_command(file: str) -> None:
    """Import a run exported with `poolscope export --format jsonl`."""
    with click.open_file(file, "rb") as source:
        data = source.read(jsonl.MOST_BYTES + 1)
    try:
        record = jsonl.read(data)
    except ValueError as error:
        raise SettingsError([("file", f"{file} cannot be imported: {error}")]) from error
    with _history() as history:
        say(f"#{history.add(record)}")
