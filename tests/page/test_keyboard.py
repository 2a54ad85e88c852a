"""The page without a mouse: launch, the timeline as one focus stop, every number in words."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import visit, wait_for_status

pytestmark = pytest.mark.page

QUERY = "/?requests=40&sleep_seconds=0.5&pool_size=15&max_overflow=0"


def position(page: Page) -> int:
    return int(page.get_attribute("#timeline", "aria-valuenow") or 0)


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.evaluate(
        "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until an element has the focus, as a person without a mouse does."""
    for _ in range(40):
        if page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


def test_a_run_driven_by_keyboard_alone(page: Page) -> None:
    visit(page, QUERY)
    tab_to(page, "#field-requests")
    page.keyboard.press("Enter")
    wait_for_status(page, "starting", "running")
    wait_for_status(page, "done")
    expect(page.locator("#timeline")).to_have_attribute("data-batches", "15 15 10")

    tab_to(page, "#timeline")
    readout = page.locator("#readout")
    press(page, "Home")
    assert position(page) == 1
    expect(readout).to_contain_text("executing")
    press(page, "ArrowDown")
    assert position(page) == 2
    press(page, "ArrowUp")
    assert position(page) == 1
    press(page, "PageDown")
    assert position(page) == 16
    expect(readout).to_contain_text("waiting for a connection")
    press(page, "PageDown")
    assert position(page) == 31
    press(page, "PageUp")
    assert position(page) == 16
    press(page, "End")
    assert position(page) == 40
    spoken = page.get_attribute("#timeline", "aria-valuetext") or ""
    assert re.fullmatch(
        r"Request \d+: .*waiting for a connection .*done, HTTP 200 after .* s", spoken
    )


def test_enter_pins_and_escape_releases(page: Page) -> None:
    visit(page, QUERY)
    if page.get_attribute("html", "data-run-status") != "done":
        page.click("#launch")
        wait_for_status(page, "starting", "running")
        wait_for_status(page, "done")
    page.focus("#timeline")
    press(page, "Home")
    press(page, "Enter")
    expect(page.locator("#readout")).to_contain_text("pinned")
    pinned = page.get_attribute("#timeline", "aria-valuetext")
    page.locator(".track-rows").hover(position={"x": 300, "y": 300})
    assert page.get_attribute("#timeline", "aria-valuetext") == pinned
    press(page, "Escape")
    expect(page.locator("#readout")).to_contain_text("use the arrow keys")
    page.locator(".track-rows").hover(position={"x": 310, "y": 310})
    expect(page.locator("#readout")).to_contain_text("Request")


def test_help_opens_and_closes(page: Page) -> None:
    page.focus("#help-open")
    page.keyboard.press("Enter")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
