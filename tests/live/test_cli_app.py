"""``poolscope run --app``: one run of somebody's own app without a browser."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config import child_environ
from tests.live.environments import APPS, python_of

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[2]
SECRET = "not-to-be-shown"


def poolscope(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        env=child_environ(POOLSCOPE_DATA_DIR=str(folder)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_run_of_an_app_says_what_was_found_and_keeps_no_value(tmp_path: Path) -> None:
    python = str(python_of("old"))
    named = ("--app", "bare:app", "--python", python, "--chdir", str(APPS))
    asked = ("--path", "/slow?s=0.02 x2", "--request", "POST /sized", "--env", f"KEY={SECRET}")
    done = poolscope(tmp_path, "run", *named, *asked, "-n", "6", "--mode", "threads")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("got response [200]") == 6
    assert "bare:app on gunicorn 21.2.0, Python 3" in done.stderr
    assert "this run gthread, 1 worker x 8 threads" in done.stderr
    assert "No SQLAlchemy" in done.stderr
    assert 'worker_class = "gthread"' in done.stderr

    kept = poolscope(tmp_path, "export", "latest", "--format", "jsonl")
    head = json.loads(kept.stdout.splitlines()[0])
    assert head["asks"] == ["GET /slow?s=0.02 x2", "POST /sized"]
    assert head["app"]["module"] == "bare:app"
    everything = [done.stdout, done.stderr, kept.stdout]
    everything += [each.read_bytes().decode("latin-1") for each in tmp_path.rglob("*.db*")]
    assert not any(SECRET in text for text in everything)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--app", "bare.py"), "package.module:object"),
        (("--app", "bare:app", "--sleep", "1"), "does not apply to your own app"),
        (("--app", "bare:app", "--path", "orders"), "a path begins with /"),
        (("--env", "A=b"), "needs --app"),
        (("--app", "bare:app", "--python", "/nowhere"), "no Python interpreter"),
        (("--app", "bare:app", "--mode", "fast"), "one of blocking"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_a_command_line_that_cannot_be_ends_before_anything_starts(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    done = poolscope(tmp_path, "run", *words, "--chdir", str(APPS)) if "--app" in words else (
        poolscope(tmp_path, "run", *words)
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
