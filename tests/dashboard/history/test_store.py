"""The store of runs: on SQLite, on a real Postgres and a real MariaDB, and after a kill -9."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, inspect, text, update

from config import LOOPBACK, Environment, child_environ
from dashboard.history.listing import Listing
from dashboard.history.owner import is_gone, owner_name
from dashboard.history.packing import pack_marks, unpack_marks
from dashboard.history.rows import FACTS, columns_of, marks_of
from dashboard.history.store import History, HistoryError
from dashboard.history.tables import Base, StoredRun, db
from dashboard.marks.samples import Sample
from dashboard.runs.record import Record
from dashboard.runs.waterfall import tiny_waterfall
from dashboard.runtime import Runtime
from settings import Settings, read_settings
from target_app.probe.marks import PHASES, TEXTS, WITH_CONNECTION, Mark, Phase
from tests.dashboard.conftest import eventually
from tests.dashboard.records import record

MEGABYTE = 1_000_000


SERVERS = [pytest.param(kind, marks=pytest.mark.servers) for kind in ("postgres", "mysql")]


@pytest.fixture(params=["sqlite", *SERVERS])
def history(request: pytest.FixtureRequest, tmp_path: Path, keep: int) -> Iterator[History]:
    """An empty history, in each kind of database."""
    url = "" if request.param == "sqlite" else _server_url(request)
    kept = History(Environment(tmp_path / "data", history_url=url, history_keep=keep))
    yield kept
    kept.close()


def _server_url(request: pytest.FixtureRequest) -> str:
    runtime: Runtime = request.getfixturevalue("runtime")
    kind = request.param
    if kind == "mysql" and runtime.databases.missing("mysql"):
        pytest.skip(runtime.databases.missing("mysql"))
    urls = runtime.databases.ensure(read_settings({"endpoint": kind}), lambda _: None)
    url: str = getattr(urls, kind)
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in ("history_marks", "history_run", "history_version"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
    return url


@pytest.fixture
def keep() -> int:
    """How many runs are kept."""
    return 1000


@pytest.fixture
def one(tmp_path: Path, keep: int) -> Iterator[History]:
    """An empty history in a file."""
    kept = History(Environment(tmp_path / "data", history_keep=keep))
    yield kept
    kept.close()


MARK = st.builds(
    Mark,
    st.just("r"),
    st.integers(1, 10_000),
    st.sampled_from(PHASES),
    st.integers(0, 10**10).map(lambda micros: micros / 1_000_000),
    st.integers(0, 2**22),
    st.integers(0, 2**48),
    st.integers(0, 2**20),
    st.integers(0, 999),
    *[st.text(max_size=20)] * len(TEXTS),
)


@given(st.lists(MARK, max_size=30))
def test_packed_marks_come_out_as_they_went_in(log: list[Mark]) -> None:
    assert unpack_marks(pack_marks(log), "r") == log


@pytest.mark.parametrize("cut", [0, 2, 10, -1])
def test_damaged_marks_are_refused(cut: int) -> None:
    packed = pack_marks(record(3).marks)
    with pytest.raises(ValueError, match="marks"):
        unpack_marks(packed[:cut] + (b"" if cut else b"PM9"), "r")


def test_ten_thousand_requests_take_less_than_a_megabyte(one: History) -> None:
    log = []
    for seq in range(1, 10_001):
        jitter = (seq * 7919 % 10_007) / 1e6
        base = 0.1 + seq // 15 * 0.05 + jitter
        for step, phase in enumerate(PHASES[:8]):
            ours = phase in {Phase.QUEUED, Phase.DONE}
            connection = seq % 15 + 1 if phase in WITH_CONNECTION else 0
            at = round(base + step * (0.004 + jitter), 6)
            who = (0, 0) if ours else (4711, seq)
            log.append(Mark("r", seq, phase, at, *who, connection, status=200 if ours else 0))
    log.sort(key=lambda mark: (mark.at, mark.seq))
    samples = tuple(
        Sample(at / 20, "pool", 4711, {"out": float(at % 15), "idle": 0.0, "overflow": 1.0})
        for at in range(800)
    )
    given = Record(Settings(requests=10_000), "done", tuple(log), samples)
    row = marks_of(1, given)
    assert len(row.marks) + len(row.gauges) + len(row.facts) < MEGABYTE
    number = one.add(given)
    found = one.get(number)
    assert found is not None
    assert [mark[1:] for mark in found.marks] == [mark[1:] for mark in log]


@pytest.mark.live
def test_a_run_comes_back_as_it_was(history: History) -> None:
    given = record(label="before", error={"cause": "c", "cure": "d", "stderr": "<b>"})
    number = history.add(given)
    found = history.get(number)
    assert found is not None
    assert (found.number, found.label, found.pinned) == (number, "before", False)
    assert [mark[1:] for mark in found.marks] == [mark[1:] for mark in given.marks]
    for name in ("settings", "status", "samples", "started_at", *FACTS):
        assert getattr(found, name) == getattr(given, name), name
    assert found.as_json() == given.as_json()
    (entry,), total = history.list(Listing())
    assert total == 1
    assert (entry["batches"], entry["done"], entry["pool"]) == (3, 40, 15)
    assert entry["started_at"] == "2026-11-18T11:06:40.250Z"
    assert entry["sentence"].startswith("40 requests in 3 batches of 15, the last of 10; all done")
    assert entry["limit"] == given.limit
    assert 20 <= len(entry["waterfall"]) <= 24


@pytest.mark.live
def test_runs_are_searched_and_sorted_page_by_page(history: History) -> None:
    a = history.add(record(10, label="100% Sure"))
    b = history.add(record(30, label="plain"))
    unlimited = Settings(requests=5, pool_class="NullPool", mode="threads", endpoint="python")
    c = history.add(record(5, settings=unlimited))

    def numbers(**asked: Any) -> list[int]:
        return [entry["number"] for entry in history.list(Listing(**asked))[0]]

    assert numbers() == [c, b, a]
    assert numbers(sort="number") == [a, b, c]
    assert numbers(sort="requests") == [c, a, b]
    assert numbers(sort="-total") == [b, c, a]
    assert numbers(sort="pool")[-1] == c
    assert numbers(sort="-pool")[0] == c
    assert numbers(sort="batches")[-1] == b
    assert numbers(sort="mode")[-1] == c
    assert numbers(search="sure") == [a]
    assert numbers(search="0%") == [a]
    assert numbers(search="Gevent-Green done") == [b, a]
    assert numbers(search=f"#{b}") == [b]
    assert numbers(search="nothing") == []
    assert numbers(size=2) == [c, b]
    assert numbers(size=2, page=2) == [a]
    assert history.list(Listing(size=1))[1] == 3


@pytest.mark.live
def test_rename_pin_delete_and_undo(history: History) -> None:
    number = history.add(record(2))
    assert history.change(number, label="x" * 200, pinned=True)
    found = history.get(number)
    assert found is not None
    assert (found.label, found.pinned) == ("x" * 100, True)
    assert not history.restore(number)
    assert history.delete(number)
    assert history.get(number) is None
    assert history.latest() == 0
    assert not history.delete(number)
    assert not history.change(number, label="y")
    assert history.restore(number)
    assert history.latest() == number
    assert not history.change(999, pinned=True)


@pytest.mark.parametrize("keep", [3])
@pytest.mark.live
def test_only_the_last_ones_are_kept_and_those_that_are_pinned(history: History) -> None:
    first = history.add(record(2))
    history.change(first, pinned=True)
    later = [history.add(record(2)) for _ in range(5)]
    entries, total = history.list(Listing())
    assert [entry["number"] for entry in entries] == [*reversed(later[-3:]), first]
    assert total == 4
    history.delete(later[-1])
    again = history.add(record(2))
    assert again > later[-1]


def test_the_migrations_make_the_tables_of_the_models(one: History) -> None:
    one.latest()
    path = one._environment.data_dir / "history.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
        versions = connection.execute(text("SELECT version_num FROM history_version")).all()
    engine.dispose()
    assert [each for each in found if "history_version" not in str(each)] == []
    assert versions == [("0001",)]
    assert path.stat().st_mode & 0o077 == 0


def test_tables_of_a_newer_version_are_left_alone(one: History, tmp_path: Path) -> None:
    number = one.add(record(1))
    one.close()
    engine = create_engine(f"sqlite:///{tmp_path}/data/history.sqlite")
    with engine.begin() as connection:
        connection.execute(text("UPDATE history_version SET version_num = '9999'"))
    with pytest.raises(HistoryError, match="9999"):
        one.latest()
    with engine.begin() as connection:
        connection.execute(text("UPDATE history_version SET version_num = '0001'"))
        assert inspect(connection).has_table("history_run")
    engine.dispose()
    assert one.latest() == number


def test_ten_thousand_runs_are_listed_before_a_page_is_painted(one: History) -> None:
    columns = columns_of(record())
    rows = [
        {**columns, "owner": "", "label": f"run {k}", "pinned": False, "total_seconds": k % 97}
        for k in range(10_000)
    ]
    with one._session():
        db.session.execute(insert(StoredRun), rows)
        db.session.commit()
    for asked in (Listing(), Listing(sort="total", page=100), Listing(search="run 99")):
        began = time.monotonic()
        entries, total = one.list(asked)
        assert time.monotonic() - began < 1
        assert entries
        assert total >= 100


def test_a_run_whose_process_is_gone_is_marked_as_broken_off(one: History) -> None:
    number, other = one.begin(Settings()), one.begin(Settings())
    assert one.list(Listing(sort="number"))[0][0]["status"] == "running"
    assert one.latest() == 0
    assert not one.delete(number)
    with one._session():
        host = owner_name().split(":", maxsplit=1)[0]
        mine = StoredRun.number == number
        db.session.execute(update(StoredRun).where(mine).values(owner=f"{host}:1:12.5"))
        db.session.commit()
    entry = one.list(Listing(sort="number"))[0][0]
    assert (entry["number"], entry["status"]) == (number, "broken-off")
    assert "dashboard stopped" in entry["sentence"]
    found = one.get(number)
    assert found is not None
    assert found.diagnosis is None
    assert found.as_json()["done"] == 0
    one.finish(other, record(2))
    assert one.latest() == other


def test_an_owner_elsewhere_is_trusted_for_a_day() -> None:
    now = time.time()
    assert not is_gone(owner_name(), now)
    assert not is_gone("elsewhere:1:5.0", now)
    assert is_gone("elsewhere:1:5.0", now - 90_000)
    assert not is_gone("nonsense", now)


def test_a_place_that_cannot_be_written_is_told_in_cause_and_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for environment in (
        Environment(tmp_path / "file"),
        Environment(tmp_path, history_url="postgresql+psycopg2://nobody@127.0.0.1:1/x"),
        Environment(tmp_path, history_url="nonsense"),
    ):
        history = History(environment)
        with pytest.raises(HistoryError, match="HISTORY_URL"):
            history.begin(Settings())
        history.close()


@pytest.mark.live
def test_a_run_goes_on_without_its_history(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(runtime.conductor, "history", History(Environment(tmp_path / "file")))
    run = runtime.conductor.launch(Settings(requests=2, sleep_seconds=0.05))
    runtime.conductor.wait()
    assert run.status == "done"
    assert run.history_id is None
    (note,) = [note for note in run.notes if "saved" in note]
    assert "HISTORY_URL" in note


@pytest.mark.live
def test_a_finished_run_is_in_the_history(runtime: Runtime) -> None:
    run = runtime.conductor.launch(Settings(requests=4, sleep_seconds=0.05), label="mine")
    runtime.conductor.wait()
    assert run.history_id is not None
    found = runtime.history.get(run.history_id)
    assert found is not None
    assert [mark[1:] for mark in found.marks] == [mark[1:] for mark in run.log.marks()]
    assert (found.label, found.settings, found.samples) == (
        "mine",
        run.settings,
        tuple(run.log.samples()),
    )
    assert found.versions["gunicorn"].count(".") == 2
    unkept = runtime.conductor.launch(Settings(requests=1, sleep_seconds=0), keep=False)
    runtime.conductor.wait()
    assert unkept.history_id is None
    assert runtime.history.latest() == run.history_id


def test_a_tiny_waterfall_is_a_few_numbers_within_the_run() -> None:
    found = record(100)
    bars = tiny_waterfall(found.requests, found.total_seconds)
    assert len(bars) == 24
    assert all(0 <= start < end <= 1000 and not failed for start, end, failed in bars)
    assert bars == sorted(bars)
    assert len(tiny_waterfall(found.requests[:3], found.total_seconds)) == 3
    assert tiny_waterfall((), 0.0) == []


@pytest.fixture
def serve() -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Starts a dashboard of its own data directory, as often as asked."""
    folder = tempfile.TemporaryDirectory(prefix="ps-")
    Path(folder.name).chmod(0o755)  # root's Postgres runs as another user
    environ = child_environ(POOLSCOPE_DATA_DIR=f"{folder.name}/d")
    started = []

    def serving() -> tuple[subprocess.Popen[str], str]:
        with socket.socket() as free:
            free.bind((LOOPBACK, 0))
            port = free.getsockname()[1]
        words = ["serve", "--port", str(port), "--no-browser"]
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", *words],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert "Poolscope is running at" in process.stdout.readline()
        return process, f"http://{LOOPBACK}:{port}"

    yield serving
    for process in started:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
    folder.cleanup()


