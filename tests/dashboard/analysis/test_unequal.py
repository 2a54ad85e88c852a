"""Unequal service times: when batches are no picture, and what is said instead."""

import heapq
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.batches import batches_meaningful, find_batches
from dashboard.analysis.diagnosis import diagnose
from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.external import limit_of, sentence_of
from dashboard.analysis.paths import as_text, by_path
from dashboard.analysis.queueing import makespan
from dashboard.marks.requests import Request
from dashboard.runs import report
from dashboard.runs.record import Record
from settings import Settings, TargetKind
from tests.dashboard.stories import marks, request

SHORT, LONG = 0.02, 2.0


def through_a_pool(lengths: list[float], places: int, gap: float = 0.0005) -> list[Request]:
    """Requests that are served by the first free of ``places`` connections, in order."""
    free = [(0.01, number) for number in range(1, places + 1)]
    found = []
    for seq, length in enumerate(lengths, 1):
        start, connection = heapq.heappop(free)
        end = start + length
        heapq.heappush(free, (end + gap, connection))
        story = (
            f"queued 0 handling 0.002 waiting 0.003 executing {start:.6f} "
            f"responding {end:.6f} done {end + 0.001:.6f}"
        )
        found.append(request(seq, story, connection=connection, detail="200"))
    return found


