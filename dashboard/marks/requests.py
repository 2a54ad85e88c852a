"""One request of a run, read off its marks: its spans, its service and its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from target_app.probe.marks import ENDS, Mark, Phase

WAITS = frozenset({Phase.QUEUED, Phase.THREAD_QUEUED, Phase.WAITING})


class Span(NamedTuple):
    """A stretch of one request in one phase, in seconds since release."""

    phase: str  # a Phase's value
    start: float
    end: float
    worker: int
    lane: int
    connection: int
    note: str = ""  # what the app itself said it did from here on

    @property
    def seconds(self) -> float:
        """How long the stretch lasts."""
        return self.end - self.start


class Service(NamedTuple):
    """The longest stretch of a request in which it did not wait."""

    start: float
    end: float
    queued: float  # seconds for a worker before it
    waited: float  # seconds for a connection before it
    lane: int = 0  # the thread or greenlet, 0 when none is known
    connection: int = 0  # 0 for a service without one
    threaded: float = 0.0  # seconds for one of a pool's threads before it

    @property
    def delayed(self) -> float:
        """Seconds that it waited before, for whatever."""
        return self.queued + self.threaded + self.waited


@dataclass(frozen=True)
class Request:
    """Request ``seq`` with its marks in order of time."""

    seq: int
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, seq: int, marks: Iterable[Mark]) -> "Request":
        """The request that ``marks``, in any order, tell of."""
        return cls(seq, tuple(sorted(marks, key=lambda mark: mark.at)))

    @cached_property
    def end(self) -> Mark | None:
        """The mark that ended it; None while it runs."""
        return next((mark for mark in self.marks if mark.phase in ENDS), None)

    @property
    def done(self) -> bool:
        """Whether it was answered without an error."""
        return self.end is not None and self.end.phase is Phase.DONE

    @property
    def failed(self) -> bool:
        """Whether it ended in a failure."""
        return self.end is not None and self.end.phase is Phase.FAILED

    @property
    def failure(self) -> str:
        """The stable word of its failure, "" when it has none.

        Where the answer tells no more than an error's status, the probe may have seen the reason.
        """
        word = self.end.failure if self.end and self.failed else ""
        if word == "http-5xx":
            return next((mark.failure for mark in self.marks if mark.worker and mark.failure), word)
        return word

    @property
    def status(self) -> int:
        """The answer's HTTP status, 0 where no answer came."""
        return self.end.status if self.end else 0

    @property
    def outcome(self) -> str:
        """How it ended in words: ``200``, or ``reset: why``; "" while it runs."""
        if self.end is None or self.done:
            return str(self.status or "")
        return ": ".join(text for text in (self.end.failure, self.end.message) if text)

    @property
    def sent(self) -> float:
        """When it was sent, in seconds since release."""
        return self.marks[0].at if self.marks else 0.0

    @property
    def response_seconds(self) -> float | None:
        """From sent to last byte; None while it runs."""
        return self.end.at - self.sent if self.end else None

    @property
    def phase(self) -> Phase:
        """What it does now, or how it ended."""
        return self.end.phase if self.end else self.marks[-1].phase

    @property
    def worker(self) -> int:
        """The pid of the worker that had it, 0 when none is known."""
        return next((mark.worker for mark in reversed(self.marks) if mark.worker), 0)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Its finished stretches, without gaps, from sent to the last mark or the end."""
        last = self.end.at if self.end else self.marks[-1].at
        before_end = [mark for mark in self.marks if mark.phase not in ENDS]
        if not before_end:
            return ()
        ends = [*(mark.at for mark in before_end[1:]), last]
        notes = accumulate([mark.note for mark in before_end], _keep_last)
        spans = (
            Span(
                mark.phase.value,
                min(mark.at, last),
                min(end, last),
                mark.worker,
                mark.lane,
                mark.connection,
                note,
            )
            for mark, end, note in zip(before_end, ends, notes, strict=True)
        )
        return tuple(span for span in spans if span.end > span.start)

    def seconds_in(self, *phases: str) -> float:
        """Seconds spent in ``phases``."""
        return sum(span.seconds for span in self.spans if span.phase in phases)

    @cached_property
    def service(self) -> Service | None:
        """The longest stretch in which it did not wait, None when it never got that far.

        For a sleep in the database this is the time with the connection, for a sleep in Python
        the time in the view, whichever waits come before or after. What the app has set apart
        with a note is no part of it.
        """
        stretches: list[list[Span]] = [[]]
        for span in self.spans:
            if span.note or span.phase in {*WAITS, Phase.RESPONDING, Phase.UNKNOWN}:
                stretches.append([])
            else:
                stretches[-1].append(span)
        best = max(stretches, key=lambda spans: spans[-1].end - spans[0].start if spans else -1)
        if not best:
            return None
        start = best[0].start
        spent = dict.fromkeys(WAITS, 0.0)
        for span in self.spans:
            if span.end <= start and span.phase in WAITS:
                spent[Phase(span.phase)] += span.seconds
        return Service(
            start,
            best[-1].end,
            queued=spent[Phase.QUEUED],
            threaded=spent[Phase.THREAD_QUEUED],
            waited=spent[Phase.WAITING],
            lane=best[0].lane,
            connection=max(span.connection for span in best),
        )


def _keep_last(old: str, new: str) -> str:
    return new or old


def service_order(requests: Sequence[Request]) -> list[Request]:
    """The requests in order of service: who got the database first, then who waited longest.

    The page orders its rows by the same rule (order.js).
    """

    def key(request: Request) -> tuple[int, float, int]:
        until = request.end.at if request.end else float("inf")
        for rank, phase in enumerate((Phase.EXECUTING, Phase.WAITING, Phase.HANDLING)):
            entered = (mark.at for mark in request.marks if mark.phase is phase)
            at = next(entered, float("inf"))
            if at <= until and at < float("inf"):
                return rank, at, request.seq
        return len(Phase), 0.0, request.seq

    return sorted(requests, key=key)
