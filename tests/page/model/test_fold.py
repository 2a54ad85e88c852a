"""fold.js and frames.js: marks to rows."""

import itertools
from typing import Any

import pytest

from tests.page.conftest import Ask, shuffled

pytestmark = pytest.mark.page

ROWS = "m.fold([], given)"


def mark(seq: int, phase: str, at: float, **more: Any) -> dict[str, Any]:
    return {
        "seq": seq, "phase": phase, "at": at, "worker": 0, "lane": 0, "connection": 0,
        "status": 0, "failure": "", "message": "", "note": "", "timing": "",
    } | more  # fmt: skip


LIFE = [
    mark(1, "queued", 0.0),
    mark(1, "handling", 0.1, worker=7, lane=3),
    mark(1, "waiting", 0.2, worker=7),
    mark(1, "connecting", 1.0, worker=7, connection=5),
    mark(1, "executing", 1.1, worker=7, connection=5),
    mark(1, "handling", 2.1, worker=7),
    mark(1, "responding", 2.2, worker=7),
    mark(1, "done", 2.25, status=200),
]


def test_a_life_becomes_spans_that_follow_each_other(ask: Ask) -> None:
    (row,) = ask("fold", ROWS, LIFE)
    assert [span["phase"] for span in row["spans"]] == [m["phase"] for m in LIFE[:-1]]
    assert all(a["to"] == b["from"] for a, b in itertools.pairwise(row["spans"]))
    assert (row["outcome"], row["status"], row["end"]) == ("done", "200", 2.25)
    assert (row["worker"], row["lane"], row["connection"]) == (7, 3, 5)
    assert (row["handlingAt"], row["waitingAt"], row["executingAt"]) == (0.1, 0.2, 1.1)


def test_the_order_of_arrival_makes_no_difference(ask: Ask) -> None:
    for seed in range(20):
        assert ask("fold", ROWS, shuffled(LIFE, seed)) == ask("fold", ROWS, LIFE)


def test_folding_in_pieces_is_folding_at_once(ask: Ask) -> None:
    pieces = "given.reduce((rows, mark) => m.fold(rows, [mark]), [])"
    assert ask("fold", pieces, LIFE) == ask("fold", ROWS, LIFE)


def test_rows_without_new_marks_stay_the_same_objects(ask: Ask) -> None:
    marks = [mark(1, "queued", 0.0), mark(2, "queued", 0.0), mark(2, "handling", 0.1)]
    same = """(() => {
        const before = m.fold([], given.slice(0, 2));
        const after = m.fold(before, given.slice(2));
        return [before[0] === after[0], before[1] === after[1], before[1].spans.length];
    })()"""
    assert ask("fold", same, marks) == [True, False, 1]


def test_an_unfinished_request_has_an_open_span(ask: Ask) -> None:
    (row,) = ask("fold", ROWS, LIFE[:3])
    assert row["spans"][-1] == {"phase": "waiting", "from": 0.2, "to": None}
    assert row["outcome"] is None


@pytest.mark.parametrize(
    ("word", "message"), [("pool-timeout", "QueuePool limit: reached"), ("cancelled", "")]
)
def test_a_failure_has_a_word_and_a_message(ask: Ask, word: str, message: str) -> None:
    end = mark(1, "failed", 3.0, status=500, failure=word, message=message)
    (row,) = ask("fold", ROWS, [*LIFE[:3], end])
    assert (row["outcome"], row["word"], row["message"]) == ("failed", word, message)
    assert row["status"] == "500"
    assert row["spans"][-1]["to"] == 3.0


def test_what_is_stamped_after_the_end_draws_nothing(ask: Ask) -> None:
    (row,) = ask("fold", ROWS, [*LIFE, mark(1, "handling", 9.0)])
    assert row["end"] == 2.25
    assert row["spans"][-1]["to"] == 2.25


def test_marks_of_one_instant_begin_with_queued_and_end_with_done(ask: Ask) -> None:
    marks = [mark(1, "done", 1.0), mark(1, "handling", 1.0), mark(1, "queued", 1.0)]
    (row,) = ask("fold", ROWS, marks)
    assert [m["phase"] for m in row["marks"]] == ["queued", "handling", "done"]


def test_a_lost_stretch_is_unknown(ask: Ask) -> None:
    (row,) = ask("fold", ROWS, [LIFE[0], mark(1, "unknown", 0.2), LIFE[-1]])
    assert [span["phase"] for span in row["spans"]] == ["queued", "unknown"]
    assert row["waitingAt"] is None


def test_durations_add_up_to_the_response_time(ask: Ask) -> None:
    spent = ask("fold", "m.durations(m.fold([], given)[0], 99)", LIFE)
    assert spent["handling"] == pytest.approx(0.2)  # before the pool and after it
    assert sum(spent.values()) == pytest.approx(2.25)


def test_replay_shows_what_was_known_then(ask: Ask) -> None:
    (row,) = ask("fold", "m.rowsAt(m.fold([], given), 1.05)", LIFE)
    assert row["spans"][-1] == {"phase": "connecting", "from": 1.0, "to": None}
    assert ask("fold", "[0.15, 1.5, 3].map((at) => m.phaseAt(m.fold([], given)[0], at))", LIFE) == [
        "handling", "executing", None,
    ]  # fmt: skip


FRAME = {
    "run": "r1", "index": 4, "seq": [1, 2], "phase": [7, 8], "at": [1.0, 1.5],
    "worker": [7, 0], "lane": [1, 0], "connection": [0, 0],
    "status": {"0": 200}, "failure": {"1": "reset"}, "message": {"1": "by peer"},
}  # fmt: skip
PHASES = [
    "queued", "handling", "waiting", "connecting", "executing", "holding", "responding",
    "done", "failed",
]  # fmt: skip


@pytest.mark.parametrize(("held", "new"), [(4, 2), (5, 1), (6, 0), (9, 0)])
def test_a_frame_gives_only_marks_that_are_not_held(ask: Ask, held: int, new: int) -> None:
    marks = ask("frames", "m.newMarks(given.frame, given.held, given.phases)", {
        "frame": FRAME, "held": held, "phases": PHASES,
    })  # fmt: skip
    assert len(marks) == new


def test_a_frame_beyond_a_gap_is_refused(ask: Ask) -> None:
    assert ask("frames", "m.newMarks(given[0], 3, given[1])", [FRAME, PHASES]) is None


def test_a_frame_is_columns_of_marks(ask: Ask) -> None:
    first, second = ask("frames", "m.marksOf(given[0], given[1])", [FRAME, PHASES])
    assert first == mark(1, "done", 1.0, worker=7, lane=1, status=200)
    assert second == mark(2, "failed", 1.5, failure="reset", message="by peer")
