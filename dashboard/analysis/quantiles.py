"""The one definition of a percentile and of a median that every figure uses: nearest rank.

The percentile of a share is the smallest value that at least this share of the values do not
exceed, so it is always a value that was measured; the median is that of one half, of an even
number the lower of the two in the middle.
https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
"""

import math
from collections.abc import Iterable


def percentile(values: Iterable[float], share: float) -> float:
    """The percentile of a ``share`` from 0 to 1 of values in any order; 0 of none."""
    ascending = sorted(values)
    if not ascending:
        return 0.0
    rank = math.ceil(round(len(ascending) * share, 9))  # 0.07 * 100 is a little more than 7
    return ascending[max(0, rank - 1)]


def median(values: Iterable[float]) -> float:
    """The median of values in any order; 0 of none."""
    return percentile(values, 0.5)
