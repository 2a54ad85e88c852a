"""The append-only mark log of one run."""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from target_app.probe.marks import ENDS, TEXTS, Mark, Phase, extras

from .requests import Request
from .samples import Sample
from .wire import parse_server_timing

CLOCK_SECONDS = 0.001  # by which stamps of one clock may seem to contradict each other
SAME_SECONDS = 5e-6  # two stamps of one mark: the header's are rounded to microseconds


class RunLog:
    """Marks of run ``run`` in order of arrival, their times in seconds since release.

    Marks come from two sides, the generator's pipe and the target's datagrams, each in its own
    thread; readers follow by index. Until the release is known, marks wait.
    """

    def __init__(
        self,
        run: str,
        requests: int,
        *,
        is_external: bool = False,
        clean: Callable[[str], str] | None = None,
    ) -> None:
        self.run = run
        self.requests = requests
        self._clean = clean  # takes out of a text what nobody is shown
        self._is_external = is_external  # nothing but answers tells of a server of somebody else
        self.released_at: float | None = None
        self._changed = threading.Condition()
        self._marks: list[Mark] = []
        self._early: list[Mark] = []
        self._by_seq: defaultdict[int, list[Mark]] = defaultdict(list)
        self._folded: dict[int, Request] = {}
        self._samples: list[Sample] = []
        self._told: set[int] = set()  # requests whose answer told their marks
        self._restored = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._marks)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many marks and samples it has, and how many were lost: equal while nothing came."""
        return len(self._marks), len(self._samples), self._restored

    def everything(self) -> tuple[tuple[Mark, ...], tuple[Sample, ...], tuple[Request, ...]]:
        """Its marks, its samples, and the requests of just these marks."""
        with self._changed:
            return tuple(self._marks), tuple(self._samples), tuple(self._folded_requests())

    @property
    def marks_lost(self) -> int:
        """Marks that no datagram brought; those in the answer's header were restored."""
        return self._restored

    def release(self, at: float) -> None:
        """Give all times their origin, ``at`` of ``time.monotonic()``."""
        with self._changed:
            self.released_at = at
            early, self._early = self._early, []
            for mark in early:
                self._add(mark)

    def add(self, mark: Mark) -> None:
        """Append a mark with a time of ``time.monotonic()``.

        Marks of requests that the run does not have are dropped, as are those that an answer's
        header has brought already.
        """
        if not 1 <= mark.seq <= self.requests:
            return
        with self._changed:
            if self.released_at is None:
                self._early.append(mark)
            else:
                self._add(mark)

    def add_timing(self, seq: int, header: str, arrived: float | None = None) -> None:
        """Add what the datagrams of request ``seq`` did not bring, from its answer's header.

        ``arrived`` is when the answer's first byte came, on ``time.monotonic()``: the marks of a
        server with another clock, as on another machine, are placed to end there.
        """
        try:
            told = parse_server_timing(header, self.run, seq)
        except ValueError:  # some other server's metrics
            return
        if not told or not 1 <= seq <= self.requests or self.released_at is None:
            return
        if self._is_external and arrived is not None:
            told = _on_our_clock(told, self._by_seq[seq], self.released_at, arrived)
        with self._changed:
            for mark in told:
                at = mark.at - self.released_at
                if not self._has(seq, mark.phase, at):
                    self._restored += not self._is_external
                    self._add(mark)
            self._told.add(seq)

    def add_samples(self, at: float, samples: Callable[[float], list[Sample]]) -> None:
        """Append the samples that ``samples`` makes of ``at``, given on ``time.monotonic()``."""
        if self.released_at is not None and at >= self.released_at and not self._closed:
            self._samples += samples(round(at - self.released_at, 6))

    def samples(self, start: int = 0) -> list[Sample]:
        """The gauges' samples from index ``start`` on."""
        return self._samples[start:]

    def close(self) -> None:
        """Say that no more marks come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def marks(self, start: int = 0, end: int | None = None) -> list[Mark]:
        """The marks from index ``start`` on."""
        return self._marks[start:end]

    def follow(self, index: int, timeout: float) -> bool:
        """Wait for a mark at ``index``; False when none came within ``timeout`` seconds."""
        with self._changed:
            return (
                self._changed.wait_for(lambda: len(self._marks) > index or self._closed, timeout)
                and len(self._marks) > index
            )

    def seen(self) -> list[Request]:
        """Every request that has a mark, in order of number."""
        with self._changed:
            return self._folded_requests()

    def _folded_requests(self) -> list[Request]:
        return [self._fold(seq) for seq in sorted(self._by_seq)]

    def _fold(self, seq: int) -> Request:
        if seq not in self._folded:
            self._folded[seq] = Request.of(seq, self._by_seq[seq])
        return self._folded[seq]

    def _has(self, seq: int, phase: Phase, at: float) -> bool:
        return any(
            mark.phase is phase and abs(mark.at - at) <= SAME_SECONDS for mark in self._by_seq[seq]
        )

    def _add(self, mark: Mark) -> None:
        assert self.released_at is not None  # noqa: S101  callers have looked
        at = mark.at - self.released_at
        if mark.worker and mark.seq in self._told and self._has(mark.seq, mark.phase, at):
            self._restored -= 1  # late, not lost
            return
        if mark.phase is Phase.DONE and not any(known.worker for known in self._by_seq[mark.seq]):
            self._mark_unknown(mark)
        self._append(mark._replace(run=self.run, at=round(at, 6)))

    def _mark_unknown(self, done: Mark) -> None:
        """An answer without a single mark of the target's: nobody knows what went on between."""
        sent = self._by_seq[done.seq][0].at if self._by_seq[done.seq] else 0.0
        self._append(Mark(self.run, done.seq, Phase.UNKNOWN, sent))

    def _append(self, mark: Mark) -> None:
        if self._clean is not None:
            shown: dict[str, Any] = {
                n: self._clean(text) for n, text in extras(mark).items() if n in TEXTS
            }
            mark = mark._replace(**shown)
        self._marks.append(mark)
        self._by_seq[mark.seq].append(mark)
        self._folded.pop(mark.seq, None)
        self._changed.notify_all()

    def fail_rest(self, failure: str, message: str, at: float) -> None:
        """End every request that has no end as failed, ``at`` seconds since release."""
        with self._changed:
            for seq in range(1, self.requests + 1):
                marks = self._by_seq[seq]
                if any(mark.phase in ENDS for mark in marks):
                    continue
                if not marks:
                    self._append(Mark(self.run, seq, Phase.QUEUED, 0.0))
                last = max(mark.at for mark in self._by_seq[seq])
                end = Mark(self.run, seq, Phase.FAILED, max(at, last))
                self._append(end._replace(failure=failure, message=message))


def _on_our_clock(
    told: tuple[Mark, ...], known: list[Mark], released_at: float, arrived: float
) -> tuple[Mark, ...]:
    """The marks as they are where they lie between sent and answered, else moved to end there.

    The clock of another machine began elsewhere; what the network took then shows as queued.
    """
    sent = released_at + (known[0].at if known else 0.0)
    first, last = told[0].at, max(mark.at for mark in told)
    if sent - CLOCK_SECONDS <= first and last <= arrived + CLOCK_SECONDS:
        return told
    moved = max(arrived - last, sent - first)
    return tuple(mark._replace(at=min(mark.at + moved, arrived)) for mark in told)
