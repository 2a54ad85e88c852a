"""The form: bad input, the URL, the forecast, the empty page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import visit

pytestmark = pytest.mark.page


def run_now(page: Page) -> object:
    """The dashboard's newest run: the page may not have heard of it yet."""
    return next((run["run"] for run in page.request.get("/api/runs").json()), None)


@pytest.mark.parametrize("count", ["0", "-1", "10001", "abc", ""])
def test_a_bad_count_gets_a_message_and_starts_nothing(page: Page, count: str) -> None:
    before = run_now(page)
    page.fill("#field-requests", count)
    expect(page.locator("#error-requests")).to_contain_text("10")  # the allowed range ends at 10000
    expect(page.locator("#field-requests")).to_have_attribute("aria-invalid", "true")
    page.press("#field-requests", "Enter")
    page.wait_for_timeout(300)
    assert run_now(page) == before
    assert page.get_attribute("html", "data-run-status") not in ("starting", "running")
    page.fill("#field-requests", "40")
    expect(page.locator("#error-requests")).to_be_empty()


@pytest.mark.parametrize(
    ("query", "field"),
    [("?mode=warp", "mode"), ("?endpoint=oracle", "endpoint"), ("?pool_size=-1", "pool_size")],
)
def test_a_bad_url_is_shown_where_it_is_wrong(page: Page, query: str, field: str) -> None:
    visit(page, f"/{query}")
    expect(page.locator(f"#error-{field}")).not_to_be_empty()
    expect(page.locator(f"#error-{field}")).to_be_visible()


def test_settings_live_in_the_url(page: Page) -> None:
    page.fill("#field-requests", "40")
    page.check("input[name=mode][value=threads]", force=True)
    page.wait_for_function("() => location.search === '?mode=threads&requests=40'")
    page.reload()
    expect(page.locator("#field-requests")).to_have_value("40")
    expect(page.locator("input[name=mode][value=threads]")).to_be_checked()
    page.fill("#field-requests", "100")
    page.wait_for_function("() => location.search === '?mode=threads'")


def test_folded_settings_say_what_differs(page: Page) -> None:
    visit(page, "/?pool_size=15&max_overflow=0")
    summary = page.locator("[data-group=pool] .group-summary")
    expect(summary).to_have_text("pool_size 15, max_overflow 0")
    expect(page.locator("[data-group=server] .group-summary")).to_have_text("defaults")


def test_the_forecast_follows_the_form(page: Page) -> None:
    visit(page, "/?pool_size=15&max_overflow=0&sleep_seconds=5")
    expect(page.locator("#forecast-sentence")).to_contain_text("7 batches of 15")
    page.fill("#field-requests", "30")
    expect(page.locator("#forecast-sentence")).to_contain_text("2 batches of 15")
    expect(page.locator("#forecast-reason")).to_contain_text("15")


def test_nothing_is_loaded_from_elsewhere_or_inline(page: Page, dashboard_url: str) -> None:
    addresses: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    visit(page, "/")
    assert addresses
    assert all(address.startswith(dashboard_url.rstrip("/")) for address in addresses)
    assert not [text for text in complaints if "Content Security Policy" in text]
    # What scripts move carries a style afterwards; what is served carries none.
    assert not re.search(r"\sstyle=|<style|\son\w+=", page.request.get(dashboard_url).text())
    assert page.evaluate("() => Object.keys(localStorage)") in ([], ["theme"])


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_no_width_needs_sideways_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, "/")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    expect(page.locator("#launch")).to_be_visible()


def test_light_dark_and_system(page: Page) -> None:
    def ground() -> str:
        found: str = page.evaluate(
            "() => getComputedStyle(document.documentElement).backgroundColor"
        )
        return found

    light, dark = "rgb(251, 251, 248)", "rgb(20, 23, 28)"
    assert ground() == light
    page.emulate_media(color_scheme="dark")
    assert ground() == dark
    page.check("input[name=theme][value=light]", force=True)
    assert ground() == light
    page.reload()
    assert ground() == light
    page.check("input[name=theme][value=dark]", force=True)
    page.emulate_media(color_scheme="light")
    assert ground() == dark
    page.check("input[name=theme][value=auto]", force=True)
    assert ground() == light
