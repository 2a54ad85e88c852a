"""Samples of what stands behind the bars, on the run's own time axis."""

from collections.abc import Iterable
from typing import NamedTuple

from target_app.probe.heartbeat import Heartbeat
from target_app.probe.loop import Hold

POOL = "pool"
LOOP = "loop"
DATABASE = "database"
BACKLOG = "backlog"
EVENT = "event"
VALUES = {POOL: ("out", "idle", "overflow"), LOOP: ("lag", "cpu")}  # that each reading has
HELD = "held"


class Sample(NamedTuple):
    """One reading of gauge ``name`` at ``at`` seconds since release; ``worker`` 0: of no worker.

    ``pool``: out, idle, overflow (connections of one worker); ``loop``: lag (seconds that the
    worker's loop was late), cpu (seconds of processor time since it started); ``database``: our
    connections by state; ``backlog``: connections that no worker has accepted; ``event``: see
    ``events.Event``, whose process is ``worker``; ``held``: seconds that the worker's loop was
    held until now, by the place that held it.
    """

    at: float
    name: str
    worker: int
    values: dict[str, float]


def samples_of_heartbeat(heartbeat: Heartbeat, at: float) -> list[Sample]:
    """The samples that a worker's heartbeat brings."""
    samples = [Sample(at, LOOP, heartbeat.pid, {"lag": heartbeat.lag, "cpu": heartbeat.cpu})]
    if heartbeat.pools:
        total = {
            name: float(sum(getattr(pool, name) for pool in heartbeat.pools))
            for name in VALUES[POOL]
        }
        samples.append(Sample(at, POOL, heartbeat.pid, total))
    return samples


def samples_of_hold(hold: Hold, at: float, folder: str = "") -> list[Sample]:
    """The sample of a hold that ended ``at``; a file's name is shown as seen from ``folder``.

    ``views.py:41 in orders (psycopg2.connect)``: the app's own line, and the call that it made.
    """
    place = hold.place
    file = place.file.removeprefix(folder.rstrip("/") + "/") if folder else place.file
    call = f" ({place.call})" if place.call else ""
    words = f"{file}:{place.line} in {place.function}{call}"
    return [Sample(at, HELD, hold.pid, {words: round(hold.seconds, 6)})]


def held_seconds(samples: Iterable[Sample]) -> dict[str, float]:
    """Seconds that loops were held, by the place that held them."""
    found: dict[str, float] = {}
    for sample in samples:
        if sample.name == HELD:
            for place, seconds in sample.values.items():
                found[place] = found.get(place, 0.0) + seconds
    return found


def cpu_share(samples: list[Sample]) -> float:
    """The share of the time between its first and last pulse that the busiest worker computed."""
    loops: dict[int, list[Sample]] = {}
    for sample in samples:
        if sample.name == LOOP:
            loops.setdefault(sample.worker, []).append(sample)
    shares = [
        (found[-1].values["cpu"] - found[0].values["cpu"]) / (found[-1].at - found[0].at)
        for found in loops.values()
        if found[-1].at > found[0].at
    ]
    return max(shares, default=0.0)


def largest(samples: list[Sample], name: str, value: str) -> float:
    """The largest reading of one value of a gauge, 0 where there is none."""
    return max(
        (s.values[value] for s in samples if s.name == name and value in s.values), default=0
    )
