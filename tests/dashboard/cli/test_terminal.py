"""What comes from outside does nothing to the terminal that it is printed on."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Environment, child_environ
from dashboard.cli import main as cli
from dashboard.cli.terminal import say, say_text, tell_progress, tell_text
from dashboard.errors import StartError
from dashboard.exports import jsonl
from dashboard.history.store import History
from settings import SettingsError
from target_app.probe.marks import Phase
from tests.dashboard.records import record

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "\x1b[2J\x1b]0;owned\x07\nrm -rf\x9b2J"
SHOWN = "\\u001b[2J\\u001b]0;owned\\u0007\\u000arm -rf\\u009b2J"


@pytest.fixture
def data_dir_with_hostile_run(tmp_path: Path) -> Path:
    """A data directory with one run whose every text is hostile."""
    hostile = replace(
        record(3),
        label=HOSTILE,
        notes=(HOSTILE,),
        marks=tuple(
            mark._replace(message=HOSTILE)
            if mark.phase is not Phase.DONE
            else mark._replace(phase=Phase.FAILED, status=0, failure="reset", message=HOSTILE)
            for mark in record(3).marks
        ),
    )
    history = History(Environment(tmp_path))
    history.add(jsonl.read(jsonl.write(hostile)))
    history.close()
    return tmp_path


@pytest.fixture
def signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def in_terminal(data_dir: Path, *words: str) -> str:
    """What a command writes to a real terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard", *words],
        env=child_environ(POOLSCOPE_DATA_DIR=str(data_dir)),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            written += part
    os.close(ours)
    return written.decode()


@pytest.mark.parametrize(
    "words",
    [("history",), *(("export", "1", "--format", name) for name in ("jsonl", "csv", "har"))],
    ids=" ".join,
)
def test_a_hostile_run_writes_no_escape_to_a_terminal(
    data_dir_with_hostile_run: Path, words: tuple[str, ...]
) -> None:
    written = in_terminal(data_dir_with_hostile_run, *words)
    assert "rm -rf" in written
    assert not set(written) & {"\x1b", "\x07", "\x9b"}
    if words == ("history",):
        assert len(written.splitlines()) == 1
        assert SHOWN in written


def test_into_a_file_the_run_is_written_as_it_is(data_dir_with_hostile_run: Path) -> None:
    piped = subprocess.run(
        [sys.executable, "-m", "dashboard", "export", "1", "--format", "jsonl"],
        env=child_environ(POOLSCOPE_DATA_DIR=str(data_dir_with_hostile_run)),
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    assert jsonl.read(piped).label == HOSTILE


@pytest.mark.parametrize(
    "error",
    [
        StartError(HOSTILE, HOSTILE, HOSTILE),
        SettingsError([("app", HOSTILE)]),
    ],
    ids=["start", "settings"],
)
@pytest.mark.usefixtures("signals")
def test_no_error_writes_an_escape(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "commands", fail)
    with pytest.raises(SystemExit):
        cli.main()
    written = capsys.readouterr().err
    assert "rm -rf" in written
    assert not set(written) & {"\x1b", "\x07", "\x9b"}


@pytest.mark.usefixtures("signals")
def test_neither_does_what_click_says_of_an_argument(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["poolscope", "import", "/nowhere/\x9b2J", "\x9b2J"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "\x9b" not in capsys.readouterr().err


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\nb", "\tc")
    say_text("d\ne\x1b\n")
    tell_text("f\n\ng")
    tell_progress("nobody looks on")
    out, err = capsys.readouterr()
    assert out == "a\\u000ab\n\tc\nd\ne\\u001b\n"
    assert err == "f\n\ng\n"
