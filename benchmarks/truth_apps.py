"""Whether what we promise for real applications is true: every suggestion, carried out."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from config import Environment
from dashboard.cli.app_options import app_settings
from dashboard.runs.record import Record
from dashboard.runtime import Runtime
from settings import Settings

from .apps import REAL_APPS, RealApp, prepare
from .fresh import environment
from .table import show

REQUESTS = 60
RUNS = 3


@dataclass(frozen=True)
class Promise:
    """What a suggestion promised, and what came of it; seconds, medians of ``RUNS`` runs.

    ``low`` and ``high`` are None where no time was promised.
    """

    title: str
    low: float | None
    high: float | None
    before: float
    measured: float
    failed: int

    @property
    def off(self) -> float | None:
        """How many times the measured is outside of the promised range, 1 within it."""
        if self.low is None or self.high is None:
            return None
        return max(1.0, self.measured / max(self.high, 1e-3), self.low / max(self.measured, 1e-3))

    @property
    def is_slower(self) -> bool:
        """Whether it took longer than before, by more than runs differ among themselves."""
        return self.measured > 1.05 * self.before or self.failed > 0


def bases(app: RealApp) -> tuple[dict[str, Any], ...]:
    """The settings that a person may begin with."""
    return (
        {"mode": "blocking"},
        {"mode": "blocking", "workers": 2},
        {"mode": "threads", "threads": 8},
        {"mode": "threads", "threads": REQUESTS},
        {"mode": app.gevent},
    )


@contextmanager
def databases(own: Environment) -> Iterator[Path]:
    """The folder of the socket of a Postgres that is up."""
    with Runtime(own) as runtime:
        urls = runtime.databases.ensure(Settings(), lambda _: None)
        yield Path(str(make_url(urls.postgres).query["host"]))


class Measured:
    """The runs of one app, by settings: what is offered twice is measured once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._records: dict[Settings, list[Record]] = {}

    def read(self, given: dict[str, Any]) -> Settings:
        """The settings over those that the app has by itself."""
        assert self._runtime.user_app is not None
        defaults = self._runtime.user_app.environment.defaults()
        return app_settings(defaults, {"requests": REQUESTS} | given)

    def median(self, settings: Settings) -> Record:
        """The run of the median total; each at a target that was started for it."""
        if settings not in self._records:
            self._records[settings] = sorted(
                (self._run(settings) for _ in range(RUNS)), key=lambda record: record.total_seconds
            )
        return self._records[settings][RUNS // 2]

    def _run(self, settings: Settings) -> Record:
        self._runtime.gunicorn.stop()
        run = self._runtime.conductor.launch(settings, keep=False)
        self._runtime.conductor.wait()
        if run.error is not None:
            raise run.error
        return run.record()


def promises(measured: Measured, given: dict[str, Any]) -> Iterator[Promise]:
    """Each suggestion of a run with the ``given`` settings, carried out as it is offered."""
    before = measured.median(measured.read(given))
    for suggestion in before.diagnosis.suggestions if before.diagnosis else ():
        after = measured.median(suggestion.settings)
        yield Promise(
            title=suggestion.title,
            low=suggestion.forecast_seconds,
            high=suggestion.forecast_seconds,
            before=before.total_seconds,
            measured=after.total_seconds,
            failed=after.counts["failed"] - before.counts["failed"],
        )


def main(names: tuple[str, ...] = ()) -> None:
    """Print what became of every suggestion, and how true they were."""
    kept: list[Promise] = []
    lines = []
    with environment(postgres_url="", mysql_url="") as own, databases(own) as host:
        for name in names or [name for name, app in REAL_APPS.items() if not app.is_asgi]:
            prepared = prepare(REAL_APPS[name], host, own.data_dir / "files")
            with Runtime(own, prepared) as runtime:
                measured = Measured(runtime)
                for given in bases(REAL_APPS[name]):
                    for promise in promises(measured, given):
                        kept.append(promise)
                        lines.append([name, " ".join(map(str, given.values())), *_cells(promise)])
    heading = ["app", "before", "took", "offered", "promised", "measured", "times off", ""]
    show(f"Every suggestion for real applications, {REQUESTS} requests", heading, lines)
    slower = sum(promise.is_slower for promise in kept)
    print(f"\n{len(kept)} suggestions; {slower} made the app slower, or fail.")
    off = [promise.off for promise in kept if promise.off is not None]
    if off:
        print(
            f"{len(off)} promised a time: median {statistics.median(off):.2f} times off, worst "
            f"{max(off):.1f}, {sum(each <= 1.25 for each in off)} within 1.25."
        )


def _cells(promise: Promise) -> list[str]:
    worse = f"{promise.failed} failed" if promise.failed > 0 else "slower" * promise.is_slower
    return [
        f"{promise.before:.2f} s",
        promise.title,
        "-" if promise.off is None else f"{promise.low:.2f} to {promise.high:.2f} s",
        f"{promise.measured:.2f} s",
        "-" if promise.off is None else f"{promise.off:.1f}",
        worse,
    ]
