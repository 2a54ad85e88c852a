"""The wheel, installed elsewhere: the page with all that it loads, runs, and an exported file."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from playwright.sync_api import Browser

from tests.served import free_port, public

ROOT = Path(__file__).resolve().parent.parent
UV = [sys.executable, "-m", "uv"]
pytestmark = pytest.mark.timeout(300)  # on a new machine the packages are downloaded
# What a user's own directory may hold: names that our modules have as well.
THEIR_NAMES = ("config", "settings", "modes", "fields", "dashboard", "target_app")
# An app of somebody's who uses all these names, each for a module of their own.
THEIR_APP = """
import config, dashboard, fields, modes, settings, target_app

for module in config, dashboard, fields, modes, settings, target_app:
    assert module.OWNER == "them", module

def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
LINKED = re.compile(r'(?:href|src)="([^"#]+)"')
IMPORTED = re.compile(r'^(?:import|export)\b[^"\';]*["\'](\.[^"\']+)["\']', re.MULTILINE)


class Installed:
    """The program in an environment of its own, called from a directory that is somebody's."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "env" / "bin" / "python"
        self.program = [str(folder / "env" / "bin" / "poolscope")]
        # The current directory comes first on the path of a module that is run.
        self.as_module = [str(self.python), "-m", "poolscope"]
        self.cwd = folder / "theirs"
        steering = {"PYTHONPATH", "PYTHONSAFEPATH"}
        self.environ = {name: text for name, text in os.environ.items() if name not in steering}
        self.environ["POOLSCOPE_DATA_DIR"] = str(folder / "data")

    def __call__(self, command: list[str], *words: str, **environ: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            [*command, *words],
            cwd=self.cwd,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(data_dir: Path) -> Installed:
    folder = public(data_dir / "wheel")  # which root's Postgres can enter
    built = folder / "wheel"
    # As for a release: the wheel is built from the source distribution.
    build = [*UV, "build", "--quiet", "--no-build-isolation", f"--out-dir={built}"]
    subprocess.run([*build, f"--python={sys.executable}", str(ROOT)], check=True)
    (wheel,) = built.glob("*.whl")
    environment = folder / "env"
    subprocess.run([*UV, "venv", "--quiet", f"--python={sys.executable}", environment], check=True)
    install = [*UV, "pip", "install", "--quiet", f"--python={environment}/bin/python"]
    subprocess.run([*install, "--constraint", ROOT / "requirements.txt", wheel], check=True)
    theirs = folder / "theirs"
    theirs.mkdir()
    for name in THEIR_NAMES:
        (theirs / f"{name}.py").write_text("raise SystemExit('this is not yours')\n")
    return Installed(folder)


def test_nobody_elses_names_are_taken(installed: Installed) -> None:
    code = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    done = subprocess.run(
        [str(installed.python), "-c", code, *THEIR_NAMES, "static", "templates", "tests"],
        env=installed.environ,
        cwd=installed.python.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.servers
def test_a_run_and_its_file(installed: Installed, browser: Browser, tmp_path: Path) -> None:
    words = ["run", "--mode=blocking", "-n", "3", "--sleep=0.1", "--json"]
    run = json.loads(installed(installed.program, *words, PYTHONSAFEPATH="1"))
    assert (run["done"], run["failed"]) == (3, 0)
    file = tmp_path / "run.html"
    installed(installed.program, "export", "latest", "--format=html", f"--output={file}")
    page = browser.new_page(offline=True)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("#timeline[data-batches]")
    assert page.locator("h1, [data-sentence], #sentence").first.is_visible()
    page.close()
    assert not problems


@pytest.mark.servers
def test_an_app_beside_it_keeps_its_own_modules(installed: Installed) -> None:
    app = installed.cwd / "app"
    app.mkdir()
    for name in THEIR_NAMES:
        (app / f"{name}.py").write_text("OWNER = 'them'\n")
    (app / "shop.py").write_text(THEIR_APP)
    words = ["run", "--app=shop:app", f"--chdir={app}", "--mode=blocking", "-n", "3", "--json"]
    run = json.loads(installed(installed.as_module, *words))
    assert (run["done"], run["failed"]) == (3, 0)


@pytest.fixture
def served(installed: Installed) -> Iterator[str]:
    port = free_port()
    command = [*installed.program, "serve", "--no-browser", f"--port={port}"]
    with subprocess.Popen(
        command, cwd=installed.cwd, env=installed.environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert f"http://127.0.0.1:{port}" in line
        yield f"http://127.0.0.1:{port}/"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.mark.servers
def test_the_page_has_its_styles_and_scripts(served: str) -> None:
    wanted, found = [served, urljoin(served, "matrix")], {}
    while wanted:
        url = wanted.pop()
        if url in found:
            continue
        answer = requests.get(url, timeout=10)
        assert answer.status_code == 200, url
        found[url] = answer.text
        kind = answer.headers["Content-Type"]
        links = LINKED.findall(answer.text) if "html" in kind else []
        imports = IMPORTED.findall(answer.text) if "javascript" in kind else []
        wanted += [urljoin(url, link) for link in [*links, *imports] if not link.startswith("http")]
    assert sum(url.endswith(".js") for url in found) > 50
    assert sum(url.endswith(".css") for url in found) > 2
