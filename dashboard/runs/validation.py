"""Whether a run from elsewhere can be one: what its parts must have in common.

The reader of a file has checked each value by itself; all that is derived from a run relies on
what is checked here.
"""

from collections import Counter

from dashboard.marks.samples import VALUES
from target_app.probe.marks import ENDS

from .record import Record

SAID_NUMBERS = (
    "lag",
    "spread",
    "took",
    "opened",
    "release",
    "somaxconn",
)  # of what a generator says of itself


def validate(record: Record) -> None:
    """ValueError says what no run of ours can have."""
    ends = Counter(mark.seq for mark in record.marks if mark.phase in ENDS)
    begun = {mark.seq for mark in record.marks if mark.phase not in ENDS}
    for seq, count in sorted(ends.items()):
        if count > 1:
            raise ValueError(f"request {seq} ends {count} times")
        if seq not in begun:
            raise ValueError(f"request {seq} ends without having begun")
    if record.status == "done":
        requests = record.settings.requests
        missing = next((seq for seq in range(1, requests + 1) if seq not in ends), None)
        if missing is not None:
            raise ValueError(f"the run is done, but request {missing} has no end")
    for sample in record.samples:
        lacking = [name for name in VALUES.get(sample.name, ()) if name not in sample.values]
        if lacking:
            raise ValueError(f"a sample of {sample.name} lacks {lacking[0]}")
    for name in SAID_NUMBERS:
        said = record.generator.get(name, 0)
        if type(said) not in {int, float}:
            raise ValueError(f"generator.{name} must be a number")
