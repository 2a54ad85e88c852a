"""Requests told in words, for the tests of what is made of their marks."""

from dashboard.spans import Request
from target_app.marks import ENDS, WITH_CONNECTION, Mark, Phase


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

    As in a run, the generator's marks have no worker and ends carry ``detail``. Without ``lane``
    each request has a greenlet of its own.
    """
    words = story.split()
    told = []
    for word, at in zip(words[::2], map(float, words[1::2]), strict=True):
        name, _, note = word.partition("/")
        phase = Phase(name)
        if phase in ENDS or phase is Phase.QUEUED:
            told.append(Mark("r", seq, phase, at, detail=detail if phase in ENDS else ""))
        else:
            held = connection if phase in WITH_CONNECTION else 0
            told.append(
                Mark("r", seq, phase, at, worker, seq if lane is None else lane, held, note)
            )
    return told


def request(seq: int, story: str, **where: int | str) -> Request:
    """The request that ``story`` is about."""
    return Request.of(seq, marks(seq, story, **where))  # type: ignore[arg-type]
