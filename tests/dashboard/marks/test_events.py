"""What happened to a run from outside, among its samples."""

import pytest

from dashboard.marks.events import WORDS, Event, events_of, sample_of
from dashboard.marks.samples import Sample


def test_events_are_samples_and_come_back_in_order_of_time() -> None:
    events = [Event(3.0, "worker-exit", 7, 0.0), Event(1.0, "worker-stall", 8, 5.0)]
    others = [Sample(0.5, "loop", 7, {"lag": 0.0, "cpu": 0.1})]
    assert events_of([*others, *map(sample_of, events)]) == events[::-1]
    assert events_of([Sample(1.0, "event", 0, {"of another version": 1.0})]) == []


@pytest.mark.parametrize("kind", WORDS)
def test_each_kind_has_words_with_when(kind: str) -> None:
    assert Event(2.04, kind, 4711, 0.0).words.endswith(" after 2.0 s")
    assert "{" not in Event(2.0, kind, 4711, 0.0).words


def test_what_lasts_says_how_long() -> None:
    words = Event(1.2, "worker-stall", 4711, 5.01).words
    assert words == "worker 4711 stalled for 5.0 s, from 1.2 s on"
