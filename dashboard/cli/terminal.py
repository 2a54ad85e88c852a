"""What the commands print: the one place where text goes to a terminal.

Labels, notes, errors of drivers, logs of apps and paths come from outside, and a terminal acts on
what is not a visible character in them (ECMA-48): each is written out instead.
"""

import sys

from dashboard.text import printable

TAB = "\t"
WIDEST = 100  # of a line that tells how far a run is


def say(*lines: str) -> None:
    """Print the lines, each as one."""
    for line in lines:
        print(printable(line, TAB), flush=True)  # noqa: T201


def say_text(text: str) -> None:
    """Print a text of several lines."""
    say(*_lines(text))


def tell(*lines: str) -> None:
    """Print the lines where nobody reads them as the result."""
    for line in lines:
        print(printable(line, TAB), file=sys.stderr, flush=True)  # noqa: T201


def tell_text(text: str) -> None:
    """The same for a text of several lines."""
    tell(*_lines(text))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def tell_progress(line: str) -> None:
    """Overwrite the last line on a terminal; "" clears it."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{printable(line)[:WIDEST]}", end="", file=sys.stderr, flush=True)  # noqa: T201
