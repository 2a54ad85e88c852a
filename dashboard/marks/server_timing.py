"""The ``Server-Timing`` header of any server, read by its specification.

https://www.w3.org/TR/server-timing/ : metrics between commas, each a name and parameters after
semicolons; a value is a token or a quoted string; of a parameter given twice the first counts.
"""

import re
from typing import NamedTuple

from target_app.probe.marks import PHASES

OURS = "poolscope"  # the metric that holds a request's marks, see target_app.probe.marks
MOST_METRICS = 20
MOST_TEXT = 60

_NAMES = {OURS, *(phase.value for phase in PHASES)}
_METRIC = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*")
_PARAMETER = re.compile(
    r"\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)?\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*)))?\s*"
)
_REST = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|[^,\"]|\")*?(?:,|$)")


class Metric(NamedTuple):
    """One metric: its name, its milliseconds (None where it has none), and its description."""

    name: str
    duration: float | None = None
    description: str = ""

    @property
    def text(self) -> str:
        """The metric as a header has it."""
        duration = "" if self.duration is None else f";dur={self.duration:g}"
        words = re.sub(r'(["\\])', r"\\\1", self.description)
        return self.name + duration + (f';desc="{words}"' if words else "")


def parse(header: str) -> list[Metric]:
    """The metrics of a header's value, at most a table's length; what is no metric is left out."""
    found: list[Metric] = []
    at = 0
    while at < len(header) and len(found) < MOST_METRICS:
        name = _METRIC.match(header, at)
        given: dict[str, str] = {}
        if name:
            at = name.end()
            while parameter := _PARAMETER.match(header, at):
                at = parameter.end()
                key, quoted, plain = parameter.groups()
                value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain or ""
                given.setdefault((key or "").lower(), value)
            found.append(Metric(name[1], _number(given.get("dur")), _words(given.get("desc", ""))))
        rest = _REST.match(header, at)
        at = max(rest.end() if rest else at, at + 1)
    return found


def own_metrics(header: str) -> list[Metric]:
    """The server's metrics that are not ours: beside ours, phases' names are ours as well."""
    metrics = parse(header)
    ours = _NAMES if any(metric.name == OURS for metric in metrics) else {OURS}
    return [metric for metric in metrics if metric.name not in ours]


def as_header(metrics: list[Metric]) -> str:
    """The metrics as a header has them, which ``parse`` reads back."""
    return ", ".join(metric.text for metric in metrics)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None  # neither infinite nor none at all


def _words(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:MOST_TEXT]
