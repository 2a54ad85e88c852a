"""A whole run in the page: launched, watched, finished, reloaded, followed again, cancelled."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import AFTER_LAUNCH, launch, visit, wait_for_status

pytestmark = pytest.mark.page

FORTY = "?requests=40&sleep_seconds=0.5&pool_size=15&max_overflow=0"
SLOW = "?requests=40&sleep_seconds=2&pool_size=15&max_overflow=0"

OPEN_PHASES = """() => {
    const { rows, run } = poolscope.store.get();
    const open = rows.map((row) => row.outcome ?? row.spans.at(-1)?.phase);
    const both = open.includes("waiting") && open.includes("executing");
    return run?.status === "running" && both
        && { waiting: open.filter((p) => p === "waiting").length,
             executing: open.filter((p) => p === "executing").length };
}"""

# How many pixels of the rows have the colour of a token, as it is drawn on nothing else.
PIXELS = """async (token) => {
    const { readPalette } = await import("/static/js/timeline/palette.js");
    const [r, g, b] = readPalette(document.body)[token].match(/\\d+/g).map(Number);
    const canvas = document.querySelector(".track-rows canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let k = 0; k < data.length; k += 4) {
        const isInk = data[k] === r && data[k + 1] === g && data[k + 2] === b;
        if (isInk && data[k + 3] === 255) count += 1;
    }
    return count;
}"""

WHAT_IS_SHOWN = """() => ({
    batches: document.querySelector("#timeline").dataset.batches,
    sentence: document.querySelector("#sentence").textContent,
    labels: [...document.querySelectorAll(".track-rows .label")].map((label) => label.textContent),
    risers: [...document.querySelectorAll(".label-riser")].map((label) => label.textContent),
    rows: poolscope.store.get().rows.map(({ seq, spans, end }) => ({ seq, spans, end })),
})"""


def bracket_counts(page: Page) -> list[str]:
    return page.locator(".label-batch-count").all_text_contents()


def open_phases(page: Page) -> dict[str, int]:
    """Waits for a moment at which requests wait and others execute; returns how many."""
    found: dict[str, int] = page.wait_for_function(OPEN_PHASES, polling=50).json_value()
    return found


def shown(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(WHAT_IS_SHOWN)
    return found


def test_a_run_from_launch_to_reload(page: Page) -> None:
    launch(page, FORTY)
    phases = open_phases(page)
    assert phases["executing"] <= 15
    assert phases["waiting"] + phases["executing"] <= 40
    page.wait_for_timeout(200)  # bars are longer than the fading of their ends
    assert page.get_attribute("html", "data-run-status") == "running"
    assert page.evaluate(PIXELS, "waiting") > 500
    assert page.evaluate(PIXELS, "executing") > 500
    expect(page.locator("#cancel")).to_be_visible()
    expect(page.locator("#launch")).to_be_hidden()

    wait_for_status(page, "done")
    expect(page.locator("#timeline")).to_have_attribute("data-batches", "15 15 10")
    assert bracket_counts(page) == ["15", "15", "10"]
    assert page.locator(".label-riser").all_text_contents() == ["+15", "+15", "+10"]
    expect(page.locator("#text-output")).to_contain_text("got response [200]")
    expect(page.locator("#text-download")).to_have_attribute(
        "href", "/api/runs/" + run_name(page) + "/text"
    )
    expect(page.locator("#launch")).to_be_visible()

    expect(page.locator("#sentence")).to_contain_text("done after")
    before = shown(page)
    page.reload()
    expect(page.locator("#timeline")).to_have_attribute("data-batches", "15 15 10")
    expect(page.locator("#sentence")).to_contain_text("done after")
    assert shown(page) == before


def run_name(page: Page) -> str:
    name: str = page.evaluate("() => poolscope.store.get().run.run")
    return name


def test_a_late_page_and_a_broken_link_see_the_whole_run(page: Page) -> None:
    launch(page, SLOW)
    open_phases(page)
    late = page.context.new_page()
    visit(late, "/")
    page.evaluate("() => poolscope.socket.disconnect()")
    expect(page.locator("#notices")).to_contain_text("The run continues")
    expect(late.locator("#timeline")).to_have_attribute("data-batches", "15 15")
    page.evaluate("() => poolscope.socket.connect()")
    for one in (page, late):
        wait_for_status(one, "done")
        expect(one.locator("#timeline")).to_have_attribute("data-batches", "15 15 10")
    page.wait_for_function("() => poolscope.store.get().link === 'up'")
    expect(page.locator("#notices")).not_to_contain_text("The run continues")
    for one in (page, late):
        expect(one.locator("#sentence")).to_contain_text("done after")
    assert shown(page) == shown(late)


@pytest.mark.parametrize("how", ["button", "escape"])
def test_a_run_can_be_cancelled(page: Page, how: str) -> None:
    launch(page, SLOW)
    open_phases(page)
    if how == "button":
        page.wait_for_timeout(AFTER_LAUNCH)
        page.click("#cancel")
    else:
        page.keyboard.press("Escape")
    wait_for_status(page, "cancelled")
    expect(page.locator("#launch")).to_be_visible()
    expect(page.locator("#sentence")).to_contain_text("Cancelled")
    assert page.evaluate("() => poolscope.store.get().summary.done") < 40


def test_a_second_run_is_refused_and_says_why(page: Page) -> None:
    launch(page, SLOW)
    page.locator("#field-requests").press("Enter")
    expect(page.locator("#launch-error")).not_to_be_empty()
    assert page.get_attribute("html", "data-run-status") == "running"


def test_the_pool_gauge_is_full_while_others_wait(page: Page) -> None:
    launch(page, SLOW)
    assert open_phases(page)["executing"] > 0
    expect(page.locator(".cell.is-out")).to_have_count(15)
    expect(page.locator(".pool-words")).to_contain_text("15 of 15 checked out · 25 waiting")


def test_the_twin_is_a_table_of_all_requests(page: Page) -> None:
    launch(page, FORTY)
    wait_for_status(page, "done")
    page.click("#request-table summary")
    expect(page.locator("#request-table tbody tr")).to_have_count(40)
    numbers = sorted(
        int(text) for text in page.locator("#request-table tbody th").all_text_contents()
    )
    assert numbers == list(range(1, 41))
    assert "done, HTTP 200" in page.locator("#request-table tbody tr").first.inner_text()


def test_the_live_region_speaks_of_batches(page: Page) -> None:
    launch(page, SLOW)
    expect(page.locator("#spoken")).to_contain_text("Batch 1: 15 requests done", timeout=10_000)
