"""scale.js and row-scale.js, to the pixel."""

import itertools

import pytest

from tests.page.conftest import Ask

pytestmark = pytest.mark.page

SCALE = "new m.TimeScale({ to: 35, left: 40, right: 740 })"


def test_time_becomes_pixels_and_back(ask: Ask) -> None:
    assert ask("scale", f"[0, 17.5, 35].map((at) => {SCALE}.x(at))") == [40, 390, 740]
    assert ask("scale", f"[40, 390, 740].map((x) => {SCALE}.seconds(x))") == [0, 17.5, 35]


def test_a_clamped_time_stays_in_the_plot(ask: Ask) -> None:
    assert ask("scale", f"[-1, 99].map((at) => {SCALE}.clampedX(at))") == [40, 740]


def test_a_scale_is_immutable(ask: Ask) -> None:
    assert ask("scale", f"Object.isFrozen({SCALE})")


@pytest.mark.parametrize(
    ("to", "ticks"),
    [
        (35, [0, 5, 10, 15, 20, 25, 30, 35]),
        (0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (7.3, [0, 1, 2, 3, 4, 5, 6, 7]),
        (500, [0, 100, 200, 300, 400, 500]),
    ],
)
def test_ticks_are_round(ask: Ask, to: float, ticks: list[float]) -> None:
    assert ask("scale", "new m.TimeScale({ to: given, left: 0, right: 700 }).ticks()", to) == ticks


def test_ticks_are_never_crowded(ask: Ask) -> None:
    for to in (0.013, 0.9, 3, 21, 77, 1234):
        given = {"to": to, "left": 40, "right": 500}
        xs = ask(
            "scale", "new m.TimeScale(given).ticks().map((t) => new m.TimeScale(given).x(t))", given
        )
        assert all(b - a >= 83.9 for a, b in itertools.pairwise(xs))


def rows(count: int, height: float, breaks: list[int]) -> dict[str, object]:
    return {"count": count, "height": height, "breaks": breaks}


@pytest.mark.parametrize(
    ("count", "height", "row"),
    [(1, 560, 22), (100, 560, 5), (250, 560, 2), (300, 560, 1), (10_000, 500, 0.05)],
)
def test_rows_are_whole_pixels_where_they_can_be(
    ask: Ask, count: int, height: float, row: float
) -> None:
    assert ask("row-scale", "new m.RowScale(given).row", rows(count, height, [])) == row


def test_batches_are_parted_by_a_gap(ask: Ask) -> None:
    given = rows(40, 560, [15, 30])
    tops = ask("row-scale", "[14, 15, 30].map((k) => new m.RowScale(given).top(k))", given)
    row = ask("row-scale", "new m.RowScale(given).row", given)
    assert tops == [14 * row, 15 * row + 3, 30 * row + 6]
    assert ask("row-scale", "new m.RowScale(given).bottom(15)", given) == 15 * row
    assert ask("row-scale", "new m.RowScale(given).height", given) == 40 * row + 6


def test_many_small_batches_have_no_gaps(ask: Ask) -> None:
    assert ask("row-scale", "new m.RowScale(given).gap", rows(100, 560, list(range(1, 100)))) == 0


@pytest.mark.parametrize("count", [1, 40, 100, 1000, 10_000])
def test_the_middle_of_every_row_leads_back_to_it(ask: Ask, count: int) -> None:
    found = """(() => {
        const scale = new m.RowScale(given);
        const middle = (k) => scale.top(k) + scale.row / 2;
        return Array.from({ length: given.count }, (_, k) => scale.position(middle(k)));
    })()"""
    assert ask("row-scale", found, rows(count, 560, [count // 2])) == list(range(count))
