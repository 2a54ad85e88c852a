"""What ended or stalled in a run is drawn on the axis, in the same words as the server's."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.exports import jsonl
from dashboard.marks.events import WORDS, Event, sample_of
from tests.dashboard.records import record
from tests.page.conftest import Ask, visit

pytestmark = pytest.mark.page

CLOSED = "the database closed its connections"
EVENTS = [Event(0.5, "worker-exit", 4711, 0.0), Event(1.5, "worker-stall", 4712, 1.0)]


def test_the_page_has_the_words_of_the_server(ask: Ask) -> None:
    events = [Event(float(at), kind, 4711, 0.0) for at, kind in enumerate(WORDS)]
    samples = [list(sample_of(event)) for event in reversed(events)]
    given: list[Any] = [[0.1, "loop", 7, {"lag": 0, "cpu": 0}], *samples]
    found = ask("events", "m.eventsOf(given)", given)
    assert [(each["at"], each["seconds"]) for each in found] == [(e.at, e.seconds) for e in events]
    assert [each["words"] for each in found] == [WORDS[e.kind].format(pid=4711) for e in events]


def test_an_event_is_a_line_through_all_tracks_with_its_words(page: Page) -> None:
    run = record(40)
    late = Event(run.total_seconds + 0.1, "database-lost", 0, 0.0)
    run = replace(run, samples=(*run.samples, *map(sample_of, [*EVENTS, late])))
    headers = {"Content-Type": "application/x-ndjson"}
    answer = page.request.post("/api/history", data=jsonl.write(run), headers=headers)
    visit(page, f"/?run={answer.json()['number']}")
    lines = page.locator("#timeline .event-line")
    expect(lines).to_have_text(["worker 4711 ended", "worker 4712 stalled", CLOSED])
    first, second, last = (line.bounding_box() for line in lines.all())
    timeline = page.locator("#timeline").bounding_box()
    assert first
    assert second
    assert timeline
    assert last
    words = lines.last.locator("span").bounding_box()
    assert words
    assert words["x"] + words["width"] <= last["x"] + 3  # clear of the batches' figures
    assert last["x"] < timeline["x"] + timeline["width"]
    assert first["width"] < 5
    seconds = (second["x"] - first["x"]) / 1.0  # pixels a second
    assert second["width"] == pytest.approx(seconds, rel=0.1)
    assert first["height"] == pytest.approx(timeline["height"], abs=4)
