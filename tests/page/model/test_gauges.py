"""series.js and gauges.js: samples and rows to the tracks below the bars."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Ask, launch, shuffled, visit, wait_for_status

pytestmark = pytest.mark.page


def sample(at: float, name: str, worker: int = 0, **values: float) -> list[Any]:
    return [at, name, worker, values]


POOL = [
    sample(0.1, "pool", 7, out=15, idle=0, overflow=10),
    sample(0.1, "pool", 8, out=3, idle=2, overflow=0),
    sample(1.1, "pool", 7, out=6, idle=0, overflow=1),
    sample(2.1, "pool", 7, out=0, idle=5, overflow=0),
]


def row(worker: int, *spans: tuple[str, float, float | None]) -> dict[str, Any]:
    named = [{"phase": phase, "from": begin, "to": end} for phase, begin, end in spans]
    return {"worker": worker, "spans": named}


ROWS = [
    row(7, ("queued", 0, 0.1), ("waiting", 0.1, 1), ("executing", 1, 2)),
    row(7, ("queued", 0, 0.2), ("waiting", 0.2, 1), ("executing", 1, None)),
    row(8, ("queued", 0, 0.3), ("waiting", 0.3, None)),
    row(0, ("queued", 0, None)),
]


def test_samples_of_one_worker_are_a_series_in_order_of_time(ask: Ask) -> None:
    expected = {"times": [0.1, 1.1, 2.1], "values": [15, 6, 0]}
    for seed in range(5):
        found = ask("series", "m.sampleSeries(given, 'pool', 'out', 7)", shuffled(POOL, seed))
        assert found == expected


def test_a_state_that_a_sample_leaves_out_is_nought(ask: Ask) -> None:
    samples = [sample(0.1, "database", total=2, active=2), sample(0.2, "database", total=2, idle=2)]
    found = ask("series", "m.sampleSeries(given, 'database', 'active')", samples)
    assert found["values"] == [2, 0]


def test_rows_in_a_phase_are_counted_through_time(ask: Ask) -> None:
    assert ask("series", "m.rowSeries(given, new Set(['waiting']))", ROWS) == {
        "times": [0.1, 0.2, 0.3, 1], "values": [1, 2, 3, 1],
    }  # fmt: skip
    assert ask("series", "m.rowSeries(given, new Set(['waiting']), 7).values", ROWS) == [1, 2, 0]
    assert ask("series", "m.rowSeries(given, new Set(['queued'])).values", ROWS) == [4, 3, 2, 1]


def test_a_sum_of_series_holds_until_one_of_them_changes(ask: Ask) -> None:
    both = "m.summed([7, 8].map((pid) => m.sampleSeries(given, 'pool', 'out', pid)))"
    assert ask("series", both, POOL) == {"times": [0.1, 1.1, 2.1], "values": [18, 9, 3]}


@pytest.mark.parametrize(("at", "value"), [(0, 0), (0.1, 15), (1.0, 15), (1.1, 6), (9, 0)])
def test_a_value_holds_until_the_next(ask: Ask, at: float, value: float) -> None:
    found = ask("series", f"m.valueAt(m.sampleSeries(given, 'pool', 'out', 7), {at})", POOL)
    assert found == value


def test_marks_speak_where_samples_are_silent(ask: Ask) -> None:
    given = {
        "sampled": {"times": [1.0, 1.1, 5.0], "values": [7, 8, 9]},
        "known": {"times": [0.5, 1.05, 3.0, 6.0], "values": [1, 2, 3, 0]},
    }
    found = ask("series", "m.filled(given.sampled, given.known, 0.25)", given)
    assert found["times"] == pytest.approx([0.5, 1.0, 1.1, 1.35, 3.0, 5.0, 5.25, 6.0])
    assert found["values"] == [1, 7, 8, 2, 3, 9, 3, 0]
    alone = ask("series", "m.filled({ times: [], values: [] }, given.known, 0.25)", given)
    assert alone == given["known"]


CORNERS = """(async () => {
    const { TimeScale } = await import("/static/js/timeline/scale.js");
    const scale = new TimeScale({ from: given.from, to: given.to, left: 100, right: 200 });
    return m.corners(given.series, scale, given.until);
})()"""


def corners(ask: Ask, times: list[float], values: list[float], **more: float) -> list[list[float]]:
    given = {"from": 0, "to": 10, "until": 10, "series": {"times": times, "values": values}} | more
    found: list[list[float]] = ask("series", f"await {CORNERS}", given)
    return found


def test_steps_have_right_angles(ask: Ask) -> None:
    points = corners(ask, [1, 5], [15, 6])
    assert points[0] == [100, 0]
    assert points[-1] == [200, 6]
    for (x, value), (next_x, next_value) in itertools.pairwise(points):
        assert x == next_x or value == next_value


def test_a_peak_within_a_pixel_is_not_lost(ask: Ask) -> None:
    points = corners(ask, [5.0, 5.001, 5.002], [3, 80, 4])
    assert max(value for _, value in points) == 80
    assert points[-1][1] == 4
    assert len(points) < 8


def test_a_part_of_the_time_begins_at_its_own_value(ask: Ask) -> None:
    points = corners(ask, [1, 5, 9], [15, 6, 2], **{"from": 2, "to": 6, "until": 20})
    assert points[0] == [100, 15]
    assert points[-1] == [200, 6]
    assert corners(ask, [1], [15], **{"from": 5, "to": 6, "until": 3}) == []


def test_a_held_loop_is_a_ramp(ask: Ask) -> None:
    samples = [sample(0.1, "loop", 7, lag=0.0, cpu=0), sample(5.0, "loop", 7, lag=4.0, cpu=1)]
    late = "[0.5, 1, 3, 5, 6].map((at) => m.latenessAt(m.ramps(given), at))"
    assert ask("series", late, samples) == [0, 0, 2, 4, 0]
    assert ask("series", "m.latest(m.ramps(given))", samples) == 4


SETTINGS = {
    "endpoint": "postgres", "pool_class": "QueuePool", "pool_size": 5, "max_overflow": 10,
    "workers": 1, "worker_class": "auto", "postgres_max_connections": 100,
}  # fmt: skip
GAUGES = "m.gaugesOf(given.settings, given.target, given.rows, given.samples)"


def gauges(ask: Ask, what: str, pids: list[int], **more: Any) -> Any:
    given = {
        "settings": SETTINGS | more, "rows": ROWS, "samples": POOL,
        "target": {"worker_class": "gevent", "pids": pids},
    }  # fmt: skip
    return ask("gauges", f"{GAUGES}.map((gauge) => {what})", given)


def test_one_track_for_each_gauge(ask: Ask) -> None:
    own = ["pool", "database connections", "waiting for a worker", "event loop"]
    assert gauges(ask, "gauge.title", [7]) == own
    assert gauges(ask, "gauge.title", [7, 8])[:2] == ["pool of pid 7", "pool of pid 8"]
    assert gauges(ask, "gauge.title", list(range(1, 9)))[0] == "pools of 8 workers"
    python = gauges(ask, "gauge.title", [7], endpoint="python")
    assert python == ["waiting for a worker", "event loop"]


def test_the_pool_has_its_limit_as_a_line(ask: Ask) -> None:
    limits = "(gauge.limits ?? []).map(({ value, words }) => [words, value])"
    assert gauges(ask, limits, [7])[0] == [["limit", 15], ["pool_size", 5]]
    assert gauges(ask, limits, [7], pool_class="NullPool")[0] == []
    assert gauges(ask, limits, list(range(1, 9)))[0] == [["limit", 120], ["pool_size", 40]]


def test_max_connections_is_a_line_when_it_is_within_reach(ask: Ask) -> None:
    far = gauges(ask, "[gauge.limits.length, gauge.note]", [7])[1]
    assert far == [0, "max_connections 100 is off the scale"]
    samples = [sample(0.1, "database", total=40)]
    given = {"settings": SETTINGS, "rows": [], "samples": samples, "target": None}
    near = ask("gauges", f"{GAUGES}[1].limits", given)
    assert [limit["value"] for limit in near] == [100]


def test_gauges_say_what_they_show(ask: Ask) -> None:
    assert gauges(ask, "gauge.read(0.2)", [7])[0] == ["15 of 15 out", "2 waiting"]
    assert gauges(ask, "gauge.read(null)", [7])[0] == ["max 15 of 15 out", "max 2 waiting"]
    assert gauges(ask, "gauge.sentence", [7])[0] == (
        "pool: at most 15 of 15 connections checked out, at most 2 requests waiting for one."
    )


def test_gauges_stand_below_the_bars_of_a_run(page: Page) -> None:
    launch(page, "?requests=40&sleep_seconds=0.5&pool_size=15&max_overflow=0")
    wait_for_status(page, "done")
    tracks = page.locator(".gauge-track")
    expect(tracks).to_have_count(4)
    expect(tracks.first.locator(".label-gauge").first).to_have_text("max 15 of 15 out")
    page.locator(".track-rows").hover(position={"x": 120, "y": 100})
    expect(tracks.first.locator(".label-gauge").first).to_contain_text("of 15 out")
    expect(page.locator(".hover-line")).to_be_visible()
    box = page.locator(".gauge-track canvas").first.bounding_box()
    rows = page.locator(".track-rows canvas").bounding_box()
    assert box is not None
    assert rows is not None
    assert (box["x"], box["width"]) == (rows["x"], rows["width"])

    page.click("#request-table summary")
    expect(page.locator("#gauge-words li").first).to_contain_text("at most 15 of 15 connections")

    switch = page.locator("#gauges-switch")
    expect(switch).to_have_attribute("aria-expanded", "true")
    switch.press("Enter")
    expect(tracks).to_have_count(0)
    expect(switch).to_have_attribute("aria-expanded", "false")
    visit(page, "/")
    expect(tracks).to_have_count(4)  # a choice of this view only
