"""The page of a dashboard that serves somebody's own app, and what a browser can do to it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.runtime import Runtime
from settings import Settings
from tests.live.environments import APPS, python_of
from tests.served import Served, public, serving

pytestmark = pytest.mark.page

SECRET = "a-value-that-nobody-is-shown"
DONE = 40_000  # milliseconds
OPENED = "() => window.poolscope?.store.get().link === 'up'"
OVER = """(before) => {
  const { run, summary } = window.poolscope.store.get();
  return run?.run && run.run !== before && run.status === "done" && summary?.run === run.run
    && summary.app?.paste.length > 0;
}"""


@pytest.fixture(scope="module")
def served(data_dir: Path, runtime: Runtime) -> Iterator[Served]:
    """A dashboard that serves the plain app on our Postgres."""
    postgres = runtime.databases.ensure(Settings(), lambda _step: None).postgres
    python = str(python_of("old"))
    named = ("--app", "plain:app", "--python", python, "--chdir", str(APPS), "--path", "/?s=0.15")
    env = ("--env", f"DATABASE_URL={postgres}", "--env", f"SECRET={SECRET}")
    with serving(public(data_dir / "app"), *named, *env) as one:
        yield one


@pytest.fixture
def app_page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{served.url}/?mode=threads&requests=5&threads=5")
    page.wait_for_function(OPENED)
    yield page
    context.close()
    assert not errors, errors


def test_a_limit_of_the_app_is_found_tried_and_pasted(app_page: Page, served: Served) -> None:
    page = app_page
    expect(page.locator("#forecast-sentence")).to_contain_text("no forecast for your app")
    expect(page.locator("#field-sleep_seconds")).to_have_count(0)
    expect(page.locator("#field-endpoint")).to_have_count(0)  # its paths were named before
    # Twice: what the first request imports makes the first run another.
    before: Any = None
    for _ in range(2):
        page.locator("#launch").wait_for(state="visible")
        page.click("#launch")
        page.wait_for_function(OVER, arg=before, timeout=DONE)
        before = page.evaluate("() => window.poolscope.store.get().run.run")
    card = page.locator("#user-app")
    expect(card).to_contain_text("plain:app on gunicorn 21.2.0")
    expect(card).to_contain_text("QueuePool, pool_size 2 + max_overflow 0, pool_timeout 30 s")
    expect(page.locator("#why")).to_contain_text("1 worker x (pool_size 2 + max_overflow 0) = 2")
    expect(page.locator("#forecast-sentence")).to_contain_text("batches of 2")

    page.locator("#why button", has_text="Try pool_size 5").click()
    page.wait_for_function(OVER, arg=before, timeout=DONE)
    expect(page.locator("#field-pool_from")).to_have_value("here")
    expect(card).to_contain_text("pool_size 5 + max_overflow 0")
    expect(card).to_contain_text("the app's own is QueuePool, pool_size 2 + max_overflow 0")
    card.locator("summary").click()
    expect(card.locator("pre").last).to_contain_text(
        "engine = create_engine(url, pool_size=5, max_overflow=0, pool_timeout=30)"
    )
    everything = page.content() + page.evaluate("() => JSON.stringify(poolscope.store.get())")
    assert SECRET not in everything
    for path in ("/api/options", "/api/runs", f"/api/runs/{before}/record", "/api/history"):
        assert SECRET not in served.get(path).text


def test_who_types_a_pool_means_it(app_page: Page) -> None:
    app_page.locator("details[data-group=pool] summary").click()
    expect(app_page.locator("#field-pool_from")).to_have_value("app")
    app_page.locator("#field-pool_size").fill("7")
    expect(app_page.locator("#field-pool_from")).to_have_value("here")


@pytest.mark.parametrize(
    "body",
    [
        *({name: "os:system"} for name in ("app", "module", "wsgi_app", "config", "gunicorn_conf")),
        {"python": sys.executable},
        {"chdir": "/"},
        {"env": {"PATH": "/elsewhere"}},
        {"path": "/admin"},
        {"asks": ["GET /admin"]},
        {"headers": {"Cookie": "x"}},
        {"endpoint": "url"},
    ],
    ids=str,
)
def test_a_browser_cannot_say_what_is_started_or_asked(
    served: Served, body: dict[str, Any]
) -> None:
    before = served.get("/api/runs").json()
    assert served.post("/api/runs", body).status_code == 422
    assert served.get("/api/runs").json() == before


def test_an_endpoint_of_ours_in_the_settings_changes_nothing_of_what_is_asked(
    served: Served,
) -> None:
    state = served.finish(endpoint="python", requests=2)["state"]
    assert state["target"]["kind"] == "app"
    assert state["asks"]
