"""The model under several chances: the range that a run will be in."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from .chance import Chance, draws
from .outcome import Outcome


@dataclass(frozen=True)
class Range:
    """What a figure will be: mostly ``typical``, hardly below ``low`` or above ``high``."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True)
class Promise:
    """The total in seconds and the failed requests of a run that has not happened.

    ``outcome`` is that of the run that is most like all of them.
    """

    seconds: Range
    failed: Range
    outcome: Outcome


def promise(run: Callable[[Chance], Outcome], chances: int) -> Promise:
    """Run the model under as many chances."""
    outcomes = sorted((run(chance) for chance in draws(chances)), key=lambda o: o.total_seconds)
    return Promise(
        _range([outcome.total_seconds for outcome in outcomes]),
        _range([float(outcome.failed) for outcome in outcomes]),
        outcomes[len(outcomes) // 2],
    )


def _range(values: list[float]) -> Range:
    return Range(min(values), statistics.median(values), max(values))
