"""What a run of 10,000 requests takes to keep, list, open, compare and export."""

import time
from collections.abc import Callable

from sqlalchemy import insert

from dashboard.analysis.quantiles import median
from dashboard.exports import FORMATS
from dashboard.history.listing import Listing
from dashboard.history.rows import columns_of, marks_of, read
from dashboard.history.store import History
from dashboard.history.tables import StoredMarks, StoredRun, db
from dashboard.runs.comparison import compare
from dashboard.runs.page_state import page as page_of
from dashboard.runs.record import Record
from dashboard.runtime import Runtime
from settings import read_settings

from .fresh import environment
from .table import show

REQUESTS = 10_000
ROWS = 10_000
RUN = {
    "mode": "gevent-green",
    "endpoint": "postgres",
    "requests": REQUESTS,
    "sleep_seconds": 0.1,
    "pool_size": 90,
    "max_overflow": 0,
    "worker_connections": 20_000,
    "backlog": 16_384,
    "pool_timeout": 120,
}


def timed(do: Callable[[], object], rounds: int) -> str:
    """The median seconds of ``do``."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - start)
    middle = median(seconds)
    return f"{middle * 1000:.0f} ms" if middle < 1 else f"{middle:.2f} s"


def fresh(record: Record) -> Record:
    """The same run with nothing derived yet."""
    return read(*_rows(record))


def _rows(record: Record) -> tuple[StoredRun, StoredMarks]:
    row = StoredRun(number=1, label="", pinned=False, **columns_of(record))
    return row, marks_of(1, record)


def fill(history: History, record: Record) -> None:
    """Give the history ``ROWS`` runs to list."""
    columns = columns_of(record) | {"owner": "bench", "label": "", "pinned": False}
    with history._session():  # the rows alone: marks are read only when a run is opened
        db.session.execute(insert(StoredRun), [columns] * ROWS)
        db.session.commit()


def main(rounds: int) -> None:
    """Print both tables."""
    with environment(history_keep=2 * ROWS) as own:
        with Runtime(own) as runtime:
            run = runtime.conductor.launch(read_settings(RUN))
            runtime.conductor.wait()
            record = run.record()
        history = History(own)
        number = history.latest()
        size = len(marks_of(1, record).marks)
        everything = size + len(marks_of(1, record).gauges)
        opened = history.get(number)
        assert opened is not None
        assert [mark[1:] for mark in opened.marks] == [mark[1:] for mark in record.marks]
        actions: dict[str, Callable[[], object]] = {
            "keep": lambda: history.add(record),
            "open, as the page draws it": lambda: page_of(history.get(number) or record),
            "compare with itself, kept again": lambda: compare(
                [history.get(number) or record, history.get(number + 1) or record]
            ),
        }
        lines = [[name, timed(do, rounds)] for name, do in actions.items()]
        fill(history, record)
        for title, listing in {
            "first page": Listing(),
            "sorted by total, page 300": Listing(page=300, sort="total"),
            "searched": Listing(search="gevent"),
        }.items():
            page = timed(lambda listing=listing: history.list(listing), rounds)  # type: ignore[misc]
            lines.append([f"list of {ROWS:,} runs, {title}", page])
        history.close()
    show(
        f"A run of {REQUESTS:,} requests ({record.counts['done']:,} done) in the history: "
        f"marks {size / 1e6:.2f} MB, with gauges {everything / 1e6:.2f} MB, {rounds} rounds",
        ["", "seconds"],
        lines,
    )
    files = []
    for each in FORMATS.values():
        written = each.write(fresh(record))
        seconds = timed(lambda each=each: each.write(fresh(record)), rounds)  # type: ignore[misc]
        files.append([each.name, f"{len(written) / 1e6:.2f} MB", seconds])
    show("The same run as a file", ["format", "size", "seconds"], files)
