"""The command that measures which drivers block which worker classes."""

import sys

import click

from config import Environment
from dashboard import matrix
from dashboard.runtime import Runtime
from settings import SettingsError

from .checks import SOME_FAILED
from .terminal import say_text, tell


@click.command("matrix")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
def matrix_command(as_json: bool, markdown: bool) -> None:
    """Measure which drivers block which worker classes (5 requests of 0.5 s each)."""
    if as_json and markdown:
        raise SettingsError([("json", "use either --json or --markdown, not both")])
    with Runtime(Environment.read()) as runtime:
        cells = matrix.measure(runtime.conductor, _say_cell)
    write = matrix.as_json if as_json else matrix.as_markdown if markdown else matrix.as_text
    say_text(write(cells))
    if any(cell.verdict in {"failed", "mixed"} for cell in cells):
        sys.exit(SOME_FAILED)


def _say_cell(cell: matrix.Cell) -> None:
    if sys.stderr.isatty():
        tell(f"{cell.worker_class} with {cell.driver}: {cell.verdict}")
