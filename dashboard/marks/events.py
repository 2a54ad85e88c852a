"""External events of a run: parts that ended or stalled, on the run's time axis.

An event is a sample of the gauge ``event``, so that it is recorded, sent, kept, exported and
replayed as every other sample is.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .samples import EVENT, Sample

# What each kind of event is called; "stall" lasts, and its value is how long in seconds.
WORDS = {
    "worker-exit": "worker {pid} ended",
    "server-exit": "gunicorn's master {pid} ended",
    "worker-stall": "worker {pid} stalled",
    "server-stall": "gunicorn's master {pid} stalled",
    "database-lost": "the database closed its connections",
}


class Event(NamedTuple):
    """Something that happened at ``at`` seconds since release, to process ``pid``, 0 for none."""

    at: float
    kind: str  # one of WORDS
    pid: int
    seconds: float  # how long it lasted, 0 for what has no length

    @property
    def words(self) -> str:
        """``worker 4711 stalled for 5.0 s, from 1.2 s on``."""
        what = WORDS[self.kind].format(pid=self.pid)
        if self.seconds:
            return f"{what} for {self.seconds:.1f} s, from {self.at:.1f} s on"
        return f"{what} after {self.at:.1f} s"


def sample_of(event: Event) -> Sample:
    """The event as a sample."""
    return Sample(event.at, EVENT, event.pid, {event.kind: event.seconds})


def events_of(samples: Iterable[Sample]) -> list[Event]:
    """The events among the samples, in order of time."""
    return sorted(
        Event(sample.at, kind, sample.worker, seconds)
        for sample in samples
        if sample.name == EVENT
        for kind, seconds in sample.values.items()
        if kind in WORDS
    )
