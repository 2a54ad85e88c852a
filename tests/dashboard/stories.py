"""Requests told in words, for the tests of what is made of their marks."""

import gzip
import json
from itertools import accumulate
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from dashboard.marks.requests import Request
from dashboard.marks.version1 import mark_of_version1
from dashboard.runs.record import Record
from fields import Field
from settings import FIELDS, Settings, SettingsError, read_settings
from target_app.probe.failures import FAILURES
from target_app.probe.marks import ENDS, WITH_CONNECTION, Mark, Phase

LOGS = Path(__file__).parent / "logs"


def marks(
    seq: int,
    story: str,
    *,
    worker: int = 1,
    lane: int | None = None,
    connection: int = 0,
    detail: str = "",
) -> list[Mark]:
    """The marks of ``story``: ``queued 0 handling 0.1 handling/note 0.5 done 1``.

    As in a run, the generator's marks have no worker, and ends carry ``detail``: a status, or
    ``word: message``. Without ``lane`` each request has a greenlet of its own.
    """
    words = story.split()
    told = []
    for word, at in zip(words[::2], map(float, words[1::2]), strict=True):
        name, _, note = word.partition("/")
        phase = Phase(name)
        if phase in ENDS or phase is Phase.QUEUED:
            end = detail if phase in ENDS else ""
            told.append(mark_of_version1("r", seq, phase, at, detail=end))
        else:
            held = connection if phase in WITH_CONNECTION else 0
            where = (worker, seq if lane is None else lane, held)
            told.append(Mark("r", seq, phase, at, *where, note=note))
    return told


def request(seq: int, story: str, **where: int | str) -> Request:
    """The request that ``story`` is about."""
    return Request.of(seq, marks(seq, story, **where))  # type: ignore[arg-type]


def recorded(name: str) -> Record:
    """A real run, kept in ``logs``: what ``poolscope run --json --marks FILE`` has said of it."""
    kept = json.loads(gzip.decompress((LOGS / f"{name}.json.gz").read_bytes()))
    log = (mark_of_version1("r", seq, Phase(phase), *rest) for seq, phase, *rest in kept["marks"])
    return Record(read_settings(kept["settings"]), "done", tuple(log))


def _value(field: Field) -> st.SearchStrategy[Any]:
    low, high = field.minimum, field.maximum
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    if field.kind == "number":
        return st.floats(low, high)
    return st.integers(int(low), min(int(high), int(low) + 40)) | st.integers(int(low), int(high))


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    """Settings out of the whole range of every field."""
    optional = {name: _value(field) for name, field in FIELDS.items()}
    given = draw(st.fixed_dictionaries({}, optional=optional))
    try:
        return read_settings(given)
    except SettingsError:  # the fields contradict each other
        plain = {"driver": "auto", "worker_class": "auto", "server": "auto", "max_overflow": 0}
        return read_settings(given | plain)


@st.composite
def any_requests(draw: st.DrawFn, most: int = 12) -> list[Request]:
    """Requests of up to three workers that wait, are served and end in any way."""
    names = [
        *("queued", "handling", "thread-queued", "waiting"),
        *("connecting", "executing", "holding", "responding"),
    ]
    found = []
    for seq in range(1, draw(st.integers(0, most)) + 1):
        steps = draw(st.lists(st.sampled_from([0.0, 0.001, 0.3, 2.0]), min_size=8, max_size=8))
        middle = sorted(draw(st.sets(st.integers(1, 7))))
        end = draw(st.sampled_from(["done", "done", "failed", "executing"]))
        words = [*(names[n] for n in (0, *middle)), end]
        story = " ".join(f"{word} {at:.3f}" for word, at in zip(words, accumulate(steps)))  # noqa: B905
        detail = draw(st.sampled_from(["200", *(f"{word}: why" for word in FAILURES), "teapot"]))
        where = {"worker": draw(st.integers(1, 3)), "connection": draw(st.integers(0, 3))}
        found.append(request(seq, story, detail=detail, **where))
    return found
