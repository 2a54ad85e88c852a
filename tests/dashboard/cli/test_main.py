"""The command line as a person calls it: what it prints, where, and its exit code."""

import json
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from config import LOOPBACK, child_environ
from dashboard.cli.main import main
from dashboard.marks.wire import decode
from tests.dashboard.cli.test_example_client import has_the_examples_form
from tests.dashboard.conftest import Server, marked

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[3]


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Here = Callable[..., Said]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A data directory that is not there yet, and a variable that our processes are known by."""
    return {"POOLSCOPE_DATA_DIR": f"{tmp_path}/data", "POOLSCOPE_TEST": uuid.uuid4().hex}


def poolscope(environ: dict[str, str], *words: str) -> Said:
    """Run the command to its end; nothing of it may be left."""
    ended = subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        env=child_environ(**environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert marked(environ) == []
    assert "Traceback" not in ended.stderr, ended.stderr
    return Said(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def here(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Here]:
    """Runs the command in this process, which is quicker; nothing of it may be left either."""
    before = signal.getsignal(signal.SIGTERM)
    for name, text in environ.items():
        monkeypatch.setenv(name, text)

    def called(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["poolscope", *words])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        assert isinstance(code, int)
        assert marked(environ) == []
        return Said(code, *capsys.readouterr())

    yield called
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def closed_url() -> Iterator[str]:
    """An address of this machine where nothing listens."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        yield f"http://{LOOPBACK}:{taken.getsockname()[1]}"


REQUESTS = "requests must be a whole number from 1 to 10000, not "


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run -n 0", f"{REQUESTS}'0'"),
        ("serve --port 0", "1<=x<=65535"),
        ("burst http://[::1", "write the URL as http://127.0.0.1:PORT/PATH"),
        ("client 0", f"{REQUESTS}'0'"),
    ],
)
def test_bad_arguments_are_told_and_start_nothing(
    environ: dict[str, str], words: str, message: str
) -> None:
    said = poolscope(environ, *words.split())
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert not Path(environ["POOLSCOPE_DATA_DIR"]).exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run -n -1", f"{REQUESTS}'-1'"),
        ("run -n 10001", f"{REQUESTS}'10001'"),
        ("run -n abc --mode fast --endpoint oracle", "mode must be one of blocking, gevent,"),
        ("run --marks /nowhere/marks", "/nowhere/marks is not writable"),
        ("run --pool-size -1", "pool_size must be a whole number from 0 to 1000, not '-1'"),
        ("run --mode threads --driver psycopg2-green", "use driver psycopg2, or worker class"),
        ("run --colour red", "No such option"),
        ("burst", "Missing argument 'URL'"),
        ("burst http://127.0.0.1:1/ -n 0", f"{REQUESTS}'0'"),
        ("burst http://127.0.0.1:1/ --deadline soon", "deadline_seconds must be a number from"),
        ("burst http://127.0.0.1:1/ --connect lukewarm", "'lukewarm' is not one of"),
        ("burst https://127.0.0.1:1/", "write the URL as http://127.0.0.1:PORT/PATH"),
        ("burst http://127.0.0.1:99999/", "write the URL as http://127.0.0.1:PORT/PATH"),
        ("burst http://example.com/", "only this machine"),
        ("client --base-url nonsense", "nonsense"),
        ("dance", "No such command 'dance'"),
    ],
)
def test_many_more_are_told_without_a_process_of_their_own(
    here: Here, environ: dict[str, str], words: str, message: str
) -> None:
    said = here(*words.split())
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert not Path(environ["POOLSCOPE_DATA_DIR"]).exists()


def test_help_tells_every_option_of_a_run_with_its_range(here: Here) -> None:
    said = here("run", "-h")
    assert said.code == 0
    options = (
        "-n mode endpoint sleep workers threads pool-class pool-size max-overflow pool-timeout"
    )
    for word in [*options.split(), "json", "marks"]:
        assert f"--{word}" in said.out or f" {word}," in said.out
    assert "from 1 to 10000" in " ".join(said.out.split())


def test_a_burst_in_json_has_the_promised_keys(
    environ: dict[str, str], server: Server, tmp_path: Path
) -> None:
    marks = tmp_path / "marks.jsonl"
    url = server.url("/ok?a=1").replace(LOOPBACK, "localhost")
    said = poolscope(environ, "burst", url, "-n", "20", "--json", "--marks", str(marks))
    assert (said.code, said.err) == (0, "")
    facts = json.loads(said.out)
    assert (facts["requests"], facts["done"], facts["failed"]) == (20, 20, 0)
    assert 0 < facts["total_seconds"] < 10
    assert 0 <= facts["release_spread_seconds"] < 10
    assert set(facts["latency_seconds"]) == {"min", "median", "p95", "max"}
    assert {path for path, _ in server.asked} == {"/ok?a=1"}
    log = [decode(line) for line in marks.read_bytes().splitlines()]
    assert {mark.seq for mark in log if mark.phase == "done"} == set(range(1, 21))


def test_a_cold_burst_that_fails_says_why_and_exits_with_one(here: Here, server: Server) -> None:
    url = server.url("/error-json")
    said = here("burst", url, "-n", "3", "--connect", "cold")
    assert said.code == 1
    assert said.out.startswith(f"3 requests for {url}: 0 done, 3 failed,")
    assert "3 failed (pool-timeout): no connection was returned to the pool" in said.out


def test_a_path_beyond_ascii_is_sent_as_browsers_send_it(here: Here, server: Server) -> None:
    said = here("burst", server.url("/ok?q=\u2192 x%20"), "-n", "1", "--json")
    assert said.code == 0
    assert [path for path, _ in server.asked] == ["/ok?q=%E2%86%92%20x%20"]


def test_a_burst_where_nothing_listens_fails_with_the_cure(here: Here, closed_url: str) -> None:
    said = here("burst", closed_url, "-n", "2")
    assert said.code == 1
    assert "2 failed (connect-refused): nothing was listening at the address" in said.out


def test_the_client_prints_what_the_examples_client_prints(
    environ: dict[str, str], server: Server
) -> None:
    said = poolscope(environ, "client", "3", "--base-url", server.url())
    assert (said.code, said.err) == (0, "")
    assert has_the_examples_form(said.out.splitlines(), server.url()), said.out


def test_a_client_without_a_server_exits_with_three_and_the_cure(
    here: Here, closed_url: str
) -> None:
    said = here("client", "--base-url", closed_url)
    assert said.code == 3
    assert f"Nothing answers at {closed_url}" in said.err
    assert "gunicorn target_app.wsgi:app" in said.err


def test_serving_on_a_taken_port_exits_with_three_and_starts_nothing(
    here: Here, environ: dict[str, str], server: Server
) -> None:
    port = str(server.server_port)
    said = here("serve", "--no-browser", "--port", port)
    assert said.code == 3
    assert f"Port {port} is in use by another program" in said.err
    assert not Path(environ["POOLSCOPE_DATA_DIR"]).exists()
