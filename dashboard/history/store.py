"""The store of runs: what every dashboard of this machine has done, by number.

A run has a row from its launch on, marked as running by the process that conducts it. Where that
process is gone, the next reader marks the run as broken off.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.util import CommandError
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from config import MINUTES, Environment
from dashboard.errors import StartError
from dashboard.runs.record import BROKEN_OFF, RUNNING, Record
from settings import Settings, TargetKind

from . import rows, schema
from .listing import Listing
from .owner import is_gone, owner_name
from .tables import MOST_LABEL, StoredMarks, StoredRun, db

UNDO_SECONDS = 60 * MINUTES  # a deleted run stays that long
CURE = "Check that the data directory is writable and has free space, or set HISTORY_URL"
ASIDE = "move it aside and start anew: poolscope history --move-aside"
# What SQLite says of a file that will not do, however often it is tried.
BROKEN = ("not a database", "malformed", "no such table", "no such column", "already exists")


class HistoryError(StartError):
    """The history cannot be read or written, in cause and cure."""


class History:
    """The kept runs; every method raises HistoryError when the database does not do its part."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._app: Flask | None = None
        self._file: tuple[int, int] | None = None  # of the file that is open
        self._going: set[int] = set()
        self._owner = owner_name()

    def begin(
        self, settings: Settings, label: str = "", kind: TargetKind = TargetKind.EXAMPLE
    ) -> int:
        """Give a run that starts now its number."""
        with self._session():
            row = StoredRun(
                status=RUNNING,
                owner=self._owner,
                started_at=time.time(),
                label=label[:MOST_LABEL],
                pinned=False,
                **rows.columns_of_settings(settings, kind),
            )
            db.session.add(row)
            db.session.commit()
            number = row.number
        self._going.add(number)
        return number

    def finish(self, number: int, record: Record) -> None:
        """Keep what became of run ``number``, and let go of the oldest beyond the last N."""
        try:
            with self._session():
                self._write(number, record)
                self._prune()
        finally:
            self._going.discard(number)

    def add(self, record: Record) -> int:
        """Keep a run from elsewhere, whole or not at all; its new number."""
        values = {"started_at": time.time(), **rows.columns_of(record)}
        label = record.label[:MOST_LABEL]
        row = StoredRun(owner=self._owner, label=label, pinned=False, **values)
        with self._session():
            db.session.add(row)
            db.session.flush()  # which gives it its number
            number = row.number
            db.session.add(rows.marks_of(number, record))
            db.session.commit()
            self._prune()
        return number

    def list(self, listing: Listing) -> tuple[list[dict[str, Any]], int]:
        """One page of runs as plain values, and how many there are on all pages."""
        with self._session():
            self._sweep()
            found = db.session.scalars(listing.rows()).all()
            counted = listing.matching().with_only_columns(func.count(), maintain_column_froms=True)
            total = db.session.scalar(counted)
            return [rows.entry(row) for row in found], total or 0

    def get(self, number: int) -> Record | None:
        """The run of that number; None when there is none."""
        with self._session():
            self._sweep()
            row = db.session.get(StoredRun, number)
            if row is None or row.deleted_at is not None:
                return None
            try:
                return rows.read(row, db.session.get(StoredMarks, number))
            except ValueError as error:
                cure = "It was saved by another version of Poolscope, or its file is damaged"
                raise HistoryError(f"Run #{number} cannot be read: {error}", cure) from error

    def latest(self) -> int:
        """The newest run's number, 0 when there is none."""
        with self._session():
            query = select(func.max(StoredRun.number)).where(StoredRun.deleted_at.is_(None))
            return db.session.scalar(query.where(StoredRun.status != RUNNING)) or 0

    def change(self, number: int, label: str | None = None, pinned: bool | None = None) -> bool:
        """Rename or pin a run; False when there is none of that number."""
        values: dict[str, Any] = {} if label is None else {"label": label[:MOST_LABEL]}
        values |= {} if pinned is None else {"pinned": pinned}
        return self._update(number, values, deleted=False)

    def delete(self, number: int) -> bool:
        """Delete a run that has ended; ``restore`` brings it back within the hour."""
        return self._update(number, {"deleted_at": time.time()}, deleted=False)

    def restore(self, number: int) -> bool:
        """Bring a deleted run back; False when it is not there any more."""
        return self._update(number, {"deleted_at": None}, deleted=True)

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            app, self._app = self._app, None
        if app is not None:
            with app.app_context():
                db.engine.dispose()

    def _update(self, number: int, values: dict[str, Any], deleted: bool) -> bool:
        where = StoredRun.deleted_at.is_not(None) if deleted else StoredRun.deleted_at.is_(None)
        one = (StoredRun.number == number) & where & (StoredRun.status != RUNNING)
        with self._session():
            if values:
                changed = db.session.execute(update(StoredRun).where(one).values(**values))
                db.session.commit()
                return bool(changed.rowcount)  # type: ignore[attr-defined]
            return db.session.scalar(select(StoredRun.number).where(one)) is not None

    def _write(self, number: int, record: Record) -> None:
        values = rows.columns_of(record)
        db.session.execute(update(StoredRun).where(StoredRun.number == number).values(**values))
        db.session.add(rows.marks_of(number, record))
        db.session.commit()

    def _prune(self) -> None:
        now = time.time()
        unpinned = StoredRun.pinned.is_(False) & (StoredRun.status != RUNNING)
        kept = select(StoredRun.number).where(unpinned, StoredRun.deleted_at.is_(None))
        kept = kept.order_by(StoredRun.number.desc()).offset(self._environment.history_keep)
        last = db.session.scalar(kept.limit(1))
        gone = StoredRun.deleted_at < now - UNDO_SECONDS
        if last is not None:
            gone = gone | (unpinned & (StoredRun.number <= last))
        numbers = db.session.scalars(select(StoredRun.number).where(gone)).all()
        if numbers:
            for table in (StoredMarks, StoredRun):
                db.session.execute(delete(table).where(table.number.in_(numbers)))
            db.session.commit()

    def _sweep(self) -> None:
        """Mark the runs whose process has ended."""
        is_running = db.session.scalars(select(StoredRun).where(StoredRun.status == RUNNING)).all()
        for row in is_running:
            lost = row.owner == self._owner and row.number not in self._going
            if lost or is_gone(row.owner, row.started_at):
                row.status = BROKEN_OFF
                settings, kind = rows.settings_of(row)
                row.sentence = Record(settings, BROKEN_OFF, kind=kind).sentence
        db.session.commit()

    @contextmanager
    def _session(self) -> Iterator[None]:
        try:
            with self._opened().app_context():
                yield
        except (SQLAlchemyError, CommandError, OSError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> HistoryError:
        file = schema.file_of(self._environment)
        where = str(file) if file is not None else "HISTORY_URL"
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        if isinstance(error, CommandError):  # alembic finds no revision of that name
            cure = f"Install its version, or {ASIDE if file else 'set another HISTORY_URL'}"
            return HistoryError(f"A newer Poolscope has written {where} ({reason})", cure)
        is_broken = file is not None and any(text in reason for text in BROKEN)
        cure = ASIDE.capitalize() if is_broken else CURE
        return HistoryError(f"The history in {where} cannot be used ({reason})", cure)

    def _forget_lost_file(self) -> None:
        """Close a file that was deleted or moved; the next access creates a new one."""
        file = schema.file_of(self._environment)
        if self._app is None or file is None or schema.identity(file) == self._file:
            return
        with self._app.app_context():
            db.engine.dispose()
        self._app = None

    def _opened(self) -> Flask:
        with self._lock:
            self._forget_lost_file()
            if self._app is None:
                url = schema.url_of(self._environment)
                app = Flask("history")
                app.config["SQLALCHEMY_DATABASE_URI"] = url
                app.config["SQLALCHEMY_ENGINE_OPTIONS"] = schema.engine_options(url)
                db.init_app(app)
                with app.app_context():
                    schema.prepare(db.engine)
                    schema.upgrade(db.engine, self._environment.data_dir)
                self._app = app
                file = schema.file_of(self._environment)
                self._file = schema.identity(file) if file is not None else None
            return self._app
