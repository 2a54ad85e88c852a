"""What a browser, another user or a full disk can do to a dashboard that runs."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from config import child_environ
from dashboard.runtime import Runtime
from settings import FIELDS
from tests.live.conftest import Launch
from tests.served import Served, as_root, public, serving

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-of-sufficient-length"
SHORT = {"requests": 5, "sleep_seconds": 0.1}


@pytest.fixture(scope="module")
def served(data_dir: Path) -> Iterator[Served]:
    """A dashboard with a token, whose every word is kept."""
    with serving(public(data_dir / "t"), "--token", TOKEN) as one:
        yield one


BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},  # DNS rebinding
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_no_foreign_page_posts_or_follows(served: Served, headers: dict[str, str]) -> None:
    answer = served.post("/api/runs", {}, headers={**BEARER, **headers})
    assert answer.status_code == 403
    address = served.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    origin = headers.get("Origin")
    more = {name: text for name, text in {**BEARER, **headers}.items() if name != "Origin"}
    host = more.pop("Host", None)
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(
            address,
            timeout=10,
            header=more,
            host=host,
            origin=origin,
            suppress_origin=origin is None,
        )
    assert served.get("/api/runs", headers=BEARER).json() == []


def test_what_a_plain_form_can_send_is_refused(served: Served) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = requests.post(
            f"{served.url}/api/runs",
            data="{}",
            headers={**BEARER, "Content-Type": kind},
            timeout=10,
        )
        assert answer.status_code == 415


def test_the_token_is_in_nothing_that_the_dashboard_writes(data_dir: Path) -> None:
    with serving(public(data_dir / "t"), "--token", TOKEN) as one:
        assert one.get(f"/?token={TOKEN}").status_code == 200
        assert one.get(f"/nothing?token={TOKEN}x").status_code == 401
        one.process.terminate()
        assert one.process.wait(15) == 0
        assert one.process.stdout is not None
        assert TOKEN not in one.line + one.process.stdout.read()


LIMITS = [
    *(
        {name: field.maximum + 1}
        for name, field in FIELDS.items()
        if field.kind in {"integer", "number"}
    ),
    *({name: 10**9} for name in ("requests", "workers", "threads", "sleep_seconds")),
]
ELSEWHERE: list[dict[str, Any]] = [
    *({name: "http://192.0.2.1/"} for name in ("url", "host", "target", "base_url", "address")),
    {"port": 22},
    {"path": "/etc/passwd"},
    {"endpoint": "http://192.0.2.1/"},
    {"endpoint": "../../etc/passwd"},
    {"endpoint": "url"},  # there is none without --url
    {"endpoint": "app"},
    {"asks": ["/"]},
    {"mode": "gevent; touch /tmp/owned"},
    {"worker_class": "os.system"},
    {"driver": "sqlite"},
    {"pool_class": "__import__"},
    {"headers": {"Host": "192.0.2.1"}},
]


@pytest.mark.parametrize("body", [*LIMITS, *ELSEWHERE], ids=lambda body: str(body)[:50])
def test_a_browser_names_no_other_target_program_or_file_and_raises_no_limit(
    served: Served, body: dict[str, Any]
) -> None:
    assert served.post("/api/runs", body, headers=BEARER).status_code == 422
    assert served.get("/api/runs", headers=BEARER).json() == []


@pytest.mark.parametrize(
    "path", ["/static/../config.py", "/static/%2e%2e/config.py", "//etc/passwd"]
)
def test_a_browser_reads_no_file_of_ours(served: Served, path: str) -> None:
    session = requests.Session()
    request = requests.Request("GET", served.url, headers=BEARER).prepare()
    request.url = served.url + path  # as it stands: requests would tidy it up
    answer = session.send(request, timeout=10)
    session.close()
    assert answer.status_code in {400, 404}
    assert "SettingsError" not in answer.text
    assert "root:" not in answer.text


def test_the_databases_are_for_their_user_alone(runtime: Runtime, launch: Launch) -> None:
    launch(**SHORT)
    launch(endpoint="mysql", **SHORT)
    home = runtime.instance.path
    for name in ("postgres", "mysql"):
        assert (home / name).stat().st_mode & 0o777 == 0o700
    listening = subprocess.run(["ss", "-ltnp"], capture_output=True, text=True, check=False).stdout
    for pid in runtime.databases.pids().values():
        assert f"pid={pid}," not in listening
    if as_root():
        code = (
            "import socket, sys\n"
            "for path in sys.argv[1:]:\n"
            "    try: socket.socket(socket.AF_UNIX).connect(path)\n"
            "    except PermissionError: print('kept out')"
        )
        paths = [home / "postgres" / ".s.PGSQL.5432", home / "mysql" / "mysql.sock"]
        command = ["/usr/bin/env", "python3", "-c", code, *map(str, paths)]
        stranger = subprocess.run(
            command, user="nobody", extra_groups=[], capture_output=True, text=True, check=False
        )
        assert stranger.stdout.splitlines() == ["kept out"] * 2, stranger.stderr


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small disk of its own at ``folder``."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(not as_root(), reason="only root may mount a small disk")
@pytest.mark.parametrize("options", [["ro"], ["size=4m", "mode=755"]], ids=["read-only", "full"])
def test_a_run_works_where_nothing_can_be_kept_and_says_so(
    tmp_path: Path, options: list[str]
) -> None:
    try:
        disk = mounted(tmp_path / "disk", *options)
        stack = contextlib.ExitStack()
        data = stack.enter_context(disk)
    except subprocess.CalledProcessError:
        pytest.skip("this machine does not let us mount")
    with stack:
        if options != ["ro"]:
            with contextlib.suppress(OSError), (data / "ballast").open("wb") as ballast:
                while True:
                    ballast.write(b"x" * 65536)
                    ballast.flush()
        with serving(data) as served:
            record = served.finish(**SHORT)
            assert record["summary"]["done"] == 5
            assert any("saved" in note for note in record["state"]["notes"]), record["state"]


def test_every_row_of_the_threat_table_names_a_test_that_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) >= 15
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(), name


def test_the_command_line_carries_the_token_and_tells_nobody(served: Served) -> None:
    command = [sys.executable, "-m", "dashboard", "--server", served.url, "run"]
    settings = ["-n", "2", "--sleep", "0", "--endpoint", "python", "--no-keep"]
    for token, code in ((TOKEN, 0), ("another-token-of-some-length", 3)):
        said = subprocess.run(
            [*command, *settings],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=child_environ(POOLSCOPE_SERVER_TOKEN=token),
            timeout=60,
            check=False,
        )
        assert said.returncode == code, said.stderr
        assert token not in said.stdout + said.stderr
