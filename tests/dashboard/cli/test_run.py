"""``poolscope run`` as a gate and by a running dashboard; history, export and import."""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
import requests

from config import child_environ
from dashboard.cli.main import main
from dashboard.runtime import Runtime

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[3]
QUICK = ("-n", "6", "--sleep", "0.1", "--pool-size", "3", "--max-overflow", "0")


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: bytes
    err: str


Poolscope = Callable[..., Said]


@pytest.fixture(scope="module")
def own() -> Iterator[Path]:
    """A data directory for the commands of this file."""
    with tempfile.TemporaryDirectory(prefix="ps-") as folder:
        Path(folder).chmod(0o755)  # root's Postgres runs as another user
        yield Path(folder) / "d"


@pytest.fixture
def poolscope(own: Path) -> Poolscope:
    """Runs the command to its end."""

    def called(*words: str, given: bytes = b"", data_dir: Path = own) -> Said:
        ended = subprocess.run(
            [sys.executable, "-m", "dashboard", *words],
            env=child_environ(POOLSCOPE_DATA_DIR=str(data_dir)),
            cwd=ROOT,
            capture_output=True,
            input=given,
            timeout=60,
            check=False,
        )
        error = ended.stderr.decode()
        assert "Traceback" not in error, error
        return Said(ended.returncode, ended.stdout, error)

    return called


@pytest.mark.live
def test_a_gate_tells_every_assertion_and_exits_with_four(
    poolscope: Poolscope, tmp_path: Path
) -> None:
    report = tmp_path / "gate.xml"
    words = [
        word for text in ("failed==0", "batches<=1", "limit!=none") for word in ("--assert", text)
    ]
    said = poolscope("run", *QUICK, "--json", "--label", "gated", *words, "--junit", str(report))
    assert said.code == 4
    assert re.findall(r"^(ok|FAIL) +(\S+) \(measured (\S+)\)$", said.err, re.MULTILINE) == [
        ("ok", "failed==0", "0"),
        ("FAIL", "batches<=1", "2"),
        ("ok", "limit!=none", "pool-capacity"),
    ]
    told = json.loads(said.out)
    assert [(each["name"], each["holds"]) for each in told["assertions"]] == [
        ("failed", True),
        ("batches", False),
        ("limit", True),
    ]
    assert told["label"] == "gated"
    suite = ET.parse(report).getroot()  # noqa: S314  our own file
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")

    listed = json.loads(poolscope("history", "--json", "--search", "gated").out)
    assert [run["number"] for run in listed] == [told["number"]]
    passed = poolscope("run", *QUICK, "--no-keep", "--assert", "failed==0")
    assert passed.code == 0
    assert "Saved as" not in passed.err
    assert len(json.loads(poolscope("history", "--json").out)) == len(listed)


@pytest.mark.live
def test_the_failures_of_a_run_are_judged_by_assertions_about_them(poolscope: Poolscope) -> None:
    words = "-n 4 --sleep 1 --pool-size 2 --max-overflow 0 --pool-timeout 0.2 --no-keep"
    failing = words.split()
    assert poolscope("run", *failing, "--assert", "total<30").code == 1
    assert poolscope("run", *failing, "--assert", "failed<=2").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run --assert failed", "write NAME OPERATOR VALUE"),
        ("run --assert x==1 --assert limit<3", "words can only be compared with == or !="),
        ("run --junit /nowhere/at/all.xml", "/nowhere/at/all.xml is not writable"),
        ("--server nonsense run", "write the server as http://127.0.0.1:PORT"),
        ("--server http://127.0.0.1:1 history", "--server only works with run"),
        ("run --url nonsense", "is no URL"),
        ("run --url http://127.0.0.1:9/ --path /a", "drop --path and --request"),
        ("serve --url http://127.0.0.1:9/ --app shop:app", "drop --app and --server"),
        ("--server http://127.0.0.1:1 run --url http://127.0.0.1:9/", "drop --app and --server"),
        ("--server http://127.0.0.1:1 run --path /a", "drop --path"),
        ("serve --path /a", "need --app or --url"),
        ("run --path orders", "begins with /"),
        ("run --url http://127.0.0.1:9/ --endpoint python", "drop --endpoint"),
        ("export seven --format csv", "RUN must be a number such as 7, or latest"),
        ("export latest --format docx", "'docx' is not one of 'jsonl', 'csv'"),
        ("import /nowhere/nothing.jsonl", "/nowhere/nothing.jsonl"),
        ("history --sort colour", "'colour' is not one of"),
    ],
)
def test_bad_arguments_are_refused_before_anything_starts(
    words: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POOLSCOPE_DATA_DIR", str(tmp_path / "never"))
    monkeypatch.setattr(sys, "argv", ["poolscope", *words.split()])
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        main()
    signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert not (tmp_path / "never").exists()


@pytest.mark.live
def test_a_run_that_cannot_start_is_an_error_in_the_report(
    poolscope: Poolscope, tmp_path: Path
) -> None:
    report = tmp_path / "gate.xml"
    said = poolscope("--server", "http://127.0.0.1:1", "run", "-n", "1", "--junit", str(report))
    assert said.code == 3
    assert "No dashboard answers at http://127.0.0.1:1" in said.err
    assert ET.parse(report).getroot().get("errors") == "1"  # noqa: S314


@pytest.mark.live
def test_a_kept_run_is_exported_and_brought_in_elsewhere(
    poolscope: Poolscope, tmp_path: Path
) -> None:
    nothing = poolscope("export", "latest", "--format", "csv", data_dir=tmp_path / "x")
    assert nothing.code == 2
    assert "no run latest" in nothing.err
    assert poolscope("run", *QUICK, "--label", "sent").code == 0
    for name in ("jsonl", "png", "html"):
        path = tmp_path / f"run.{name}"
        assert poolscope("export", "latest", "--format", name, "-o", str(path)).code == 0
        assert path.stat().st_size > 500
    data = (tmp_path / "run.jsonl").read_bytes()
    assert poolscope("export", "latest", "--format", "jsonl").out == data

    there = tmp_path / "x"
    assert poolscope("import", str(tmp_path / "run.jsonl"), data_dir=there).out == b"#1\n"
    assert poolscope("import", "-", given=data, data_dir=there).out == b"#2\n"
    assert poolscope("export", "#1", "--format", "jsonl", data_dir=there).out == data
    refused = poolscope("import", "-", given=data[:-10], data_dir=there)
    assert refused.code == 2
    assert "- cannot be imported: line" in refused.err
    (_, line) = poolscope("history", data_dir=there).out.decode().splitlines()
    assert line.startswith("   #1  ")
    assert "6 requests  pool 3+0" in line
    assert line.endswith("pool-capacity  sent")


@pytest.mark.live
def test_a_running_dashboard_does_the_run(
    poolscope: Poolscope, dashboard_url: str, runtime: Runtime
) -> None:
    assert runtime.history is not None
    said = poolscope(
        *("--server", dashboard_url, "run", *QUICK, "--json", "--label", "from afar"),
        *("--assert", "batches==2"),
    )
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert (told["done"], told["label"]) == (6, "from afar")
    newest = requests.get(f"{dashboard_url}/api/runs", timeout=10).json()[0]
    assert (newest["label"], newest["history_id"]) == ("from afar", told["number"])
    text = poolscope("--server", dashboard_url, "run", "-n", "2", "--sleep", "0", "--no-keep")
    assert text.out.decode().startswith("Sending 2 requests for http://127.0.0.1:")
    assert "Saved as" not in text.err
    bad = poolscope("--server", dashboard_url, "run", "--pool-size", "0")
    assert bad.code == 2
