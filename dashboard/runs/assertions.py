"""Assertions on a run that can fail a build: ``failed==0``, ``pool_wait_p95<0.1``.

An expression is a name, an operator and a value. It is parsed here, by hand, and never evaluated
by Python.
"""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.analysis import external
from dashboard.analysis.forecast import NONE, UNKNOWN
from dashboard.analysis.limits import LIMITS
from dashboard.analysis.quantiles import percentile
from settings import SettingsError
from target_app.probe.marks import Phase

from .record import Record, response_seconds, seconds_in

# Of a server that somebody else runs the diagnosis knows less.
LIMIT_WORDS = (NONE, *(word for word in LIMITS if word != NONE), external.WORKERS, UNKNOWN)
STATUSES = ("done", "cancelled", "failed")

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_EXPRESSION = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(==|!=|<=|>=|<|>)\s*(\S+)\s*", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)


@dataclass(frozen=True)
class Measure:
    """A name usable in assertions: what it means, and how to get it from a run."""

    help: str
    of: Callable[[Record], float | str]
    words: tuple[str, ...] = ()  # the values that a word may have; none for a number


def _wait(share: float, *phases: str) -> Callable[[Record], float]:
    return lambda record: percentile(seconds_in(record.requests, *phases), share)


def _response(share: float) -> Callable[[Record], float]:
    return lambda record: percentile(response_seconds(record.requests), share)


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
_TIMES = {
    "response": ("from sent to last byte, in seconds", _response),
    "pool_wait": ("waiting for a connection, in seconds", lambda s: _wait(s, Phase.WAITING)),
    "queue_wait": ("waiting for a worker, in seconds", lambda s: _wait(s, Phase.QUEUED)),
}

MEASURES: dict[str, Measure] = {
    "requests": Measure("requests of the run", lambda r: r.settings.requests),
    "done": Measure("requests answered without an error", lambda r: r.counts["done"]),
    "failed": Measure("requests that failed", lambda r: r.counts["failed"]),
    "total": Measure("seconds from release to the last end", lambda r: r.total_seconds),
    "batches": Measure("batches of completions", lambda r: len(r.batches)),
    "largest_batch": Measure(
        "requests in the largest batch", lambda r: max((b.count for b in r.batches), default=0)
    ),
    "marks_lost": Measure(
        "marks lost in transit (restored from the responses)", lambda r: r.marks_lost
    ),
    **{
        f"{name}_{suffix}": Measure(f"{text} ({suffix})", of(share))
        for name, (text, of) in _TIMES.items()
        for suffix, share in _SHARES.items()
    },
    "limit": Measure("limit named by the diagnosis", lambda r: r.limit, LIMIT_WORDS),
    "status": Measure("how the run ended", lambda r: r.status, STATUSES),
}


@dataclass(frozen=True)
class Assertion:
    """A name from MEASURES, an operator, and the value to compare with."""

    expression: str
    name: str
    operator: str
    value: float | str

    @classmethod
    def parse(cls, expression: str) -> "Assertion":
        """Parse an assertion; ValueError says what would be valid."""
        found = _EXPRESSION.fullmatch(expression)
        if found is None:
            raise ValueError(
                f"{_shown(expression)} is not an assertion: "
                "write NAME OPERATOR VALUE, e.g. failed==0"
            )
        name, sign, text = found.groups()
        measure = MEASURES.get(name)
        if measure is None:
            raise ValueError(
                f"{_shown(expression)}: unknown name {name[:30]}; available: {', '.join(MEASURES)}"
            )
        return cls(f"{name}{sign}{text}", name, sign, _value(expression, measure, sign, text))

    def check(self, record: Record) -> "Outcome":
        """Check it against a run."""
        measured = MEASURES[self.name].of(record)
        holds = OPERATORS[self.operator](measured, self.value)
        shown = measured if isinstance(measured, str | int) else round(measured, 6)
        return Outcome(self.expression, self.name, shown, holds)


@dataclass(frozen=True)
class Outcome:
    """The result of an assertion."""

    expression: str
    name: str
    measured: float | str
    holds: bool

    def as_text(self) -> str:
        """``ok    failed==0 (measured 0)``."""
        shown = self.measured if isinstance(self.measured, str) else f"{self.measured:g}"
        return f"{'ok  ' if self.holds else 'FAIL'}  {self.expression} (measured {shown})"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def parse_all(expressions: Iterable[str]) -> list[Assertion]:
    """Parse all assertions; SettingsError names each invalid one."""
    parsed, errors = [], []
    for expression in expressions:
        try:
            parsed.append(Assertion.parse(expression))
        except ValueError as error:
            errors.append(("assert", str(error)))
    if errors:
        raise SettingsError(errors)
    return parsed


def judges_failures(assertions: Iterable[Assertion]) -> bool:
    """Whether the assertions define how many requests may fail."""
    return any(each.name in {"failed", "done", "status"} for each in assertions)


def _value(expression: str, measure: Measure, sign: str, text: str) -> float | str:
    if not measure.words:
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"{_shown(expression)}: {_shown(text)} must be a number, e.g. 0.25")
        return float(text) if "." in text else int(text)
    if sign not in {"==", "!="}:
        raise ValueError(f"{_shown(expression)}: words can only be compared with == or !=")
    if text not in measure.words:
        known = ", ".join(measure.words)
        raise ValueError(f"{_shown(expression)}: {_shown(text)} must be one of {known}")
    return text


def _shown(text: str) -> str:
    short = repr(text)
    return short if len(short) <= 60 else short[:57] + "..."
