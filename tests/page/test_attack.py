"""A page of another site in a real browser gets nothing, and text from outside stays text."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from config import LOOPBACK
from tests.page.conftest import visit
from tests.served import public, serving

pytestmark = pytest.mark.page

TOKEN = "a-token-of-sufficient-length"
NASTY = "<img src=x onerror='window.stolen=1'><script>window.stolen=1</script>&lt;b&gt;"
# Stands in for whatever a target may write before it dies.
DYING_TARGET = f"""
import os, sys
if "gunicorn" in sys.orig_argv:
    sys.stderr.write({NASTY!r} + "\\n")
    sys.stderr.flush()
    os._exit(1)
"""

ATTACK = """async (url) => {
    const told = {};
    const attempt = async (name, what) => {
        try { told[name] = String(await what()); } catch (error) { told[name] = "refused"; }
    };
    const json = {"Content-Type": "application/json"};
    const post = (path, options) => fetch(url + path, {method: "POST", body: "{}", ...options});
    await attempt("read", async () => (await fetch(url + "/api/options")).text());
    await attempt("launch", async () => (await post("/api/runs", {headers: json})).status);
    // What needs no permission of the other side: it is sent, and nothing may come of it.
    await attempt("blind", async () => (await post("/api/runs", {mode: "no-cors"})).type);
    await attempt("embed", () => new Promise((resolve, reject) => {
        const image = document.createElement("img");
        image.onload = () => resolve("loaded");
        image.onerror = reject;
        image.src = url + "/static/favicon.svg";
    }));
    await attempt("script", () => new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.onload = () => resolve("loaded");
        script.onerror = reject;
        script.src = url + "/static/js/theme-early.js";
        document.head.append(script);
    }));
    await attempt("follow", () => new Promise((resolve, reject) => {
        const path = "/socket.io/?EIO=4&transport=websocket";
        const socket = new WebSocket(url.replace("http", "ws") + path);
        socket.onmessage = () => resolve("opened");
        socket.onerror = reject;
    }));
    return told;
}"""


class Elsewhere(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The port of another site."""
    with ThreadingHTTPServer((LOOPBACK, 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("host", ["localhost", LOOPBACK])
def test_a_page_of_another_site_gets_nothing(
    browser: Browser, dashboard_url: str, elsewhere: int, host: str
) -> None:
    before = requests.get(f"{dashboard_url}/api/runs", timeout=10).json()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://{host}:{elsewhere}/")
        told = page.evaluate(ATTACK, dashboard_url)
    blind = told.pop("blind")
    assert blind in {"refused", "opaque"}  # a browser may not even say that it was refused
    assert set(told.values()) == {"refused"}, told
    assert requests.get(f"{dashboard_url}/api/runs", timeout=10).json() == before


def test_no_site_frames_the_page(browser: Browser, dashboard_url: str, elsewhere: int) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://localhost:{elsewhere}/")
        page.evaluate(
            "url => { const frame = document.createElement('iframe'); frame.src = url;"
            " document.body.append(frame); }",
            dashboard_url,
        )
        page.wait_for_timeout(500)
        assert [frame.url for frame in page.frames if frame.url.startswith(dashboard_url)] == []


def test_the_token_leaves_the_url_with_the_first_page(browser: Browser, data_dir: Path) -> None:
    with serving(public(data_dir / "t"), "--token", TOKEN) as served:
        assert TOKEN not in served.line
        with browser.new_context(base_url=served.url) as context:
            page = context.new_page()
            assert (answer := page.goto("/")) is not None
            assert answer.status == 401
            visit(page, f"/?token={TOKEN}&requests=7")
            assert TOKEN not in page.url
            assert page.evaluate("document.cookie") == ""  # no script reads it
            expect(page.locator("#field-requests")).to_have_value("7")
            (cookie,) = context.cookies()
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_what_a_dying_target_writes_stays_text(
    browser: Browser, data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(DYING_TARGET)
    with serving(public(data_dir / "t"), PYTHONPATH=str(tmp_path)) as served:
        with browser.new_context(base_url=served.url) as context:
            page = context.new_page()
            visit(page, "/?endpoint=python&requests=3")
            page.click("#launch")
            page.wait_for_selector("html[data-run-status=failed]", timeout=30_000)
            expect(page.locator("pre.stderr")).to_contain_text(NASTY)
            expect(page.get_by_role("alert")).to_contain_text("ended while it started")
            assert is_clean(page)
        assert len(served.get("/api/runs").json()) == 1  # and the dashboard works on


def test_what_the_server_says_of_a_run_stays_text(page: Page) -> None:
    """Every text of a state, summary and mark that the page shows."""
    page.evaluate(
        """async (nasty) => {
            const { afterState, afterSummary } = await import("/static/js/state/live.js");
            const store = poolscope.store;
            const { settings } = await (await fetch("/api/forecast", {method: "POST",
                headers: {"Content-Type": "application/json"}, body: "{}"})).json();
            const run = {run: nasty, label: nasty, status: "failed", step: nasty, step_seconds: 0,
                settings, forecast: null, elapsed: 1, marks_lost: 3, compared_with: null,
                target: {state: "failed", pids: [], master: null, mode: nasty},
                error: {cause: nasty, cure: nasty, stderr: nasty}, notes: [nasty]};
            store.set(afterState(store.get(), run, 0));
            const failures = [{word: nasty, count: 3, cause: nasty, cure: nasty}];
            store.set(afterSummary(store.get(), {run: nasty, sentence: nasty, counts: {},
                requests: 3, done: 0, failed: 3, total_seconds: 1, batches: [], failures,
                diagnosis: null}));
        }""",
        NASTY,
    )
    page.wait_for_timeout(300)
    assert is_clean(page)
    assert NASTY in page.inner_text("body")


def is_clean(page: Page) -> bool:
    """Whether none of the nasty text has become an element or run."""
    return bool(
        page.evaluate(
            "() => window.stolen === undefined"
            " && document.querySelector('img[src=x], script:not([src])') === null"
        )
    )
