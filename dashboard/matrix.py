"""Does my driver block my server? Five requests for every worker class and driver, measured."""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from dashboard.runs import report
from dashboard.runs.run import Run
from modes import ASGI, ASYNC_DRIVERS, MYSQL_DRIVERS, POSTGRES_DRIVERS
from settings import Settings, SettingsError, read_settings

from .conductor import Conductor
from .errors import Busy, StartError

REQUESTS = 5
SLEEP_SECONDS = 0.5
WORKER_CLASSES = ("sync", "gthread", "gevent", ASGI)


@dataclass(frozen=True)
class Cell:
    """One worker class with one driver: ``seconds`` for five sleeps of half a second."""

    worker_class: str
    driver: str
    verdict: str  # "together", "one at a time", "mixed", "failed", or "not run"
    seconds: float | None = None
    reason: str = ""


def combinations() -> list[tuple[str, str]]:
    """Every worker class with every driver that works with it."""
    return [
        (worker_class, driver)
        for worker_class in WORKER_CLASSES
        for driver in (*POSTGRES_DRIVERS, *MYSQL_DRIVERS)
        if settings_of(worker_class, driver) is not None
    ]


def settings_of(worker_class: str, driver: str) -> Settings | None:
    """The run that measures one cell; None for an invalid combination.

    Under ASGI each driver is called from ``async def``.
    """
    served: dict[str, str] = {"worker_class": worker_class}
    if worker_class == ASGI:
        served = {"mode": "asyncio" if driver in ASYNC_DRIVERS else "asyncio-blocking"}
    try:
        return read_settings(
            {
                **served,
                "driver": driver,
                "endpoint": "mysql" if driver in MYSQL_DRIVERS else "postgres",
                "requests": REQUESTS,
                "sleep_seconds": SLEEP_SECONDS,
                "threads": REQUESTS,
            }
        )
    except SettingsError:
        return None


def judge(worker_class: str, driver: str, run: Run) -> Cell:
    """The result of a finished run."""
    record = run.record()
    if run.error is not None or not all(request.done for request in record.requests):
        words = run.error.cause if run.error else report.failure_words(record.requests)
        return Cell(worker_class, driver, "failed", reason=words)
    sizes = [batch.count for batch in record.batches]
    verdict = {(REQUESTS,): "together", (1,) * REQUESTS: "one at a time"}
    seconds = round(record.total_seconds, 2)
    return Cell(worker_class, driver, verdict.get(tuple(sizes), "mixed"), seconds)


def measure(
    conductor: Conductor, say: Callable[[Cell], None], stopped: Callable[[], bool] = lambda: False
) -> list[Cell]:
    """Run every available combination in turn, until ``stopped``."""
    cells = []
    for worker_class, driver in combinations():
        if stopped():
            break
        settings = settings_of(worker_class, driver)
        assert settings is not None  # noqa: S101  combinations() has looked
        try:
            run = conductor.launch(settings, keep=False)
            conductor.wait()
            cell = judge(worker_class, driver, run)
        except StartError as error:
            cell = Cell(worker_class, driver, "not run", reason=f"{error.cause}. {error.cure}")
        except Busy as error:  # somebody launched a run in between
            cell = Cell(worker_class, driver, "not run", reason=str(error))
        cells.append(cell)
        say(cell)
    return cells


class Survey:
    """The matrix, measured in the background and remembered."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self.cells: list[Cell] = []

    @property
    def is_running(self) -> bool:
        """Whether it is being measured."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> bool:
        """Start measuring; False if that is already in progress."""
        with self._lock:
            if self.is_running:
                return False
            self.cells = []
            self._thread = threading.Thread(
                target=measure,
                args=[self._conductor, self.cells.append, self._closed.is_set],
                name="survey",
            )
            self._thread.start()
            return True

    def close(self) -> None:
        """Stop measuring, and cancel the current run."""
        self._closed.set()
        if self._thread is not None:
            self._conductor.close()
            self._thread.join()


def as_json(cells: Iterable[Cell]) -> str:
    """The cells as a JSON array."""
    return json.dumps([asdict(cell) for cell in cells], indent=1)


def table(cells: Iterable[Cell]) -> list[list[str]]:
    """A heading, then a line per driver with the result for each worker class."""
    found = {(cell.driver, cell.worker_class): cell for cell in cells}
    lines = [["database", "driver", *WORKER_CLASSES]]
    for driver in (*POSTGRES_DRIVERS, *MYSQL_DRIVERS):
        database = "MySQL" if driver in MYSQL_DRIVERS else "Postgres"
        texts = (_text(found.get((driver, worker_class))) for worker_class in WORKER_CLASSES)
        lines.append([database, driver, *texts])
    return lines


def _text(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    return f"{cell.verdict}, {cell.seconds:.2f} s" if cell.seconds is not None else cell.verdict


def as_text(cells: list[Cell]) -> str:
    """The table for a terminal, with the reasons for skipped combinations."""
    lines = table(cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    texts = [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*texts, *_reasons(cells)]) + "\n"


def as_markdown(cells: list[Cell]) -> str:
    """The table for a README."""
    heading, *lines = table(cells)
    rule = ["---"] * len(heading)
    texts = ["| " + " | ".join(line) + " |" for line in [heading, rule, *lines]]
    return "\n".join([*texts, *_reasons(cells)]) + "\n"


def _reasons(cells: Iterable[Cell]) -> list[str]:
    return sorted({f"{cell.driver}: {cell.reason}" for cell in cells if cell.reason})
