"""Marks of version 1, whose last field was one text for everything that a mark had to tell."""

import re

from target_app.probe.marks import Mark, Phase

ERROR = "error:"  # how a worker's text began that said why its request fails
TIMING = "Server-Timing: "
# The generator's own words: with any other the request failed by an answer.
WITHOUT_ANSWER = frozenset({"reset", "deadline", "connect-refused", "tls-failed", "cancelled"})
NO_HTTP = "the answer is not HTTP"
_STATUS = re.compile(r"status (\d{3})\b", re.ASCII)


def mark_of_version1(  # noqa: PLR0911, PLR0913, PLR0917  a mark's fields; a case for each meaning
    run: str,
    seq: int,
    phase: Phase,
    at: float,
    worker: int = 0,
    lane: int = 0,
    connection: int = 0,
    detail: str = "",
) -> Mark:
    """The mark that a mark of version 1 was, by what its text meant where it stood."""
    mark = Mark(run, seq, phase, at, worker, lane, connection)
    if not detail:
        return mark
    if phase is Phase.DONE:
        good = len(detail) == 3 and detail.isascii() and detail.isdigit()
        return mark._replace(status=int(detail)) if good else mark._replace(message=detail)
    if phase is Phase.FAILED:
        word, _, message = detail.partition(":")
        message = message.strip()
        return mark._replace(status=_status(word, message), failure=word, message=message)
    if detail == Phase.UNKNOWN.value:
        return mark._replace(phase=Phase.UNKNOWN)
    if not worker and detail.startswith(TIMING):
        return mark._replace(timing=detail[len(TIMING) :])
    if not worker:
        return mark._replace(message=detail)  # such as why it was sent late
    if detail.startswith(ERROR):
        word, _, message = detail[len(ERROR) :].partition(":")
        return mark._replace(failure=word, message=message.strip())
    return mark._replace(note=detail)


def _status(word: str, message: str) -> int:
    """The status of a failed response; an error status if it was not reported."""
    told = _STATUS.match(message)
    if told:
        return int(told[1])
    return 0 if word in WITHOUT_ANSWER or message.startswith(NO_HTTP) else 500