def mixed(count: int, every: int) -> list[float]:
    """A long one among ``every`` requests."""
    return [LONG if n % every == every // 2 else SHORT for n in range(count)]


def run_of(requests: list[Request], given: Settings) -> Record:
    return Record(given, "done", tuple(mark for each in requests for mark in each.marks))


def settings(places: int, count: int, **more: object) -> Settings:
    return replace(Settings(requests=count, pool_size=places, max_overflow=0), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lengths", "places", "picture"),
    [
        ([1.0] * 40, 15, True),
        ([0.02] * 40, 5, True),
        ([1.0 + 0.01 * (n % 7) for n in range(60)], 15, True),
        ([1.0] * 39 + [1.8], 15, True),  # one straggler in the last batch
        ([1.0] * 10, 15, True),  # all together
        ([LONG if n % 2 else SHORT for n in range(8)], 15, True),  # unequal, but nobody waited
        (mixed(100, 20), 5, False),
        (mixed(100, 20), 15, False),
        (mixed(60, 4), 10, False),
        ([LONG if n < 5 else SHORT for n in range(100)], 10, False),
    ],
)
def test_batches_are_a_picture_of_equal_requests(
    lengths: list[float], places: int, picture: bool
) -> None:
    requests = through_a_pool(lengths, places)
    batches = find_batches(requests, 1000)
    assert batches_meaningful(requests, batches) is picture
    shown = run_of(requests, settings(places, len(lengths)))
    assert (shown.picture, bool(shown.batches)) == (
        ("batches", True) if picture else ("waiting", False)
    )


def test_noise_of_a_busy_machine_leaves_the_picture() -> None:
    noise = random.Random(7)  # noqa: S311
    for _ in range(20):
        lengths = [0.2 + noise.uniform(0, 0.04) for _ in range(60)]
        requests = through_a_pool(lengths, 15, gap=0.002)
        assert batches_meaningful(requests, find_batches(requests, 1000))


def test_where_the_server_tells_nothing_there_are_no_batches() -> None:
    requests = [request(n, f"queued 0 done {n}", detail="200") for n in range(1, 6)]
    told = [run_of(requests, Settings(requests=5)), run_of([], Settings())]
    assert [(run.batches, run.picture) for run in told] == [((), "unknown"), ((), "batches")]


def test_the_sentence_says_times_and_waits_where_there_are_no_batches() -> None:
    lengths = mixed(100, 20)
    requests = through_a_pool(lengths, 5)
    words = report.finished_sentence(requests, 100, ())
    assert words.startswith("100 requests, served in 0.02 to 2.0 s each, so not in batches, ")
    assert "(median)" in words
    assert report.waiting_words(requests[:1]) == ""


def test_the_pool_is_the_limit_though_the_waits_are_a_small_part_of_the_run() -> None:
    # 95 short ones wait for at most half a second, and five long ones last two.
    requests = through_a_pool([SHORT] * 95 + [LONG] * 5, 5)
    evidence = Evidence.of(settings(5, 100), requests, mixed=True)
    assert evidence.pool_wait_share < 0.2
    assert evidence.pool_delayed_share > 0.8
    found = diagnose(evidence)
    assert found.limit == "pool-capacity"
    best = found.suggestions[0]
    # What these very requests would take: as long as the longest of them.
    assert best.forecast_seconds == pytest.approx(LONG, abs=0.05)
    assert best.forecast_seconds is not None
    assert best.forecast_seconds < evidence.total


def test_overflow_collapse_is_not_read_into_the_gaps_between_short_services() -> None:
    lengths = [0.004] * 200
    chosen = Settings(requests=200, pool_size=5, max_overflow=5)
    requests = through_a_pool(lengths, 10, gap=0.002)  # a third of the time is handover
    assert diagnose(Evidence.of(chosen, requests, mixed=True)).limit == "pool-capacity"


def test_an_overflow_that_is_lost_is_still_seen_among_unequal_requests() -> None:
    first = through_a_pool(mixed(100, 20)[:15], 15)
    rest = through_a_pool(mixed(85, 20), 5)
    later = []
    for each in rest:
        moved = [m._replace(seq=m.seq + 15) for m in each.marks]
        moved[3:] = [m._replace(at=m.at + 0.05) for m in moved[3:]]
        later.append(Request.of(each.seq + 15, moved))
    chosen = Settings(requests=100)
    found = diagnose(Evidence.of(chosen, [*first, *later], mixed=True))
    assert found.limit == "overflow-collapse"


@pytest.mark.parametrize("limit", ["threads", "sync-workers"])
def test_the_evidence_says_a_thread_where_a_thread_was_waited_for(limit: str) -> None:
    requests = []
    for seq in range(1, 21):
        start = 0.01 + 0.5 * ((seq - 1) // 4)
        story = f"queued 0 handling {start} responding {start + 0.5} done {start + 0.5}"
        requests.append(request(seq, story, lane=seq % 4, detail="200"))
    worker = {"threads": "gthread", "sync-workers": "sync"}[limit]
    chosen = Settings(requests=20, worker_class=worker, threads=4, endpoint="python")
    found = diagnose(Evidence.of(chosen, requests))
    assert found.limit == limit
    noun = {"threads": "thread", "sync-workers": "worker"}[limit]
    assert f"s for a {noun}:" in found.evidence


def test_a_worker_with_more_and_shorter_requests_is_not_behind() -> None:
    few = through_a_pool([1.0] * 20, 5)
    many = through_a_pool([0.1] * 60, 5)
    both = [*few]
    for each in many:
        moved = (m._replace(seq=m.seq + 20, worker=m.worker and 2) for m in each.marks)
        both.append(Request.of(each.seq + 20, moved))
    chosen = settings(5, 80, workers=2)
    assert diagnose(Evidence.of(chosen, both, mixed=True)).limit == "pool-capacity"


@given(st.lists(st.floats(0.001, 5), min_size=1, max_size=30), st.integers(1, 40))
def test_a_makespan_lies_between_its_bounds(lengths: list[float], places: int) -> None:
    found = makespan(lengths, places)
    assert found >= max(*lengths, sum(lengths) / places) - 1e-9
    assert found <= sum(lengths) / places + max(lengths) + 1e-9
    assert makespan(lengths, 1) == pytest.approx(sum(lengths))


def test_the_table_of_paths_tells_them_apart() -> None:
    requests = through_a_pool(mixed(40, 4), 5)
    names = ["GET /long" if n % 4 == 2 else "GET /short" for n in range(40)]
    short, long = by_path(requests, names)
    assert (short.name, short.count, long.count) == ("GET /short", 30, 10)
    assert long.median is not None
    assert short.median is not None
    assert long.median > LONG
    assert (short.longest or 0) >= (short.p95 or 0) >= short.median
    assert short.pool_wait_share > long.pool_wait_share
    assert short.statuses == {"200": 30}
    lines = as_text([short, long])
    assert len(lines) == 3
    assert lines[1].startswith("GET /short")


def test_failures_and_the_servers_own_times_stand_in_the_table() -> None:
    failed = request(1, "queued 0 failed 1", detail="http-5xx: status 500")
    said = marks(2, "queued 0 responding 0.5 done 0.6", worker=0, detail="404")
    said[1] = said[1]._replace(timing="db;dur=5, cache")
    (row,) = by_path([failed, Request.of(2, said), request(3, "queued 0")], ["GET /"] * 3)
    assert (row.count, row.errors, row.statuses) == (3, 1, {"http-5xx": 1, "404": 1})
    assert row.metrics == {"db": 5.0}
    assert "db 5 ms" in as_text([row])[-1]
    assert by_path([], []) == []


def test_the_limit_of_another_server_is_read_off_its_requests() -> None:
    settings = Settings(requests=40)

    def there(requests: list[Request]) -> Evidence:
        model = EffectiveModel.of(settings, TargetKind.URL)
        return Evidence.of(settings, requests, model=model)

    waited = there(through_a_pool([0.5] * 40, 5))
    assert limit_of(waited) == "pool-capacity"
    assert "35 of 40 requests waited for a connection: 5 at a time" in diagnose(waited).sentence
    assert diagnose(waited).suggestions == ()
    alone = there(through_a_pool([0.5] * 4, 5))
    assert sentence_of(limit_of(alone), alone) == "No request waited for another."
    queued = [
        request(n, f"queued 0 handling {n} responding {n + 1} done {n + 1}") for n in range(1, 9)
    ]
    found = diagnose(there(queued))
    assert found.limit == "workers"
    assert "at most 1 at a time" in found.sentence
    silent = there([request(n, f"queued 0 done {n}") for n in range(1, 5)])
    assert diagnose(silent).limit == "unknown"
    assert "unknown" in diagnose(silent).sentence
    assert "No request was answered" in diagnose(there([])).sentence


def test_a_record_says_its_picture_and_its_paths() -> None:
    requests = through_a_pool(mixed(40, 4), 5)
    log = tuple(mark for each in requests for mark in each.marks)
    request_specs = ("GET /short x3", "GET /long")
    record = Record(settings(5, 40), "done", log, request_specs=request_specs)
    facts = record.as_json()
    assert (facts["picture"], facts["batches"]) == ("waiting", [])
    assert [row["name"] for row in facts["paths"]] == ["GET /short", "GET /long"]
    assert facts["forecast"]["limit"] == "unknown"
    assert replace(record, request_specs=()).names == (f"GET {record.settings.path}",) * 40
