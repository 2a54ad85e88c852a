"""view.js and density.js: zooming, panning, and rows thinner than a pixel."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Ask, launch, wait_for_status

pytestmark = pytest.mark.page

BOUNDS = {"end": 10, "rows": 1000}
HALF = {"from": 2, "to": 7, "first": 100, "last": 600}


def test_zooming_keeps_the_place_under_the_pointer(ask: Ask) -> None:
    given = [HALF, BOUNDS, 2, {"seconds": 4, "row": 200}]
    view = ask("view", "m.zoomed(...given)", given)
    assert view == {"from": 3, "to": 5.5, "first": 150, "last": 400}
    back = ask("view", "m.zoomed(...given)", [view, BOUNDS, 0.5, {"seconds": 4, "row": 200}])
    assert back == HALF


def test_zooming_out_ends_with_all(ask: Ask) -> None:
    assert ask("view", "m.zoomed(...given)", [HALF, BOUNDS, 0.01]) is None
    assert ask("view", "m.zoomed(...given)", [None, BOUNDS, 0.5]) is None


def test_a_few_rows_are_only_zoomed_in_time(ask: Ask) -> None:
    view = ask("view", "m.zoomed(...given)", [None, {"end": 10, "rows": 40}, 2])
    assert view == {"from": 2.5, "to": 7.5, "first": 0, "last": 40}


def test_a_view_stays_within_the_run(ask: Ask) -> None:
    for time, rows in ((9, 9), (-9, -9)):
        view = ask("view", "m.panned(...given)", [HALF, BOUNDS, {"time": time, "rows": rows}])
        assert (view["to"] - view["from"], view["last"] - view["first"]) == (5, 500)
        assert view["from"] >= 0
        assert view["to"] <= 10
        assert view["first"] >= 0
        assert view["last"] <= 1000
    deep = HALF
    for _ in range(60):
        deep = ask("view", "m.zoomed(...given)", [deep, BOUNDS, 4])
    assert deep["to"] - deep["from"] >= 0.0019
    assert deep["last"] - deep["first"] >= 7.9


@pytest.mark.parametrize(("row", "first"), [(50, 50), (300, 100), (800, 301)])
def test_a_chosen_row_comes_into_sight(ask: Ask, row: int, first: int) -> None:
    assert ask("view", "m.revealing(...given)", [HALF, BOUNDS, row])["first"] == first


def test_a_view_is_whole_rows_of_the_height(ask: Ask) -> None:
    given = {"count": 1000, "height": 400, "view": {"first": 100, "last": 200}}
    found = ask(
        "row-scale",
        "((s) => [s.row, s.height, s.top(100), s.inSight])(new m.RowScale(given))",
        given,
    )
    assert found == [4, 400, 0, [100, 201]]


LINES = """(({ rows, lines, edge }) => {
    const scale = { from: 0, pixelsPerSecond: 10 };
    const line = m.createLine(100);
    const pixels = new Uint32Array(100);
    m.mixLine(line, rows, lines, { scale, edgeSeconds: edge });
    const colors = [[10, 0, 0], [20, 0, 0], [30, 0, 0], [40, 0, 0]];
    const tail = m.pixelsOfLine(line, colors, pixels, 0);
    const of = (pixel) => [pixel & 255, (pixel >>> 24) & 255];
    return { pixels: [...pixels].map(of), tail: of(tail), left: line.touched.some(Boolean) };
})(given)"""


def mixed(ask: Ask, rows: list[dict[str, Any]], edge: float = 10) -> dict[str, Any]:
    given = {"rows": rows, "lines": len(rows), "edge": edge}
    found: dict[str, Any] = ask("density", LINES, given)
    return found


def spans(*triples: tuple[str, float, float | None]) -> dict[str, Any]:
    return {"spans": [{"phase": p, "from": begin, "to": end} for p, begin, end in triples]}


def test_rows_that_share_a_pixel_are_mixed(ask: Ask) -> None:
    rows = [spans(("executing", 1, 3)), spans(("executing", 2, 4))]
    found = mixed(ask, rows)
    assert found["pixels"][5] == [0, 0]
    assert found["pixels"][15] == [30, 128]  # half of the rows execute
    assert found["pixels"][25] == [30, 255]
    assert found["pixels"][35] == [30, 128]
    assert found["pixels"][45] == [0, 0]
    assert found["tail"] == [0, 0]
    assert not found["left"]


def test_what_goes_on_is_drawn_up_to_now_and_can_be_made_longer(ask: Ask) -> None:
    found = mixed(ask, [spans(("queued", 0, 1), ("waiting", 1, None))], edge=5)
    assert found["pixels"][49] == found["tail"] == [20, 128]
    assert found["pixels"][50] == [0, 0]


def frames(page: Page) -> None:
    page.evaluate(
        "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )


def view(page: Page) -> Any:
    return page.evaluate("() => poolscope.store.get().view")


def test_zoom_by_keys_wheel_and_double_click(page: Page) -> None:
    launch(page, "?requests=200&sleep_seconds=0.2&pool_size=40&max_overflow=0")
    wait_for_status(page, "done")
    page.focus("#timeline")
    page.keyboard.press("+")
    frames(page)
    near = view(page)
    assert near["from"] > 0
    assert near["last"] - near["first"] < 200
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    frames(page)
    moved = view(page)
    assert moved["from"] > near["from"]
    assert moved["first"] > near["first"]
    page.keyboard.press("Home")
    frames(page)
    assert view(page)["first"] == 0
    page.keyboard.press("0")
    frames(page)
    assert view(page) is None

    box = page.locator(".track-rows").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.mouse.wheel(0, -200)
    frames(page)
    assert view(page) is None  # the page's own scrolling
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function("() => poolscope.store.get().view !== null")
    expect(page.locator("#zoom-reset")).to_be_visible()
    page.mouse.dblclick(box["x"] + 300, box["y"] + 100)
    page.wait_for_function("() => poolscope.store.get().view === null")
    page.mouse.move(box["x"] + 300, box["y"] - 10)
    page.mouse.wheel(0, -200)
    page.wait_for_function("() => poolscope.store.get().view !== null")
    page.click("#zoom-reset")
    expect(page.locator("#zoom-reset")).to_be_hidden()
