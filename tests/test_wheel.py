"""The wheel, installed elsewhere: the page with all that it loads, a run, and an exported file."""

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
# What a user's own directory may hold: names that our modules have as well.
THEIR_NAMES = ("config", "settings", "fields", "dashboard", "target_app")
LINKED = re.compile(r'(?:href|src)="([^"#]+)"')
IMPORTED = re.compile(r'^(?:import|export)\b[^"\';]*["\'](\.[^"\']+)["\']', re.MULTILINE)


class Installed:
    """The program in an environment of its own, called from a directory that is somebody's."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "env" / "bin" / "poolscope"
        self.cwd = folder / "theirs"
        self.environ = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        self.environ |= {"POOLSCOPE_DATA_DIR": str(folder / "data"), "PYTHONSAFEPATH": "1"}

    def __call__(self, *words: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            [str(self.program), *words],
            cwd=self.cwd,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = public(tmp_path_factory.mktemp("w"))
    for parent in folder.parents[:2]:
        parent.chmod(0o755)  # root's Postgres runs as another user
    built = folder / "wheel"
    build = [*UV, "build", "--quiet", "--wheel", "--no-build-isolation", f"--out-dir={built}"]
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
    python = installed.program.parent / "python"
    code = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    done = subprocess.run(
        [str(python), "-c", code, *THEIR_NAMES, "static", "templates"],
        env=installed.environ,
        cwd=installed.program.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.servers
def test_a_run_and_its_file(installed: Installed, browser: Browser, tmp_path: Path) -> None:
    run = json.loads(installed("run", "--mode=blocking", "-n", "3", "--sleep=0.1", "--json"))
    assert (run["done"], run["failed"]) == (3, 0)
    file = tmp_path / "run.html"
    installed("export", "latest", "--format=html", f"--output={file}")
    page = browser.new_page(offline=True)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("#timeline[data-batches]")
    assert page.locator("h1, [data-sentence], #sentence").first.is_visible()
    page.close()
    assert not problems


@pytest.fixture
def served(installed: Installed) -> Iterator[str]:
    port = free_port()
    command = [str(installed.program), "serve", "--no-browser", f"--port={port}"]
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
