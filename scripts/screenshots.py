"""Takes the README's pictures from the running page: python scripts/screenshots.py

Starts a dashboard of its own on a free port, launches runs in headless Chromium, and writes
docs/images/.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PICTURES = {
    "batches": "requests=100&pool_size=15&max_overflow=0",
    "collapse": "requests=100",
    "blocking-driver": "mode=gevent&requests=20&sleep_seconds=0.5",
}
# What is shown of those runs afterwards: a query, what to wait for, and what of the page is taken.
VIEWS = {
    "compare": ("compare=1,2", ".figures", ""),
    "history": ("", "#history-rows tr", "#history"),
}


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take(page: Page, url: str, name: str, query: str) -> None:
    """Launch the run that ``query`` describes and photograph it, light and dark."""
    page.emulate_media(color_scheme="light")
    page.goto(f"{url}/?{query}")
    page.get_by_role("button", name="Launch").click()
    page.wait_for_selector("html[data-run-status=running]", timeout=60_000)
    page.wait_for_selector("html[data-run-status=done]", timeout=120_000)
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / f"{name}-dark.png")


def take_view(page: Page, url: str, name: str, view: tuple[str, str, str]) -> None:
    """Photograph a view of the runs that were taken, light and dark."""
    query, ready, part = view
    for scheme, suffix in (("light", ""), ("dark", "-dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{url}/?{query}")
        page.wait_for_selector(ready)
        page.wait_for_timeout(500)
        shown = page.locator(part) if part else page
        shown.screenshot(path=IMAGES / f"{name}{suffix}.png")


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ps-") as data:
        Path(data).chmod(0o755)  # root's Postgres runs as another user
        command = [sys.executable, "-m", "dashboard", "serve", "--no-browser", f"--port={port}"]
        environ = {**os.environ, "POOLSCOPE_DATA_DIR": data}
        with subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None  # noqa: S101  it is a pipe, see above
            process.stdout.readline()
            with sync_playwright() as playwright:
                chromium = shutil.which("chromium") or shutil.which("google-chrome")
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                page = browser.new_page(viewport={"width": 1280, "height": 1150})
                for name, query in PICTURES.items():
                    take(page, f"http://127.0.0.1:{port}", name, query)
                for name, view in VIEWS.items():
                    take_view(page, f"http://127.0.0.1:{port}", name, view)
                browser.close()
            process.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
