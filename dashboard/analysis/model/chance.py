"""What nobody knows before a run, drawn so that a few draws cover what can happen."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

SLOWEST = 1.17  # of a machine that now and then has something else to do, by measured costs
FASTEST = 0.8
SLOWEST_DATABASE = 1.8  # which shares the cores with everybody, and forks for each connection
FASTEST_DATABASE = 0.6
CROWDED = 1.1  # times as slow as it can be
LUMPS = (0.0, 0.0015, 0.0, 0.003)
SCATTERS = (1.0, 1.0, 12.0, 1.0)
_DRAWN = 997

Lengths = Callable[[], float]  # factors of lengths, 1 on average


@dataclass(frozen=True)
class Chance:
    """One draw: how fast machine and database are, how unevenly workers share.

    ``skew`` from 0, all workers accept equally many connections, to 1, as uneven as it gets.
    ``lump``, in seconds, is how long a worker stands still at times, because its core does
    something else: whatever ends meanwhile is seen together. ``scatter`` is the opposite: so many
    times as late as usual are those woken who slept, each by itself.
    """

    seed: int = 0
    speed: float = 1.0
    database: float = 1.0
    skew: float = 0.2
    lump: float = 0.0
    scatter: float = 1.0

    @property
    def crowded(self) -> bool:
        """Whether the database is short of cores."""
        return self.database > CROWDED

    def lengths(self, spread: float, purpose: int = 0) -> Lengths:
        """Factors of lengths, 1 on average, whose logarithms spread by ``spread``."""
        draw = Random(self.seed * 7 + purpose)  # noqa: S311  chance of a simulation
        drawn = [draw.lognormvariate(-spread * spread / 2, spread) for _ in range(_DRAWN)]
        index = 0

        def next_length() -> float:
            nonlocal index
            index += 1
            if index >= _DRAWN:
                index = 0
            return drawn[index]

        return next_length


LIKELIEST = Chance()


def draws(count: int) -> list[Chance]:
    """``count`` draws that are spread over what can happen; the first is the likeliest."""
    found = [LIKELIEST]
    for index in range(1, count):
        along = (index - 1) / max(1, count - 2)
        # Each is spread evenly, in another order: 3 and 5 have no divisor in common with most.
        across = (index * 3 % count) / (count - 1)
        astray = (index * 5 % count) / (count - 1)
        found.append(
            Chance(
                seed=index,
                speed=_between(FASTEST, SLOWEST, along),
                database=_between(FASTEST_DATABASE, SLOWEST_DATABASE, across),
                skew=astray,
                lump=LUMPS[index % len(LUMPS)],
                scatter=SCATTERS[index % len(SCATTERS)],
            )
        )
    return found


def _between(low: float, high: float, along: float) -> float:
    return low * math.exp(math.log(high / low) * along)
