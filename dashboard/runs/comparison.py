"""Compares two to four runs: what differs, figures with ratios, one sentence. Pure."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from dashboard.analysis.quantiles import percentile
from dashboard.text import counted
from settings import FIELDS
from target_app.probe.marks import Phase

from .answers import ComparedFigure, Comparison
from .record import Record, response_seconds, seconds_in

FEWEST, MOST = 2, 4
LETTERS = "ABCD"
NO_BATCHES = "none"  # where they are no picture of what happened
WORK = ("requests", "sleep_seconds")  # settings of what is asked for, not of how it is served
ALIKE = 1.05  # times; below it nobody calls one run faster


class Figure(NamedTuple):
    """One row of the table of figures."""

    name: str
    label: str
    unit: str
    of: Callable[[Record], float | str]


FIGURES = (
    Figure("total_seconds", "total", "s", lambda r: r.total_seconds),
    Figure("batches", "batches", "", lambda r: len(r.batches) or NO_BATCHES),
    Figure(
        *("largest_batch", "largest batch", ""),
        lambda r: max((b.count for b in r.batches), default=NO_BATCHES),
    ),
    Figure("done", "done", "", lambda r: r.counts["done"]),
    Figure("failed", "failed", "", lambda r: r.counts["failed"]),
    Figure(
        "response_p50", "response, median", "s", lambda r: _of(response_seconds(r.requests), 0.5)
    ),
    Figure("response_p95", "response, p95", "s", lambda r: _of(response_seconds(r.requests), 0.95)),
    Figure(
        *("pool_wait_p95", "pool wait, p95", "s"),
        lambda r: _of(seconds_in(r.requests, Phase.WAITING), 0.95),
    ),
    Figure(
        *("queue_wait_p95", "queue wait, p95", "s"),
        lambda r: _of(seconds_in(r.requests, Phase.QUEUED), 0.95),
    ),
    Figure("limit", "limit", "", lambda r: r.limit),
)


def _of(values: Sequence[float], share: float) -> float:
    return round(percentile(values, share), 6)


def compare(records: Sequence[Record]) -> Comparison:
    """The comparison for JSON; A is the first. ValueError for fewer than two or more than four."""
    if not FEWEST <= len(records) <= MOST:
        raise ValueError(f"compare {FEWEST} to {MOST} runs, not {len(records)}")
    return {
        "runs": [
            {
                "letter": letter,
                "number": record.number or None,
                "label": record.label,
                "status": record.status,
                "sentence": record.sentence,
                "total_seconds": record.total_seconds,
            }
            for letter, record in zip(LETTERS, records, strict=False)
        ],
        "settings": [
            {
                "name": name,
                "label": FIELDS[name].label,
                "unit": FIELDS[name].unit,
                "values": [getattr(record.settings, name) for record in records],
            }
            for name in differing(records)
        ],
        "figures": [_figure(figure, records) for figure in FIGURES],
        "sentence": sentence(records),
    }


def differing(records: Sequence[Record]) -> list[str]:
    """The names of the settings in which the runs differ, in the order of the form."""
    return [name for name in FIELDS if len({getattr(r.settings, name) for r in records}) > 1]


def _figure(figure: Figure, records: Sequence[Record]) -> ComparedFigure:
    values = [figure.of(record) for record in records]
    first = values[0]
    ratios = [
        round(value / first, 4)
        if isinstance(value, int | float) and isinstance(first, int | float) and first
        else None
        for value in values
    ]
    return {
        "name": figure.name,
        "label": figure.label,
        "unit": figure.unit,
        "values": values,
        "ratios": ratios,  # to A's value; none where A has 0, or a word
    }


def sentence(records: Sequence[Record]) -> str:
    """``A is 2.0 times as fast as B: max_overflow 0 instead of 10, pool_size 15 instead of 5``.

    The fastest run comes first; if some requests failed, or the runs did different work, the
    sentence says that their times are not comparable.
    """
    named = list(zip(LETTERS, records, strict=False))
    short = [f"{letter} {_shortfall(record)}" for letter, record in named if not _is_whole(record)]
    if short:
        return f"{_and(short)}, so the times say little" + _changes(*_by_total(named)[:2])
    if len({_work(record) for record in records}) > 1:
        totals = (f"{letter} {record.total_seconds:.1f} s" for letter, record in named)
        return (
            f"Different work, so the times are not comparable ({', '.join(totals)})"
            + _other_work(named)
        )
    fastest, *others = _by_total(named)
    if len(others) == 1:
        return _pair(fastest, others[0])
    parts = [
        f"{_ratio(fastest[1], other[1])} {other[0]}{_in_brackets(fastest[1], other[1])}"
        for other in others
    ]
    return f"{fastest[0]} is {_and(parts)}"


Named = tuple[str, Record]


def _by_total(named: Sequence[Named]) -> list[Named]:
    return sorted(named, key=lambda pair: pair[1].total_seconds)


def _pair(fast: Named, slow: Named) -> str:
    if _factor(fast[1], slow[1]) < ALIKE:
        first, second = sorted((fast, slow), key=lambda pair: pair[0])
        totals = f"{first[1].total_seconds:.1f} s and {second[1].total_seconds:.1f} s"
        return f"A and B take about the same time ({totals})" + _changes(first, second)
    return f"{fast[0]} is {_ratio(fast[1], slow[1])} {slow[0]}" + _changes(fast, slow)


def _factor(fast: Record, slow: Record) -> float:
    return slow.total_seconds / fast.total_seconds if fast.total_seconds else 1.0


def _ratio(fast: Record, slow: Record) -> str:
    factor = _factor(fast, slow)
    if factor < ALIKE:
        return "about as fast as"
    return f"{factor:.1f} times as fast as" if factor < 100 else f"{factor:.0f} times as fast as"


def _words(one: Record, other: Record) -> str:
    return ", ".join(
        f"{name} {_shown(getattr(one.settings, name))}"
        f" instead of {_shown(getattr(other.settings, name))}"
        for name in sorted(differing([one, other]))
    )


def _changes(one: Named, other: Named) -> str:
    words = _words(one[1], other[1])
    return f": {words}" if words else ", with the same settings"


def _in_brackets(one: Record, other: Record) -> str:
    return f" ({_words(one, other) or 'the same settings'})"


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _other_work(named: Sequence[Named]) -> str:
    if len({record.request_specs for _, record in named}) > 1:
        return ": they made different requests"
    return _changes(*named[:2])


def _work(record: Record) -> tuple[Any, ...]:
    return (*(getattr(record.settings, name) for name in WORK), record.request_specs)


def _is_whole(record: Record) -> bool:
    return record.status == "done" and record.counts["done"] == record.settings.requests


def _shortfall(record: Record) -> str:
    total = record.settings.requests
    if record.status != "done":
        return f"did not finish ({record.counts['done']} of {total} done)"
    return f"had {total - record.counts['done']} of {counted(total, 'request')} fail"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
