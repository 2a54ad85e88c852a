"""Tables of medians and spreads, printed as Markdown."""

import platform
from collections.abc import Sequence
from importlib.metadata import version
from os import cpu_count

from dashboard.analysis.quantiles import median


def spread(values: Sequence[float], unit: str, scale: float = 1.0, digits: int = 1) -> str:
    """``12.3 (11.0-14.2) ms``: the median, and the smallest and largest."""
    low, middle, high = (
        f"{value * scale:.{digits}f}" for value in (min(values), median(values), max(values))
    )
    return f"{middle} ({low}-{high}) {unit}"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The ratio of the medians."""
    return f"{median(ours) / median(theirs):.2f}"


def show(title: str, heading: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print one table."""
    print(f"\n## {title}\n")
    print("| " + " | ".join(heading) + " |")
    print("|" + "---|" * len(heading))
    for line in lines:
        print("| " + " | ".join(line) + " |")


def machine() -> str:
    """The machine and the versions that the figures hold for."""
    names = ("gunicorn", "gevent", "SQLAlchemy", "Flask", "Flask-SocketIO", "psycopg2-binary")
    parts = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {parts}"
