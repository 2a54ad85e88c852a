"""The matrix: which combinations there are, what a run says of one, and its tables."""

import json
import threading
from collections.abc import Iterator
from typing import cast

import pytest

from dashboard import matrix
from dashboard.analysis.forecast import forecast
from dashboard.conductor import Conductor
from dashboard.errors import Busy, StartError
from dashboard.marks.log import RunLog
from dashboard.marks.requests import Request
from dashboard.matrix import Cell, Survey, combinations, judge, settings_of
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from modes import MYSQL_DRIVERS, POSTGRES_DRIVERS
from settings import Settings
from tests.dashboard.analysis.test_batches import from_backlog, through
from tests.dashboard.conftest import eventually
from tests.dashboard.stories import request

SERIAL = [from_backlog(*each[:3]) for each in through(1, [0.5] * 5)]
TOGETHER = [from_backlog(seq, 0.01 * seq, 0.5 + 0.01 * seq) for seq in range(1, 6)]
MIXED = [from_backlog(*each) for each in through(2, [0.5] * 5)]


def ran(requests: list[Request], error: StartError | None = None) -> Run:
    """A finished run of the matrix."""
    log = RunLog("r", 5)
    log.release(0.0)
    for each in requests:
        for mark in each.marks:
            log.add(mark)
    settings = settings_of("gthread", "psycopg2")
    assert settings is not None
    return Run("r", settings, forecast(settings), log, status="done", error=error)


def test_every_worker_class_is_combined_with_every_driver_but_green_without_gevent() -> None:
    drivers = {*POSTGRES_DRIVERS, *MYSQL_DRIVERS}
    whole = {(worker, driver) for worker in matrix.WORKER_CLASSES for driver in drivers}
    refused = {(worker, "psycopg2-green") for worker in ("sync", "gthread", "asgi")}
    refused |= {
        (worker, driver)
        for worker in ("sync", "gthread", "gevent")
        for driver in ("asyncpg", "aiomysql")
    }
    assert set(combinations()) == whole - refused
    assert len(combinations()) == len(set(combinations()))


@pytest.mark.parametrize(("worker_class", "driver"), combinations())
def test_a_cell_is_five_requests_of_half_a_second_that_only_the_driver_can_hold(
    worker_class: str, driver: str
) -> None:
    chosen = settings_of(worker_class, driver)
    assert chosen is not None
    assert (chosen.worker, chosen.database_driver) == (worker_class, driver)
    assert (chosen.requests, chosen.sleep_seconds) == (5, 0.5)
    assert chosen.pool_capacity is not None
    assert chosen.pool_capacity >= 5
    held = {"sync-workers", "blocking-driver", "event-loop-blocked"}
    assert forecast(chosen).limit in {"none", *held}


@pytest.mark.parametrize(
    ("requests", "verdict"),
    [(TOGETHER, "together"), (SERIAL, "one at a time"), (MIXED, "mixed")],
)
def test_the_batches_are_the_verdict(requests: list[Request], verdict: str) -> None:
    cell = judge("gthread", "psycopg2", ran(requests))
    ends = [each.end.at for each in requests if each.end]
    assert (cell.worker_class, cell.driver, cell.verdict) == ("gthread", "psycopg2", verdict)
    assert cell.seconds == pytest.approx(max(ends), abs=0.01)
    assert not cell.reason


def test_a_request_that_failed_or_a_target_that_did_is_told_with_its_reason() -> None:
    failed = request(5, "queued 0 failed 1", detail="reset: by peer")
    cell = judge("sync", "psycopg2", ran([*TOGETHER[:4], failed]))
    assert (cell.verdict, cell.seconds) == ("failed", None)
    assert "1 failed (reset)" in cell.reason
    broken = ran([], StartError("The target ended", "Look"))
    assert judge("sync", "psycopg2", broken).reason == "The target ended"


class Stage:
    """Stands in for the conductor: each launch plays the next part."""

    def __init__(self, *parts: Run | Exception) -> None:
        self.parts = iter(parts)
        self.launched: list[tuple[str, str]] = []
        self.is_running = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def launch(self, settings: Settings, keep: bool = True) -> Run:
        assert not keep
        self.launched.append((settings.worker, settings.database_driver))
        part = next(self.parts, None)
        if isinstance(part, Exception):
            raise part
        return part or ran(TOGETHER)

    def wait(self) -> None:
        self.is_running.set()
        self.may_end.wait(5)

    def close(self) -> None:
        self.may_end.set()


def on(stage: Stage) -> Conductor:
    return cast(Conductor, stage)


