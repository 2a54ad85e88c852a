"""The tables of the history: one row for a list of runs, and one for what is only opened."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Double, ForeignKey, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

MOST_LABEL = 100
MOST_WORDS = 500  # that a search looks through

# MySQL's plain BLOB and TEXT end at 64 KiB.
BYTES = LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")
TEXT = Text().with_variant(LONGTEXT(), "mysql", "mariadb")


class Base(DeclarativeBase):
    """Named constraints, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class StoredRun(db.Model):  # type: ignore[name-defined, misc]
    """What a list of runs shows, sorts by and searches."""

    __tablename__ = "history_run"
    # A number is never given twice, also when the newest run was deleted.
    __table_args__ = (
        *(
            Index(f"ix_history_run_{name}", name)
            for name in (
                *("started_at", "status", "label", "mode", "endpoint", "requests"),
                *("pool", "total_seconds", "batches", "limit_word", "deleted_at", "pinned"),
            )
        ),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    owner: Mapped[str] = mapped_column(String(120))  # the process that runs it: host, pid, start
    started_at: Mapped[float] = mapped_column(Double)  # of time.time()
    deleted_at: Mapped[float | None] = mapped_column(Double)
    label: Mapped[str] = mapped_column(String(MOST_LABEL), default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str] = mapped_column(String(40))
    endpoint: Mapped[str] = mapped_column(String(40))
    requests: Mapped[int]
    pool: Mapped[int | None]  # capacity over all workers; none without a limit
    total_seconds: Mapped[float] = mapped_column(Double, default=0.0)
    batches: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    limit_word: Mapped[str] = mapped_column(String(40), default="")
    sentence: Mapped[str] = mapped_column(TEXT, default="")
    words: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    waterfall: Mapped[list[Any]] = mapped_column(JSON, default=list)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)


class StoredMarks(db.Model):  # type: ignore[name-defined, misc]
    """What is read only when a run is opened, so that a list does not drag it along."""

    __tablename__ = "history_marks"

    number: Mapped[int] = mapped_column(
        ForeignKey("history_run.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    marks: Mapped[bytes] = mapped_column(BYTES)
    gauges: Mapped[bytes] = mapped_column(BYTES)
    facts: Mapped[str] = mapped_column(TEXT)  # JSON: versions, generator, notes, error, diagnosis
