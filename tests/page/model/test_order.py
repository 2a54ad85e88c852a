"""order.js, cursor.js and thin.js: where rows, batches and labels go."""

import itertools
import random
from typing import Any

import pytest

from dashboard.marks.requests import Request, service_order
from target_app.probe.marks import Mark
from tests.dashboard.stories import marks
from tests.page.conftest import Ask, shuffled

pytestmark = pytest.mark.page


def row(seq: int, **at: float) -> dict[str, Any]:
    return {"seq": seq, "executingAt": None, "waitingAt": None, "handlingAt": None} | at


def test_rows_are_in_order_of_service(ask: Ask) -> None:
    rows = [
        row(1),
        row(2, handlingAt=0.5),
        row(3, handlingAt=0.1, waitingAt=0.2),
        row(4, handlingAt=0.1, waitingAt=0.1, executingAt=3.0),
        row(5, handlingAt=0.4),
        row(6, handlingAt=0.1, waitingAt=0.15),
        row(7, handlingAt=0.1, waitingAt=0.3, executingAt=1.0),
        row(8),
    ]
    for seed in range(5):
        order = ask("order", "m.byService(given).map((row) => row.seq)", shuffled(rows, seed))
        assert order == [7, 4, 6, 3, 5, 2, 1, 8]
        assert ask("order", "m.bySending(given).map((row) => row.seq)", rows) == list(range(1, 9))


@pytest.mark.parametrize("seed", range(10))
def test_the_page_and_the_exported_pictures_have_one_order(ask: Ask, seed: int) -> None:
    told = random.Random(seed)  # noqa: S311
    names = ["queued", "handling", "waiting", "connecting", "executing", "handling", "responding"]
    log: list[Mark] = []
    for seq in range(1, 31):
        steps = [0.0, *sorted(told.choice([0.001, 0.002, 0.5, 1.0, 1.5]) for _ in range(7))]
        last = told.randint(1, 7)
        end = told.choice(["done", "failed", "responding"])
        story = [f"{name} {at}" for name, at in zip([*names[:last], end], steps, strict=False)]
        log += marks(seq, " ".join(story))
    given = [{"seq": m.seq, "phase": m.phase.value, "at": m.at, "detail": ""} for m in log]
    rows = ask("fold", "m.fold([], given)", given)
    by_seq = [Request.of(seq, [m for m in log if m.seq == seq]) for seq in range(1, 31)]
    in_page = ask("order", "m.byService(given).map((row) => row.seq)", rows)
    assert [each.seq for each in service_order(by_seq)] == in_page


EXTENTS = """m.batchExtents(given.batches, m.positionsOf(given.order.map((seq) => ({ seq }))))
    .map(({ from, to }) => [from, to])"""


def extents(ask: Ask, order: list[int], *batches: list[int]) -> list[list[int]]:
    found: list[list[int]] = ask(
        "order", EXTENTS, {"order": order, "batches": [{"seqs": seqs} for seqs in batches]}
    )
    return found


def test_a_batch_lies_where_its_requests_are(ask: Ask) -> None:
    assert extents(ask, [3, 1, 2, 5, 4], [1, 2, 3], [4, 5]) == [[0, 3], [3, 5]]


def test_batches_that_smear_into_each_other_are_parted(ask: Ask) -> None:
    assert extents(ask, [1, 2, 4, 3, 5, 6], [1, 2, 3], [4, 5, 6]) == [[0, 3], [3, 6]]


def test_batches_never_overlap(ask: Ask) -> None:
    for seed in range(20):
        order = shuffled(list(range(1, 41)), seed)
        found = extents(ask, order, list(range(1, 16)), list(range(16, 31)), list(range(31, 41)))
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
        assert all(begin < end for begin, end in found)


def test_forecast_batches_follow_each_other(ask: Ask) -> None:
    batches = [{"count": 15, "at": 1}, {"count": 10, "at": 2}]
    found = ask("order", "m.forecastExtents(given).map(({ from, to }) => [from, to])", batches)
    assert found == [[0, 15], [15, 25]]


STARTS = [{"from": 0}, {"from": 15}, {"from": 30}]


@pytest.mark.parametrize(
    ("key", "position", "leads_to"),
    [
        ("ArrowDown", -1, 0), ("ArrowDown", 3, 4), ("ArrowDown", 39, 39),
        ("ArrowUp", -1, 39), ("ArrowUp", 3, 2), ("ArrowUp", 0, 0),
        ("PageDown", -1, 0), ("PageDown", 0, 15), ("PageDown", 20, 30), ("PageDown", 35, 39),
        ("PageUp", 35, 30), ("PageUp", 30, 15), ("PageUp", 0, 0),
        ("Home", 20, 0), ("End", 20, 39), ("a", 20, None),
    ],
)  # fmt: skip
def test_keys_lead_through_rows_and_batches(
    ask: Ask, key: str, position: int, leads_to: int | None
) -> None:
    given = {"key": key, "position": position, "starts": STARTS}
    found = ask("cursor", "m.moved(given.key, given.position, 40, given.starts)", given)
    assert found == leads_to


def test_labels_do_not_overlap_and_keep_both_ends(ask: Ask) -> None:
    for count in (1, 2, 7, 100):
        labels = [{"at": k * 500 / count, "size": 14} for k in range(count)]
        kept = ask("thin", "m.thinned(given, 2)", labels)
        assert kept[0] == labels[0]
        assert kept[-1] == labels[-1]
        assert all(b["at"] - a["at"] >= 16 for a, b in itertools.pairwise(kept))