def test_every_combination_is_measured_in_turn_and_told_at_once() -> None:
    stage, told = Stage(ran(SERIAL)), list[Cell]()
    cells = matrix.measure(on(stage), told.append)
    assert stage.launched == combinations()
    assert cells == told
    assert [cell.verdict for cell in cells] == ["one at a time"] + ["together"] * (len(cells) - 1)


def test_what_cannot_be_run_is_told_with_its_reason_and_the_rest_goes_on() -> None:
    stage = Stage(StartError("The driver x is not installed", "Install it"), Busy("r9"))
    cells = matrix.measure(on(stage), lambda _: None)
    assert [cell.verdict for cell in cells[:3]] == ["not run", "not run", "together"]
    assert cells[0].reason == "The driver x is not installed. Install it"
    assert "r9 is in progress" in cells[1].reason


def test_it_stops_between_two_combinations() -> None:
    told: list[Cell] = []
    matrix.measure(on(Stage()), told.append, lambda: len(told) == 3)
    assert len(told) == 3


@pytest.fixture
def held() -> Iterator[Stage]:
    stage = Stage()
    stage.may_end.clear()
    yield stage
    stage.may_end.set()


def test_a_survey_goes_on_in_the_background_once_at_a_time(held: Stage) -> None:
    survey = Survey(on(held))
    assert (survey.is_running, survey.cells) == (False, [])
    assert survey.start()
    assert held.is_running.wait(5)
    assert survey.is_running
    assert not survey.start()
    held.may_end.set()
    assert eventually(lambda: not survey.is_running)
    assert len(survey.cells) == len(combinations())
    assert survey.start()
    survey.close()


def test_a_survey_that_is_closed_measures_no_further_combination(held: Stage) -> None:
    survey = Survey(on(held))
    survey.start()
    assert held.is_running.wait(5)
    survey.close()
    assert not survey.is_running
    assert len(held.launched) < len(combinations())


CELLS = [
    Cell("sync", "psycopg2", "one at a time", 2.53),
    Cell("gevent", "psycopg2", "one at a time", 2.5),
    Cell("gevent", "pymysql", "together", 0.61),
    Cell("sync", "mysqlclient", "not run", reason="It is not installed. Install it"),
    Cell("gevent", "mysqlclient", "not run", reason="It is not installed. Install it"),
]


def test_the_table_has_a_line_for_each_driver_and_a_column_for_each_worker_class() -> None:
    heading, *lines = matrix.table(CELLS)
    assert heading == ["database", "driver", "sync", "gthread", "gevent", "asgi"]
    assert [line[1] for line in lines] == [*POSTGRES_DRIVERS, *MYSQL_DRIVERS]
    found = {line[1]: line for line in lines}
    assert found["psycopg2"] == [
        "Postgres", "psycopg2", "one at a time, 2.53 s", "-", "one at a time, 2.50 s", "-"
    ]  # fmt: skip
    assert found["pymysql"] == ["MySQL", "pymysql", "-", "-", "together, 0.61 s", "-"]
    assert found["mysqlclient"][2:] == ["not run", "-", "not run", "-"]


def test_as_text_columns_stand_under_each_other_and_reasons_follow_once() -> None:
    *lines, reason = matrix.as_text(CELLS).splitlines()
    assert reason == "mysqlclient: It is not installed. Install it"
    column = lines[0].index("driver")
    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_as_markdown_every_line_has_the_same_cells() -> None:
    lines = matrix.as_markdown(CELLS).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + len(POSTGRES_DRIVERS) + len(MYSQL_DRIVERS)
    assert {line.count("|") for line in rows} == {7}
    assert rows[1] == "| --- | --- | --- | --- | --- | --- |"


def test_as_json_it_is_an_array_of_the_cells() -> None:
    body = json.loads(matrix.as_json(CELLS))
    assert [Cell(**each) for each in body] == CELLS


COOPERATIVE = {"psycopg2-green", "psycopg", "pymysql", "mysqlconnector"}
BLOCKING = {"psycopg2", "mysqlclient"}


def test_every_driver_behaves_as_its_reputation_says(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "SLEEP_SECONDS", 0.4)  # eight of the cells take five of them
    cells = matrix.measure(runtime.conductor, lambda _: None)
    found = {(cell.worker_class, cell.driver): cell for cell in cells}
    assert [cell for cell in cells if cell.verdict in {"failed", "not run"}] == []
    for driver in COOPERATIVE | BLOCKING:
        alone = "one at a time"
        if driver != "psycopg2-green":
            assert found["sync", driver].verdict == alone
            assert found["gthread", driver].verdict == "together"
        expected = "together" if driver in COOPERATIVE else alone
        assert found["gevent", driver].verdict == expected
    assert ("sync", "psycopg2-green") not in found
    assert ("gthread", "psycopg2-green") not in found
