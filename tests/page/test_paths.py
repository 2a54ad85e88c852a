"""The table of paths on the page: what each did, the filter, and waiting over time."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.workload.mix import assign_requests, parse_request_spec
from tests.dashboard.conftest import Server
from tests.page.conftest import Ask, visit, wait_for_status
from tests.served import public, serving

pytestmark = pytest.mark.page

SHORT, LONG = "GET /pool?seconds=0.02", "GET /pool?seconds=1"


@pytest.fixture(scope="module")
def other_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard at a server that somebody else runs, which has four connections and our probe.

    One more than there are long requests, so that the short ones always pass them.
    """
    folder = public(Path(tmp_path_factory.mktemp("ps")))
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        urls = [f"{server.url('/pool?seconds=0.02')} x9", server.url("/pool?seconds=1")]
        options = [word for url in urls for word in ("--url", url)]
        try:
            with serving(folder, *options) as served:
                yield served.url
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def other(browser: Browser, other_url: str) -> Iterator[Page]:
    """A fresh page of it."""
    context = browser.new_context(base_url=other_url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    visit(page, "/?requests=30")
    yield page
    context.close()
    assert not errors, f"errors in the page: {errors}"


def test_a_mix_at_another_server_shows_its_paths_and_its_waiting(other: Page) -> None:
    expect(other.locator("#field-endpoint")).to_have_count(0)
    expect(other.locator("#field-workers")).to_have_count(0)
    expect(other.locator("#sentence")).to_contain_text("Launch sends 30 requests at once to http:")
    other.click("#launch")
    wait_for_status(other, "done")
    expect(other.locator("#sentence")).to_contain_text("so not in batches")
    expect(other.locator("#timeline")).to_have_attribute("data-batches", "")
    expect(other.locator("#why")).to_contain_text("waited for a connection: 4 at a time")
    expect(other.locator("#timeline .gauge-head").first).to_contain_text("waiting over time")
    # Also when the other gauges are put away.
    other.click("#gauges-switch")
    expect(other.locator("#timeline .gauge-head:visible")).to_have_count(1)
    other.click("#gauges-switch")

    other.click("#request-table > summary")
    rows = other.locator("#paths tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("27")
    expect(rows.nth(1)).to_contain_text("3 × 200")

    # By keyboard: the name is a button that shows its rows alone, and lets them go again.
    name = other.get_by_role("button", name=LONG, exact=True)
    name.focus()
    other.keyboard.press("Enter")
    expect(name).to_have_attribute("aria-pressed", "true")
    expect(name).to_be_focused()
    expect(other.locator("#request-table tbody tr")).to_have_count(3)
    expect(other.locator("#paths [role=status]")).to_contain_text(LONG)
    other.focus("#timeline")
    other.keyboard.press("End")
    expect(other.locator("#readout")).to_contain_text("(row 3)")
    other.click("text=Show all paths")
    expect(other.locator("#request-table tbody tr")).to_have_count(30)
    expect(other.locator("#readout")).to_contain_text("Hover over a row")


def test_the_page_assigns_requests_as_the_dashboard_does(ask: Ask) -> None:
    for texts, requests in (
        (["/a x3", "/b", "POST /c x7"], 50),
        (["/a"], 3),
        (["/a x2", "/b x2"], 9),
    ):
        specs = [parse_request_spec(text) for text in texts]
        weights = [spec.weight for spec in specs]
        assigned = ask("mix", "m.assignRequests(given[0], given[1])", [weights, requests])
        assert tuple(assigned) == assign_requests(specs, requests)
    assert ask("mix", "m.namesOf([], 3)") == []


def test_without_paths_of_its_own_a_run_has_no_table(page: Page) -> None:
    expect(page.locator("#paths")).to_be_hidden()
