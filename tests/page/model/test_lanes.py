"""lanes.js: which thread or greenlet served which request."""

import random
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Ask, launch, shuffled, wait_for_status

pytestmark = pytest.mark.page


def row(
    seq: int, worker: int, begin: float | None, end: float | None, lane: int = 0
) -> dict[str, Any]:
    spans = [{"phase": "queued", "from": 0, "to": begin}]
    if begin is not None:
        spans.append({"phase": "handling", "from": begin, "to": end})
    return {
        "seq": seq, "worker": worker, "lane": lane, "handlingAt": begin, "end": end, "spans": spans,
    }  # fmt: skip


FOUND = """(({ ordered, lines, groups }) => ({
    seqs: ordered.map((row) => row.seq),
    lines: lines.map((rows) => rows.map((row) => row.seq)),
    groups,
}))(m.inLanes(given.rows, given.greenlets))"""


def lanes(ask: Ask, rows: list[dict[str, Any]], greenlets: bool) -> dict[str, Any]:
    found: dict[str, Any] = ask("lanes", FOUND, {"rows": rows, "greenlets": greenlets})
    return found


TWO_WORKERS = [
    row(1, 9, 0.0, 1.0, lane=1), row(2, 8, 0.0, 1.0, lane=2), row(3, 8, 0.1, 1.1, lane=1),
    row(4, 8, 1.0, 2.0, lane=2), row(5, 8, 1.1, None, lane=1), row(6, 0, None, None),
]  # fmt: skip


def test_threads_are_the_lanes_of_their_worker(ask: Ask) -> None:
    for seed in range(5):
        found = lanes(ask, shuffled(TWO_WORKERS, seed), greenlets=False)
        assert found["lines"] == [[3, 5], [2, 4], [1], [6]]
        assert found["seqs"] == [3, 5, 2, 4, 1, 6]
        assert [group["heading"] for group in found["groups"]] == [
            "pid 8: 4 requests in 2 threads",
            "pid 9: 1 request in 1 thread",
            "no worker: 1 request",
        ]  # fmt: skip
        assert [(g["from"], g["to"], g["first"]) for g in found["groups"]] == [
            (0, 2, 0), (2, 3, 4), (3, 4, 5),
        ]  # fmt: skip


def test_greenlets_are_packed(ask: Ask) -> None:
    found = lanes(ask, TWO_WORKERS, greenlets=True)
    assert found["lines"] == [[2, 4], [3, 5], [1], [6]]
    assert found["groups"][0]["heading"] == "pid 8: 4 requests, at most 2 at once"


def test_packing_takes_the_fewest_lanes_and_never_overlaps(ask: Ask) -> None:
    chance = random.Random(7)  # noqa: S311
    for _ in range(20):
        begins = sorted(chance.choice([0.0, 0.5, 1.0, chance.random() * 3]) for _ in range(60))
        given = [{"from": at, "to": at + chance.choice([0, 0.5, chance.random()])} for at in begins]
        packed = ask("lanes", "[...m.pack(given)]", given)
        free_at: dict[int, float] = {}
        for interval, lane in zip(given, packed, strict=True):
            assert free_at.get(lane, 0.0) <= interval["from"]
            free_at[lane] = interval["to"]
        moments = [interval["from"] for interval in given]
        most = max(sum(i["from"] <= at <= i["to"] for i in given) for at in moments)
        assert max(packed) < most


def test_without_a_mark_of_the_worker_there_is_no_lane(ask: Ask) -> None:
    unknown = row(1, 0, None, 1.0)
    unknown["spans"] = [{"phase": "unknown", "from": 0, "to": 1.0}]
    assert lanes(ask, [unknown], greenlets=True)["groups"][0]["heading"] == "no worker: 1 request"


def test_the_pointer_finds_the_request_in_its_lane(ask: Ask) -> None:
    found = ask(
        "lanes", "[0, 0.5, 1.05, 9].map((at) => m.inLaneAt(given, at).seq)",
        [row(1, 7, 0.1, 1.0), row(2, 7, 1.1, 2.0)],
    )  # fmt: skip
    assert found == [1, 1, 1, 2]


def test_a_heading_stands_above_each_worker(ask: Ask) -> None:
    given = {"count": 16, "height": 400, "breaks": [0, 8], "heading": 18}
    tops = ask("row-scale", "[0, 7, 8].map((k) => new m.RowScale(given).top(k))", given)
    row_height = ask("row-scale", "new m.RowScale(given).row", given)
    assert tops == [18, 18 + 7 * row_height, 36 + 8 * row_height]
    assert ask("row-scale", "new m.RowScale(given).position(18 + given.count)", given) == 0


def test_uneven_work_is_seen_in_lanes(page: Page) -> None:
    launch(page, "?mode=threads&workers=2&threads=4&requests=24&sleep_seconds=0.3")
    wait_for_status(page, "done")
    page.select_option("#order", "lanes")
    headings = page.locator(".label-lane")
    # How many threads of a worker get something to do is the kernel's choice.
    expect(headings.first).to_contain_text(re.compile(r"in [1-4] threads?"))
    total = sum(int(text.split(": ")[1].split()[0]) for text in headings.all_text_contents())
    assert total == 24
    page.focus("#timeline")
    page.keyboard.press("Home")
    expect(page.locator("#readout")).to_contain_text("Request")
    page.locator(".track-rows").hover(position={"x": 200, "y": 40})
    expect(page.locator("#readout b").first).to_contain_text("Request")
