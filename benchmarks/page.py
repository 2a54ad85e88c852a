"""How soon a completion is painted, and how many frames a second the page keeps."""

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, sync_playwright

from dashboard.analysis.quantiles import percentile
from dashboard.runtime import Runtime
from dashboard.web.app import create_app
from dashboard.web.connections import Server
from dashboard.web.server import listen
from settings import read_settings
from target_app.probe.marks import PHASES, Phase

from .fresh import fresh_runtime
from .synthetic import record_of
from .table import show

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Stamps every completion when the frame that draws it has been handed to the compositor.
WATCH = """(done) => {
  window.painted = [];
  poolscope.socket.on('frame', (frame) => requestAnimationFrame(() => setTimeout(() => {
    const now = performance.timeOrigin + performance.now();
    frame.phase.forEach((phase, k) => { if (phase === done) painted.push([frame.at[k], now]); });
  })));
}"""
FRAMES = """(ms) => new Promise((resolve) => {
  const gaps = []; let last = performance.now(); const began = last;
  const step = () => {
    const now = performance.now(); gaps.push(now - last); last = now;
    if (now - began < ms) requestAnimationFrame(step); else resolve(gaps.slice(1));
  };
  requestAnimationFrame(step);
})"""
# Plays a record into the page's own store as the socket would, in real time.
PLAY = """async (record) => {
  const live = await import('/static/js/state/live.js');
  const store = poolscope.store, f = record.frame;
  poolscope.socket.disconnect();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const clock = () => performance.now() / 1000, began = clock();
  const state = {...record.state, status: 'running', elapsed: 0};
  store.set({...live.afterState(store.get(), state, clock()), link: 'up'});
  const cut = (a, b) => ({run: f.run, index: a, ...Object.fromEntries(
    ['seq', 'phase', 'at', 'worker', 'lane', 'connection'].map((k) => [k, f[k].slice(a, b)]))});
  let at = 0, told = 0;
  const timer = setInterval(() => {
    const now = clock() - began; let to = at;
    while (to < f.at.length && f.at[to] <= now && to - at < 4000) to++;
    if (to > at) { store.set(live.afterFrame(store.get(), cut(at, to))); at = to; }
    if (now - told > 0.25) {
      told = now;
      const batches = record.summary.batches.filter((batch) => batch.at <= now);
      store.set(live.afterSummary(store.get(), {...record.summary, batches, total_seconds: 0}));
    }
    if (at >= f.at.length) clearInterval(timer);
  }, 33);
}"""
ZOOM = """() => {
  const rows = document.querySelector('.track-rows'), box = rows.getBoundingClientRect();
  let k = 0;
  setInterval(() => rows.dispatchEvent(new WheelEvent('wheel', {bubbles: true, cancelable: true,
    ctrlKey: true, deltaY: (k++ % 80) < 40 ? -30 : 30,
    clientX: box.x + 400, clientY: box.y + 200})), 16);
}"""


@contextlib.contextmanager
def dashboard() -> Iterator[tuple[Runtime, str]]:
    """A dashboard in this process, and its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    with fresh_runtime() as runtime:
        app, relay = create_app(runtime)
        server = Server(listen(0), app)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield runtime, f"http://127.0.0.1:{server.server_port}"
        relay.close()
        server.shutdown()


# 1,000 requests over 10 s: in a steady stream, and in blows that take all of a small machine.
STREAMS: dict[str, dict[str, Any]] = {
    "10 at a time, 0.1 s each": {
        "mode": "gevent-green",
        "pool_size": 10,
        "max_overflow": 0,
        "sleep_seconds": 0.1,
    },
    "100 at a time, 1 s each": {"mode": "threads", "threads": 100, "endpoint": "python"},
}


def delays(page: Page, runtime: Runtime, settings: dict[str, Any]) -> list[float]:
    """Milliseconds from each completion of a run of 1,000 to its painting."""
    page.evaluate(WATCH, PHASES.index(Phase.DONE))
    run = runtime.conductor.launch(read_settings({"requests": 1000, **settings}), keep=False)
    runtime.conductor.wait()  # not with the browser's driver, whose talk would delay the relay
    page.wait_for_timeout(1000)
    painted: Any = page.evaluate("() => painted")
    origin = (run.log.released_at or 0.0) + time.time() - time.monotonic()
    return [now - 1000 * (origin + at) for at, now in painted]


def main(rounds: int) -> None:
    """Print both tables."""
    waits: dict[str, list[float]] = {name: [] for name in STREAMS}
    gaps: dict[str, list[float]] = {"10,000 bars change": [], "zooming 10,000 bars": []}
    with dashboard() as (runtime, url), sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for _ in range(rounds):
            for name, settings in STREAMS.items():
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(url)
                page.wait_for_timeout(1000)
                waits[name] += delays(page, runtime, settings)
                page.close()
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(url)
            page.wait_for_timeout(1000)
            page.evaluate(PLAY, record_of(10_000))
            gaps["10,000 bars change"] += page.evaluate(FRAMES, 6000)
            page.wait_for_timeout(1500)
            page.evaluate(ZOOM)
            gaps["zooming 10,000 bars"] += page.evaluate(FRAMES, 4000)
            page.close()
        browser.close()
    show(
        f"Completion to painted in headless Chromium, 1,000 requests over 10 s, {rounds} rounds",
        ["", "completions", "median", "p95", "max"],
        [
            [
                name,
                f"{len(found):,}",
                *(f"{percentile(found, share):.0f} ms" for share in (0.5, 0.95, 1.0)),
            ]
            for name, found in waits.items()
        ],
    )
    show(
        f"Frames in headless Chromium without a GPU, {rounds} rounds",
        ["", "frames per second, median frame", "mean", "p95 frame", "longest"],
        [
            [
                name,
                f"{1000 / percentile(found, 0.5):.0f}",
                f"{1000 * len(found) / sum(found):.0f}",
                f"{percentile(found, 0.95):.1f} ms",
                f"{percentile(found, 1.0):.0f} ms",
            ]
            for name, found in gaps.items()
        ],
    )
