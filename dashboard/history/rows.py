"""Rows of the history to and from records: pure."""

import json
import zlib
from typing import Any

from dashboard.marks.samples import Sample
from dashboard.runs.kept_settings import read_kept_settings
from dashboard.runs.record import Record
from dashboard.runs.waterfall import tiny_waterfall
from dashboard.text import iso_time
from settings import FIELDS, Settings, SettingsError, TargetKind

from .packing import pack_marks, unpack_marks
from .tables import MOST_WORDS, StoredMarks, StoredRun

FACTS = ("versions", "generator", "notes", "error", "marks_lost", "app", "origin")


def columns_of_settings(settings: Settings, kind: TargetKind) -> dict[str, Any]:
    """The columns that are known at the launch."""
    each = settings.pool_capacity
    endpoint = settings.endpoint if kind is TargetKind.EXAMPLE else kind.value
    texts: tuple[str, ...] = (endpoint,)
    if kind is not TargetKind.URL:
        texts = (settings.mode, *texts, settings.worker, settings.database_driver)
    return {
        "mode": "-" if kind is TargetKind.URL else settings.mode,  # it is not known there
        "endpoint": endpoint,
        "requests": settings.requests,
        "pool": None if each is None else settings.workers * each,
        "settings": settings.as_dict(),
        "words": " ".join(texts).lower(),
    }


def columns_of(record: Record) -> dict[str, Any]:
    """The columns that are known in the end."""
    columns = columns_of_settings(record.settings, record.kind)
    words = f"{columns['words']} {record.status} {record.limit} {record.sentence}".lower()
    return columns | {
        "status": record.status,
        **({"started_at": record.started_at} if record.started_at else {}),
        "total_seconds": round(record.total_seconds, 6),
        "batches": len(record.batches),
        "done": record.counts["done"],
        "failed": record.counts["failed"],
        "limit_word": record.limit,
        "sentence": record.sentence,
        "words": words[:MOST_WORDS],
        "waterfall": tiny_waterfall(record.requests, record.total_seconds),
    }


def marks_of(number: int, record: Record) -> StoredMarks:
    """The row with everything that is read when a run is opened."""
    facts = {name: getattr(record, name) for name in FACTS}
    facts["asks"] = record.request_specs
    facts["diagnosis"] = record.diagnosis and record.diagnosis.as_dict()
    gauges = json.dumps(record.samples, separators=(",", ":"))
    return StoredMarks(
        number=number,
        marks=pack_marks(record.marks),
        gauges=zlib.compress(gauges.encode()),
        facts=json.dumps(facts),
    )


def settings_of(row: StoredRun) -> tuple[Settings, TargetKind]:
    """The row's settings and kind of target; ValueError when this version cannot use them."""
    known = {name: value for name, value in row.settings.items() if name in FIELDS}
    try:
        return read_kept_settings(known, row.endpoint)
    except SettingsError as error:
        raise ValueError(str(error)) from error


def read(row: StoredRun, marks: StoredMarks | None) -> Record:
    """The record that the rows hold; ValueError when they are damaged."""
    found: dict[str, Any] = {}
    if marks is not None:
        facts = json.loads(marks.facts)
        found = {name: value for name, value in facts.items() if name in FACTS}
        found["notes"] = tuple(found["notes"])
        found["request_specs"] = tuple(facts.get("asks", ()))
        found["marks"] = tuple(unpack_marks(marks.marks, f"#{row.number}"))
        try:
            samples = json.loads(zlib.decompress(marks.gauges))
        except zlib.error as error:
            raise ValueError(f"the gauges are damaged: {error}") from error
        found["samples"] = tuple(Sample(*each) for each in samples)
    settings, kind = settings_of(row)
    return Record(
        settings=settings,
        kind=kind,
        status=row.status,
        number=row.number,
        label=row.label,
        pinned=row.pinned,
        started_at=row.started_at,
        **found,
    )


def entry(row: StoredRun) -> dict[str, Any]:
    """One run of a list, for JSON."""
    return {
        "number": row.number,
        "name": f"#{row.number}",
        "status": row.status,
        "label": row.label,
        "pinned": row.pinned,
        "started_at": iso_time(row.started_at),
        "mode": row.mode,
        "endpoint": row.endpoint,
        "requests": row.requests,
        "pool": row.pool,
        "total_seconds": row.total_seconds,
        "batches": row.batches,
        "done": row.done,
        "failed": row.failed,
        "limit": row.limit_word,
        "sentence": row.sentence,
        "waterfall": row.waterfall,
        "settings": row.settings,
    }
