"""A history file that is gone, damaged or of another version: named, with a way out."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import Environment
from dashboard.cli.main import main
from dashboard.history.listing import Listing
from dashboard.history.store import History, HistoryError
from tests.dashboard.records import record

ALL = Listing()


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "data")


@pytest.fixture
def file(environment: Environment) -> Path:
    return environment.data_dir / "history.sqlite"


@pytest.fixture
def history(environment: Environment) -> Iterator[History]:
    """A history with one run in it."""
    kept = History(environment)
    kept.add(record(2))
    yield kept
    kept.close()


def test_a_data_directory_that_is_deleted_costs_its_runs_and_nothing_else(
    history: History, environment: Environment
) -> None:
    number = history.begin(record(2).settings)
    shutil.rmtree(environment.data_dir)
    with pytest.raises(HistoryError):
        history.finish(number, record(2))  # its row is gone
    assert history.list(ALL) == ([], 0)
    assert history.add(record(3)) == 1


def test_a_file_that_is_replaced_is_read_from_then_on(
    history: History, file: Path, tmp_path: Path
) -> None:
    other = History(Environment(tmp_path / "other"))
    for _ in range(3):
        other.add(record(2))
    other.close()
    for each in file.parent.glob("history.sqlite*"):
        each.unlink()
    (tmp_path / "other" / "history.sqlite").rename(file)
    assert history.list(ALL)[1] == 3


def spoil_head(file: Path) -> None:
    file.write_bytes(b"not a database, and not a short text either\n" * 100)


def spoil_middle(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)


def spoil_tables(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE history_run")
    connection.close()


def make_newer(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE history_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize("spoil", [spoil_head, spoil_middle, spoil_tables, make_newer])
def test_a_file_that_cannot_be_used_is_named_and_moved_aside_on_request(
    history: History,
    file: Path,
    spoil: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    history.close()
    for rest in file.parent.glob("history.sqlite-*"):
        rest.unlink()
    spoil(file)
    damaged = file.read_bytes()
    with pytest.raises(HistoryError) as caught:
        history.list(ALL)
    assert str(file) in caught.value.cause
    assert "poolscope history --move-aside" in caught.value.cure
    assert ("newer" in caught.value.cause) == (spoil is make_newer)

    monkeypatch.setenv("POOLSCOPE_DATA_DIR", str(file.parent))
    monkeypatch.setattr(sys, "argv", ["poolscope", "history", "--move-aside"])
    main()
    said = capsys.readouterr().out
    (aside,) = file.parent.glob("history.sqlite.aside-*[0-9]")
    assert str(aside) in said
    assert aside.read_bytes() == damaged
    assert history.add(record(2)) == 1


def test_where_there_is_nothing_to_move_it_says_so(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.data_dir.mkdir()
    monkeypatch.setenv("POOLSCOPE_DATA_DIR", str(environment.data_dir))
    monkeypatch.setattr(sys, "argv", ["poolscope", "history", "--move-aside"])
    with pytest.raises(SystemExit):
        main()
    assert "there is no history file" in capsys.readouterr().err


def test_no_password_of_a_server_is_told(tmp_path: Path) -> None:
    url = "postgresql+psycopg2://ann:secret@127.0.0.1:9/runs"
    with pytest.raises(HistoryError) as caught:
        History(Environment(tmp_path, history_url=url)).list(ALL)
    assert "HISTORY_URL" in caught.value.cause
    assert "secret" not in f"{caught.value.cause} {caught.value.cure}"
