"""The target as in the original example, started by hand, and the commands that go with it."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dashboard.marks.wire import decode
from dashboard.runtime import Runtime

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def gunicorn(runtime: Runtime, *words: str, **extra: str) -> Iterator[str]:
    """gunicorn with the original example's command line, and where it listens."""
    runtime.databases.create_data(lambda _: None)
    urls = runtime.databases.urls()
    environ = {**os.environ, "POSTGRES_URL": urls.postgres, "MYSQL_URL": urls.mysql, **extra}
    argv = [sys.executable, "-m", "gunicorn", "target_app.wsgi:app", "--bind=127.0.0.1:0"]
    with subprocess.Popen(
        [*argv, "--no-control-socket", *words],
        cwd=ROOT,
        env={**environ, "SLEEP_SECONDS": "0.3"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        found = next(filter(None, (re.search(r"http://[\d.:]+", s) for s in process.stderr)))
        try:
            yield found[0]
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.mark.parametrize(
    ("words", "extra", "python_together", "postgres_together"),
    [
        ([], {}, False, False),
        (["-k", "gevent"], {}, True, False),
        (["-k", "gevent"], {"PSYCOGREEN": "true"}, True, True),
    ],
    ids=["blocking", "gevent", "gevent-green"],
)
def test_the_three_situations_by_hand(
    runtime: Runtime,
    words: list[str],
    extra: dict[str, str],
    python_together: bool,
    postgres_together: bool,
) -> None:
    with gunicorn(runtime, *words, **extra) as url:
        said = subprocess.run(
            [sys.executable, "-m", "dashboard", "client", "--base-url", url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    totals = [float(text) for text in re.findall(r"\t= +([\d.]+)s TOTAL", said)]
    assert len(totals) == 2
    assert said.count("got response [200]") == 10
    assert (totals[0] < 1.2) is python_together
    assert (totals[1] < 1.2) is postgres_together


def test_both_seeds_endpoints_answer_with_fifty_todos(runtime: Runtime) -> None:
    with gunicorn(runtime) as url:
        for endpoint in ("python", "postgres", "mysql"):
            answer = requests.get(f"{url}/sleep/{endpoint}/?seconds=0", timeout=20)
            todos = answer.json()
            assert len(todos) == 50
            assert set(todos[0]) == {"id", "title", "done", "priority"}
            assert "Server-Timing" not in answer.headers
        for method in (
            requests.get,
            requests.post,
        ):  # idempotent, and both methods as in the original example
            answer = method(f"{url}/create_data/", timeout=20)
            assert answer.json() == {"added": {"postgres": 0, "mysql": 0}}
        assert requests.get(f"{url}/sleep/python/?seconds=-1", timeout=20).status_code == 400


def poolscope(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line with a data directory of the tests."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        cwd=ROOT,
        env={**os.environ, "POOLSCOPE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_run_on_the_command_line(data_dir: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks.jsonl"
    settings = ["-n", "40", "--pool-size", "15", "--max-overflow", "0", "--sleep", "0.5"]
    done = poolscope(data_dir, "run", *settings, "--json", "--marks", str(marks))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [batch["count"] for batch in said["batches"]] == [15, 15, 10]
    assert [batch["count"] for batch in said["forecast"]["batches"]] == [15, 15, 10]
    assert (said["requests"], said["done"], said["failed"]) == (40, 40, 0)
    assert said["diagnosis"]["limit"] == "pool-capacity"
    assert said["diagnosis"]["suggestions"][0]["settings"]["pool_size"] == 40
    log = [decode(line) for line in marks.read_bytes().splitlines()]
    assert {mark.seq for mark in log} == set(range(1, 41))
    assert {"queued", "waiting", "executing", "done"} <= {mark.phase.value for mark in log}


def test_a_run_that_fails_in_part_exits_with_one(data_dir: Path) -> None:
    done = poolscope(data_dir, "run", "-n", "3", "--mode", "blocking", "--deadline", "0.8")
    assert done.returncode == 1
    assert done.stdout.count("got response [deadline]") == 3
    assert "deadline_seconds" in done.stderr


def test_create_data_says_what_it_did_and_does_it_once(data_dir: Path) -> None:
    first = poolscope(data_dir, "create-data")
    second = poolscope(data_dir, "create-data")
    assert first.returncode == second.returncode == 0
    assert "postgres: has its todos already" in second.stdout


def test_a_database_that_is_not_there_is_told_with_its_cure(data_dir: Path) -> None:
    environ = {
        **os.environ,
        "POOLSCOPE_DATA_DIR": str(data_dir),
        "POSTGRES_URL": "postgresql://nobody:secret@127.0.0.1:1/none",
    }
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "run", "-n", "1"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "refused" in done.stderr
    assert "secret" not in done.stderr


# On a machine that has one, where the system keeps it.
WITHOUT_A_SERVER = """
from dashboard.cli.main import main
from dashboard.databases import mariadb
mariadb.SYSTEM_FOLDERS = ()
main()
"""


def test_without_a_mysql_server_the_rest_works_and_the_cure_is_told(data_dir: Path) -> None:
    environ = {**os.environ, "POOLSCOPE_DATA_DIR": str(data_dir), "PATH": "/nonexistent"}
    command = [sys.executable, "-c", WITHOUT_A_SERVER, "run", "-n", "2", "--sleep", "0.1"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )

    refused = run("--endpoint", "mysql")
    assert refused.returncode == 3
    assert "apt install mariadb-server" in refused.stderr
    assert run().returncode == 0
