"""Fixtures of the page's tests: a real headless Chromium on a real dashboard."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

MILLISECONDS = 1000
RUN_SECONDS = 40
AFTER_LAUNCH = 600  # milliseconds; a second press right after Launch does not hit Cancel

SCRIPTS = Path(__file__).parents[2] / "static" / "js"

Ask = Callable[..., Any]


@pytest.fixture
def page(browser: Browser, dashboard_url: str) -> Iterator[Page]:
    """A fresh page of the dashboard, in light; a run left over by the test is cancelled."""
    context = browser.new_context(
        base_url=dashboard_url, viewport={"width": 1280, "height": 900}, color_scheme="light"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    visit(page, "/")
    yield page
    cancel_if_running(page)
    context.close()
    assert not errors, f"errors in the page: {errors}"


def shuffled(things: list[Any], seed: int) -> list[Any]:
    """The same things in another order."""
    order = things[:]
    random.Random(seed).shuffle(order)  # noqa: S311
    return order


def visit(page: Page, path: str) -> None:
    """Opens a path of the dashboard and waits until its form and its live link are there."""
    page.goto(path)
    page.wait_for_function("() => window.poolscope?.store.get().link === 'up'")
    expect(page.locator("#field-requests")).to_be_visible()


def wait_for_status(page: Page, *statuses: str) -> None:
    wanted = ", ".join(f"html[data-run-status={status}]" for status in statuses)
    page.wait_for_selector(wanted, timeout=RUN_SECONDS * MILLISECONDS)


def cancel_if_running(page: Page) -> None:
    if page.get_attribute("html", "data-run-status") in ("starting", "running"):
        run = page.evaluate("() => poolscope.store.get().run.run")
        page.request.post(f"/api/runs/{run}/cancel", data={})
        wait_for_status(page, "done", "cancelled", "failed")


def launch(page: Page, query: str) -> None:
    """Opens the page with the settings of a query and presses Launch, and waits for the release."""
    visit(page, f"/{query}")
    before = page.evaluate("() => poolscope.store.get().run?.run ?? null")
    page.click("#launch")
    page.wait_for_function(
        "(before) => (poolscope.store.get().run?.run ?? null) !== before", arg=before
    )
    wait_for_status(page, "running", "done", "failed")


@pytest.fixture(scope="session")
def module_page(browser: Browser, dashboard_url: str) -> Iterator[Page]:
    """One page for all tests of modules, which only call functions: opening one takes a second."""
    context = browser.new_context(base_url=dashboard_url, color_scheme="light")
    page = context.new_page()
    visit(page, "/")
    yield page
    context.close()


@pytest.fixture
def ask(module_page: Page) -> Ask:
    """Evaluates an expression on a module below static/js, `m`, and an argument, `given`."""

    def evaluate(module: str, expression: str, given: object = None) -> Any:
        (path,) = SCRIPTS.rglob(f"{module}.js")
        source = f"""async (given) => {{
            const m = await import("/static/js/{path.relative_to(SCRIPTS).as_posix()}");
            return {expression};
        }}"""
        return module_page.evaluate(source, given)

    return evaluate
