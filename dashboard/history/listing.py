"""What a list of kept runs is asked for: page, search and order, and the query that answers it."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.reading import text

from .tables import StoredRun

# The names that people sort by, and their columns.
COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "number": StoredRun.number,
    "started": StoredRun.started_at,
    "label": StoredRun.label,
    "status": StoredRun.status,
    "mode": StoredRun.mode,
    "endpoint": StoredRun.endpoint,
    "requests": StoredRun.requests,
    "pool": StoredRun.pool,
    "total": StoredRun.total_seconds,
    "batches": StoredRun.batches,
    "limit": StoredRun.limit_word,
}
ORDERS = tuple(sign + name for name in COLUMNS for sign in ("", "-"))
MOST_SEARCH_WORDS = 8
MOST_NUMBER = 2**31 - 1  # that a database's integer takes


class Listing(Struct, frozen=True):
    """One page of the runs that contain every word of ``search``, in the order of ``sort``."""

    page: Annotated[int, Meta(ge=1, le=1_000_000, description="Which page.")] = 1
    size: Annotated[int, Meta(ge=1, le=500, description="Runs on a page.")] = 50
    sort: Annotated[
        Literal[ORDERS],  # type: ignore[valid-type]
        Meta(description="Sort key; a leading - sorts in descending order."),
    ] = "-number"
    search: Annotated[
        str,
        text(200),
        Meta(description="Words that each run of the list contains: label, mode, limit, #7."),
    ] = field(default="", name="q")

    def matching(self) -> Select[StoredRun]:
        """The runs that the search finds, in no order."""
        query = select(StoredRun).where(StoredRun.deleted_at.is_(None))
        for word in self.search.lower().split()[:MOST_SEARCH_WORDS]:
            query = query.where(_has(word))
        return query

    def rows(self) -> Select[StoredRun]:
        """The runs of this page."""
        column = COLUMNS[self.sort.lstrip("-")]
        down = self.sort.startswith("-")
        query = self.matching()
        if column is StoredRun.pool:
            # Without a limit is more than any limit, and databases disagree on where NULL goes.
            missing = column.is_(None)
            query = query.order_by(missing.desc() if down else missing)
        query = query.order_by(column.desc() if down else column)
        if column is not StoredRun.number:
            query = query.order_by(StoredRun.number.desc())
        return query.limit(self.size).offset((self.page - 1) * self.size)


def _has(word: str) -> ColumnElement[bool]:
    digits = word.removeprefix("#")
    if word != digits and digits.isascii() and digits.isdigit():
        return StoredRun.number == min(int(digits[:18]), MOST_NUMBER)
    label = func.lower(StoredRun.label)
    return StoredRun.words.contains(word, autoescape=True) | label.contains(word, autoescape=True)
