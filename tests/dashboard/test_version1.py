"""Runs that 0.1 exported and kept: they import, open and replay as they did there.

``v01/*.jsonl``, ``*.csv`` and ``history.sqlite`` were written by 0.1.0 itself, and ``said.json`` is
what it said of them.
"""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import Environment
from dashboard.exports import FORMATS, jsonl
from dashboard.history.listing import Listing
from dashboard.history.store import History
from dashboard.runs.page_state import page as page_of
from dashboard.runs.record import Record
from target_app.probe.marks import PHASES

V01 = Path(__file__).parent / "v01"
SAID: dict[str, dict[str, Any]] = json.loads((V01 / "said.json").read_text())
NUMBERS = {1: "gevent-green", 2: "app", 3: "url"}


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A copy of the history that 0.1 left behind."""
    shutil.copy(V01 / "history.sqlite", tmp_path)
    kept = History(Environment(tmp_path))
    yield kept
    kept.close()


def imported(name: str) -> Record:
    return jsonl.read((V01 / f"{name}.jsonl").read_bytes())


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def says_the_same(record: Record, said: dict[str, Any]) -> None:
    """The page's summary is that of 0.1, but for the words of cause, cure and diagnosis.

    0.1 had several medians; that of a path was the mean of the two in the middle.
    """
    page = json.loads(json.dumps(page_of(record)))
    summary, state = page["summary"], page["state"]
    for name in ("total_seconds", "batches", "picture"):
        assert summary[name] == said[name], name
    assert {name: summary["counts"][name] for name in said["counts"]} == said["counts"]
    for row, before in zip(summary["paths"], said["paths"], strict=True):
        assert row | {"median": before["median"]} == before
    failures = {each["word"]: [each["count"], each["example"]] for each in summary["failures"]}
    assert failures == said["failures"]
    assert record.limit == said["limit"]
    for name in ("label", "notes", "versions"):
        assert state[name] == said[name], name
    assert [PHASES[code].value for code in page["frame"]["phase"]].count("done") == summary["done"]


@pytest.mark.parametrize("name", SAID)
def test_an_export_of_0_1_is_imported_and_opened_as_it_was(name: str) -> None:
    says_the_same(imported(name), SAID[name])


@pytest.mark.parametrize("name", SAID)
def test_its_rows_are_those_that_0_1_wrote(name: str) -> None:
    before = rows_of((V01 / f"{name}.csv").read_text())
    now = rows_of(FORMATS["csv"].write(imported(name)).decode())
    for old, new in zip(before, now, strict=True):
        if old["outcome"] == "failed":  # whose status 0.1 did not tell
            assert (old.pop("status"), new.pop("status")) == ("", "500")
        assert {column: new[column] for column in old} == old


@pytest.mark.parametrize("name", SAID)
def test_written_again_it_is_of_this_version_and_the_same_run(name: str) -> None:
    record = imported(name)
    again = jsonl.write(record)
    assert json.loads(again.splitlines()[0])["poolscope"] == 2
    assert jsonl.read(again) == record


@pytest.mark.parametrize(("number", "name"), NUMBERS.items(), ids=NUMBERS.values())
def test_a_run_that_0_1_kept_is_opened_as_the_one_that_it_exported(
    history: History, number: int, name: str
) -> None:
    kept = history.get(number)
    assert kept is not None
    says_the_same(kept, SAID[name])
    assert [mark[1:] for mark in kept.marks] == [mark[1:] for mark in imported(name).marks]
    assert kept.samples == imported(name).samples


def test_a_history_of_0_1_goes_on(history: History) -> None:
    listed, total = history.list(Listing(sort="number"))
    assert total == 4
    assert [row["sentence"] for row in listed[:3]] == [said["sentence"] for said in SAID.values()]
    failed = history.get(4)
    assert failed is not None
    assert failed.error is not None
    assert "does not speak TLS" in failed.sentence
    number = history.add(imported("app"))
    assert number == 5
    added = history.get(number)
    assert added is not None
    says_the_same(added, SAID["app"])
