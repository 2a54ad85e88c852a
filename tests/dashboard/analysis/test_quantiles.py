"""Percentiles and medians by nearest rank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.quantiles import median, percentile

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.95, 4), (0.25, 1), (1.0, 4), (0.0, 1)])
def test_percentiles_are_values_that_were_measured(share: float, value: float) -> None:
    assert percentile([4.0, 2.0, 1.0, 3.0], share) == value
    assert percentile([], share) == 0


def test_the_median_of_an_even_number_is_the_lower_of_the_two_in_the_middle() -> None:
    assert (median([3, 1]), median([5, 1, 3]), median([]), median([7])) == (1, 3, 0, 7)


@pytest.mark.parametrize("percent", range(1, 101))
def test_no_share_is_blurred_by_its_float(percent: int) -> None:
    assert percentile(range(1, 101), percent / 100) == percent
    assert percentile(range(1, 1001), percent / 100) == 10 * percent


@given(VALUES, st.integers(1, 1000))
def test_it_is_the_smallest_that_this_share_does_not_exceed(
    values: list[float], permille: int
) -> None:
    found = percentile(values, permille / 1000)
    assert found in values
    assert 1000 * sum(value <= found for value in values) >= permille * len(values)
    assert 1000 * sum(value < found for value in values) < permille * len(values)