@pytest.mark.live
def test_a_dashboard_that_is_killed_loses_the_run_in_progress_only(
    serve: Callable[[], tuple[subprocess.Popen[str], str]],
) -> None:
    process, url = serve()

    def status(run: str) -> str:
        return str(requests.get(f"{url}/api/runs/{run}", timeout=10).json()["status"])

    def launch(**settings: Any) -> str:
        answer = requests.post(f"{url}/api/runs", json=settings, timeout=10)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["run"])

    first = launch(requests=6, sleep_seconds=0.1, pool_size=3, max_overflow=0)
    assert eventually(lambda: status(first) not in {"starting", "running"}, 60)
    assert status(first) == "done"
    broken = launch(requests=50, sleep_seconds=5)
    assert eventually(lambda: status(broken) == "running", 30)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)

    _, url = serve()
    listed = requests.get(f"{url}/api/history", timeout=10).json()
    assert [run["status"] for run in listed["runs"]] == ["broken-off", "done"]
    lost, kept = listed["runs"]
    assert lost["settings"]["requests"] == 50
    assert kept["batches"] == 2
    opened = requests.get(f"{url}/api/history/{kept['number']}", timeout=10).json()
    assert opened["summary"]["done"] == 6
    assert len(opened["frame"]["seq"]) >= 6 * 5
    again = launch(requests=2, sleep_seconds=0.05)
    assert eventually(lambda: status(again) == "done", 60)
    newest = requests.get(f"{url}/api/history", timeout=10).json()["runs"][0]
    assert newest["number"] > lost["number"]
