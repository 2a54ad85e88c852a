"""What a list of kept runs is asked for: page, search and order, and the query that answers it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from fields import Field

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

QUERY = {
    each.name: each
    for each in (
        Field("page", "Page", "integer", 1, "list", "Which page.", 1, 1_000_000),
        Field("size", "Size", "integer", 50, "list", "Runs on a page.", 1, 500),
        Field(
            *(
                "sort",
                "Sort",
                "choice",
                "-number",
                "list",
                "Sort key; a leading - sorts in descending order.",
            ),
            choices=ORDERS,
        ),
    )
}


@dataclass(frozen=True)
class Listing:
    """One page of the runs that contain every word of ``search``, in the order of ``sort``."""

    page: int = 1
    size: int = 50
    sort: str = "-number"
    search: str = ""

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
