"""replay.js: a run as it was at a moment, held against what the server says of it."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.runs import report
from dashboard.runs.page_state import page as page_of
from dashboard.runs.record import Record
from target_app.probe.marks import Phase
from tests.dashboard.records import record
from tests.page.conftest import Ask

pytestmark = pytest.mark.page

AT = """(async () => {
    const { fold, PHASES, rowsAt } = await import("/static/js/model/run/fold.js");
    const { marksOf } = await import("/static/js/model/run/frames.js");
    const rows = fold([], marksOf(given.page.frame, PHASES));
    const rewind = m.createRewinder();
    return given.times.map((at) => {
        const known = rewind(rows, at);
        const { counts, sentence, batches, failures, diagnosis } = m.summaryAt(given.page.summary, known, at);
        const isAsRead = JSON.stringify(known) === JSON.stringify(rowsAt(rows, at));
        return { counts, sentence, isAsRead, failures, diagnosis, batches: batches.map(({ count }) => count) };
    });
})()"""  # noqa: E501


def with_failures() -> Record:
    """A run of which some requests failed."""
    whole = record(24, 6)
    marks = tuple(
        mark._replace(phase=Phase.FAILED, failure="pool-timeout", message="no connection")
        if mark.phase is Phase.DONE and mark.seq in {5, 17}
        else mark
        for mark in whole.marks
    )
    return replace(whole, marks=marks)


def known(run: Record, at: float) -> Record:
    return replace(run, marks=tuple(mark for mark in run.marks if mark.at <= at))


def test_a_moment_is_as_the_server_says_it(ask: Ask) -> None:
    run = with_failures()
    # Forwards and back: what is kept from one moment must not show in another.
    times = [0.0, 0.005, 0.05, 0.5, 1.0, 1.005, 1.01, 2.3, 4.5, 1.5, 0.02]
    found = ask("replay", AT, {"page": page_of(run), "times": times})
    for at, moment in zip(times, found, strict=True):
        then = known(run, at)
        assert moment["counts"] == report.counts(then.requests, 24), at
        assert moment["sentence"] == report.running_sentence(then.requests, 24), at
        assert moment["batches"] == [each.count for each in run.batches if each.at <= at], at
        assert moment["isAsRead"], at
        assert (moment["failures"], moment["diagnosis"]) == ([], None)


def test_play_pause_and_speed(ask: Ask) -> None:
    found: list[Any] = ask(
        "replay",
        """(() => {
            const started = m.toggled(m.AT_END, 10, 100);
            const faster = { ...m.moved(started, m.momentOf(started, 10, 102), 102), speed: 4 };
            const paused = m.toggled(faster, 10, 103);
            const again = m.toggled(paused, 10, 200);
            return [
                [m.AT_END, 0], [started, 100], [started, 102], [faster, 103], [paused, 150],
                [again, 200.5], [again, 300],
            ].map(([replay, clock]) => m.momentOf(replay, 10, clock));
        })()""",
    )
    assert found == [10, 0, 2, 6, 6, 8, 10]


def test_the_scrubber_says_where_it_is(ask: Ask) -> None:
    words = ask("replay", "m.momentWords(5.1, 14.2, { done: 15, requests: 100 })")
    assert words == "5.10 s of 14.20 s, 15 of 100 requests done"
