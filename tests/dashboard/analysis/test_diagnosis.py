"""The diagnosis: recorded runs of real servers, told stories for every limit, and anything."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.diagnosis import Diagnosis, diagnose, live_diagnosis
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import NONE, forecast
from dashboard.analysis.limits import LIMITS, find_limit
from dashboard.marks.requests import Request
from dashboard.marks.samples import Sample
from settings import Settings, read_settings
from target_app.probe.marks import Phase
from tests.dashboard.analysis.test_batches import from_backlog, from_pool, through, waves
from tests.dashboard.stories import any_requests, any_settings, recorded, request

PROPERTY = settings(max_examples=60, deadline=None)
BUSY = [Sample(at, "loop", 1, {"lag": 0.0, "cpu": 0.9 * at}) for at in (0.0, 0.5, 1.0)]

# What real servers did: the limit, and words that the sentence and the evidence must have.
RECORDED = {
    "none-nullpool": ("none", ["No request waited for another"]),
    "sync-two-workers": (
        "sync-workers",
        [
            "6 of 8 requests waited for a worker",
            "2 workers of class sync x 1 request = 2 at a time",
            "workers 4 would take 0.6 s instead of 1.2 s",
            "Requests 3-8 waited 0.3 to 0.9 s for a worker",
        ],
    ),
    "threads": (
        "threads",
        [
            "12 of 16 requests waited for a thread: 1 worker x 4 threads = 4 at a time",
            "threads 16 would take",
            "Requests 5-16 waited",
        ],
    ),
    "blocking-driver-mysql": (
        "blocking-driver",
        [
            "4 of 5 requests waited for gevent's event loop",
            "mysqlclient blocks in C while it waits for the database",
            "1 worker x 1 request = 1 at a time, although worker_connections allows 1000",
            "driver pymysql would take 0.3 s instead of 1.5 s; no request would have to wait",
        ],
    ),
    "pool-threads": (
        "pool-capacity",
        [
            "25 of 40 requests waited for a connection: "
            "1 worker x (pool_size 15 + max_overflow 0) = 15 at a time",
            "pool_size 40 would take 0.6 s instead of 1.3 s",
            "for a connection: 14 of 33 request-seconds (43%)",
        ],
    ),
    "pool-two-workers": (
        "pool-capacity",
        ["50 of 60", "2 workers x (pool_size 5 + max_overflow 0) = 10", "pool_size 30 would take"],
    ),
    "overflow-threads": (
        "pool-capacity",  # threads came in time to take every place
        ["45 of 60", "(pool_size 5 + max_overflow 10) = 15 at a time", "pool_size 60"],
    ),
    "overflow-collapse": (
        "overflow-collapse",
        [
            "85 of 100 requests waited for a connection. "
            "1 worker x (pool_size 5 + max_overflow 10) = 15 at a time at first, then 6",
            "9 overflow connections were closed and not replaced",
            "pool_size 15, max_overflow 0 would take 3.0 s instead of 6.6 s; "
            "the next limit is the pool's capacity",
            "waited 0.5 to 6.2 s for a connection: 273 of 319 request-seconds (85%)",
        ],
    ),
    "overflow-collapse-mysql": (
        "overflow-collapse",
        ["65 of 80", "15 at a time at first, then 12", "3 overflow connections were closed"],
    ),
    "pool-timeout": (
        "pool-timeout",
        [
            "5 of 20 requests gave up after 1 s (pool_timeout) without a connection",
            "= 5 at a time, each held for 0.4 s",
            "With pool_size 20 all would be answered, in 0.5 s",
        ],
    ),
    "max-connections": (
        "max-connections",
        [
            "53 of 80 requests got no connection from the database: it allows 27",
            "NullPool, which opens one for each checkout, asked for more",
            "With pool_class QueuePool, pool_size 27, max_overflow 0 all would be answered",
        ],
    ),
    "worker-connections": (
        "worker-connections",
        [
            "30 of 40 requests waited to be accepted: 1 worker x 10 worker_connections = 10",
            "worker_connections 40 would take 0.4 s instead of 1.3 s",
        ],
    ),
    "backlog": (
        "backlog",
        [
            "17 of 20 requests found the backlog of 1 full",
            "the last one reached a worker 14.3 s after the release",
            "backlog 20 would take 1.1 s instead of 14.3 s",
        ],
    ),
    "uneven-threads": (
        "uneven-workers",
        [
            "unevenly among the workers: 37 and 3 of 40, instead of 20 each",
            "workers 1, threads 8 would take 1.1 s instead of 2.1 s",
        ],
    ),
}


@pytest.mark.parametrize("kept", RECORDED)
def test_a_recorded_run_is_explained_with_its_own_numbers(kept: str) -> None:
    limit, words = RECORDED[kept]
    found = recorded(kept).diagnosis
    assert found is not None
    assert found.limit == limit
    said = f"{found.sentence} {found.evidence}"
    assert [part for part in words if part not in said] == [], said
    if limit == NONE:
        assert (found.evidence, found.suggestions) == ("", ())


@pytest.mark.parametrize(
    "kept",
    [
        kept
        for kept in RECORDED
        if RECORDED[kept][0]
        not in {limit.word for limit in LIMITS.values() if limit.fails_requests}
    ],
)
def test_what_is_suggested_after_a_recorded_run_would_have_been_faster(kept: str) -> None:
    run = recorded(kept)
    assert run.diagnosis is not None
    for each in run.diagnosis.suggestions:
        assert each.forecast_seconds is not None
        assert each.forecast_seconds < run.total_seconds


@pytest.mark.parametrize("kept", RECORDED)
def test_while_a_recorded_run_went_on_nothing_else_was_said(kept: str) -> None:
    run = recorded(kept)
    assert run.diagnosis is not None
    words = []
    for share in range(1, 21):
        until = run.total_seconds * share / 20
        marks = [mark for mark in run.marks if mark.at < until]
        so_far = [
            Request.of(seq, [mark for mark in marks if mark.seq == seq])
            for seq in sorted({mark.seq for mark in marks})
        ]
        found = live_diagnosis(Evidence.of(run.settings, so_far), run.promised)
        served = [each.end.at for each in so_far if each.end and each.done]
        if not served:
            assert found is None
        words += [found.limit] if found else []
    # A pool shrinks or times out, and one worker turns out to have most, in the course of a run.
    grows = {
        "overflow-collapse": {"pool-capacity"},
        "pool-timeout": {"pool-capacity"},
        "uneven-workers": {"threads"},
        "backlog": {"sync-workers"},
    }
    early = grows.get(run.diagnosis.limit, set())
    if run.diagnosis.limit == "overflow-collapse":
        assert words[-1:] == ["overflow-collapse"]
    assert set(words) <= {run.diagnosis.limit, *early}


def told(chosen: dict[str, Any], requests: Sequence[Request], **more: Any) -> Diagnosis:
    """The diagnosis of a story under ``chosen`` settings."""
    given = read_settings({"requests": max(len(requests), 1), **chosen})
    return diagnose(Evidence.of(given, requests, **more))


def failing(first: int, count: int, detail: str) -> list[Request]:
    story = "queued 0 handling 0.01 waiting 0.01 failed 1.01"
    return [request(first + n, story, detail=detail) for n in range(count)]


GREENLETS = [from_backlog(*each[:3]) for each in through(1, [1.0] * 5)]
UNEVEN = [
    from_backlog(seq + 100 * worker, start, end, place, worker)
    for worker, share in {1: 37, 2: 3}.items()
    for seq, start, end, place in through(4, [1.0] * share)
]
UNEVEN_POOLS = [
    from_pool(seq + 100 * worker, start, end, place, worker)
    for worker, share in {1: 30, 2: 10}.items()
    for seq, start, end, place in through(5, [1.0] * share)
]
LATE = [from_backlog(*each) for each in through(1, [0.1] * 4)] + [
    request(seq, f"queued 3 handling {3 + seq / 10} responding {3.1 + seq / 10} done {3.2 + seq}")
    for seq in (5, 6)
]
POOL_15 = {"pool_size": 15, "max_overflow": 0}
SERVED = [from_pool(*each) for each in through(5, [1.0] * 5)]
EACH_ITS_OWN = {"pool_class": "NullPool", "postgres_max_connections": 10}

CUT_OFF = failing(11, 40, "reset: by peer")

TOLD: list[tuple[str, dict[str, Any], list[Request], dict[str, Any], list[str]]] = [
    (NONE, {}, SERVED, {}, ["No request waited for another"]),
    (
        NONE,
        {},
        [*SERVED, *failing(6, 2, "http-4xx: 404"), *failing(8, 1, "http-5xx: 500")],
        {},
        ["Requests did not wait for each other, but 2 failed (http-4xx): the server refused "],
    ),
    (
        "interrupted",
        {**POOL_15, "pool_size": 5},
        [*(from_pool(*each) for each in through(5, [1.0] * 10)), *CUT_OFF],
        {"samples": [Sample(1.05, "event", 4711, {"worker-exit": 0.0})]},
        ["Worker 4711 ended after 1.1 s. 40 of 50 requests failed. ", "run it again."],
    ),
    (
        "interrupted",
        {**POOL_15, "pool_size": 5},
        [*(from_pool(*each) for each in through(5, [1.0] * 10)), *CUT_OFF],
        {},  # as in a run that an older version has kept
        ["40 of 50 requests were cut off, the first after 1.0 s: the connection was "],
    ),
    (
        "interrupted",
        {**POOL_15, "pool_size": 5},
        [from_pool(*each) for each in through(5, [1.0] * 50)],
        {
            "samples": [
                *(Sample(0.1 * n, "event", n, {"worker-stall": 2.0}) for n in (1, 2, 3, 4)),
                Sample(0.1, "event", 9, {"worker-exit": 0.0}),  # nobody failed of it
            ]
        },
        ["Worker 1 stalled for 2.0 s, from 0.1 s on, worker 2 ", " and 1 event more."],
    ),
    (
        "pool-capacity",
        {**POOL_15, "pool_size": 5},
        [from_pool(*each) for each in through(5, [1.0] * 50)],
        {
            "samples": [
                Sample(1.0, "event", 7, {"worker-exit": 0.0}),  # as gunicorn's max_requests does
                Sample(2.0, "event", 7, {"worker-stall": 0.3}),  # of 10 s
            ]
        },
        ["waited for a connection"],
    ),
    (NONE, {}, failing(1, 3, "teapot: short"), {}, ["3 failed (teapot): teapot."]),
    ("sync-workers", {"mode": "blocking"}, GREENLETS, {}, ["4 of 5", "= 1 at a time", "workers 2"]),
    (
        "threads",
        {"mode": "threads", "threads": 4},
        [from_backlog(*each) for each in through(4, [1.0] * 16)],
        {},
        ["12 of 16 requests waited for a thread: 1 worker x 4 threads = 4", "threads 16"],
    ),
    (
        "blocking-driver",
        {"mode": "gevent"},
        GREENLETS,
        {},
        [
            "4 of 5",
            "psycopg2 blocks in C",
            "driver psycopg2-green would take 1.0 s",
        ],
    ),
    (
        "pool-capacity",
        POOL_15,
        [from_pool(*each) for each in through(15, [1.0] * 40)],
        {},
        ["25 of 40", "(pool_size 15 + max_overflow 0) = 15", "pool_size 40 would take 1.2 s"],
    ),
    (
        "overflow-collapse",
        {},
        waves([15, 11, 11, *[6] * 10, 3], kept=5),
        {},
        [
            "85 of 100",
            "15 at a time at first, then 6",
            "9 overflow",
            "pool_size 15, max_overflow 0",
        ],
    ),
    (
        "pool-timeout",
        {"pool_size": 5, "max_overflow": 0, "pool_timeout": 1.0},
        [*SERVED, *failing(6, 5, "pool-timeout: QueuePool limit of size 5")],
        {},
        ["5 of 10 requests gave up after 1 s (pool_timeout)", "pool_size 10 all would be answered"],
    ),
    (
        "max-connections",
        EACH_ITS_OWN,
        [*SERVED, *failing(6, 5, "too-many-connections: sorry")],
        {},
        ["5 of 10 requests got no connection from the database: it allows 7", "pool_size 7"],
    ),
    (
        "worker-connections",
        {"worker_connections": 10, "endpoint": "python"},
        [from_backlog(*each[:3]) for each in through(10, [1.0] * 40)],
        {},
        ["30 of 40", "1 worker x 10 worker_connections = 10", "worker_connections 40"],
    ),
    (
        "backlog",
        {"backlog": 4, "mode": "blocking", "sleep_seconds": 0.1, "endpoint": "python"},
        LATE,
        {},
        [
            "2 of 6 requests found the backlog of 4 full",
            "reached a worker 3.6 s",
            "backlog 8 would",
        ],
    ),
    (
        "uneven-workers",
        {"mode": "threads", "threads": 4, "workers": 2, "endpoint": "python"},
        UNEVEN,
        {},
        [
            "37 and 3 of 40, instead of 20 each",
            "workers 1, threads 8 would take 5.1 s instead of 10.0",
        ],
    ),
    (
        "uneven-workers",
        {"workers": 2, "pool_size": 5, "max_overflow": 0},
        UNEVEN_POOLS,
        {},
        ["30 and 10 of 40", "workers 1, pool_size 10 would take 4.1 s instead of 6.0 s"],
    ),
    (
        "uneven-workers",
        {"mode": "threads", "threads": 9, "workers": 2, "pool_size": 5, "max_overflow": 0},
        UNEVEN_POOLS,
        {},
        ["30 and 10 of 40", "workers 1, threads 18, pool_size 10 would take 4.1 s"],
    ),
    (
        "uneven-workers",
        {"worker_connections": 4, "workers": 2, "endpoint": "python"},
        UNEVEN,
        {},
        ["37 and 3 of 40", "workers 1, worker_connections 8 would take 5.1 s instead of 10.0"],
    ),
    (
        "cpu",
        {"endpoint": "python"},
        SERVED,
        {"samples": BUSY},
        ["the busiest used 90% of one core", "took 1.0 s for sleeps of 1 s", "workers 2"],
    ),
    (
        "generator",
        {},
        SERVED,
        {"lag": 0.5},
        ["The load generator was late: it read responses up to 0.50 s after they arrived"],
    ),
]


@pytest.mark.parametrize(
    ("limit", "chosen", "requests", "more", "words"),
    TOLD,
    ids=[f"{limit}-{n}" for n, (limit, *_) in enumerate(TOLD)],
)
def test_every_limit_is_named_with_the_arithmetic_of_the_run(
    limit: str,
    chosen: dict[str, Any],
    requests: list[Request],
    more: dict[str, Any],
    words: list[str],
) -> None:
    found = told(chosen, requests, **more)
    assert found.limit == limit, found.sentence
    assert [part for part in words if part not in found.sentence] == [], found.sentence
    body = found.as_dict()
    assert list(body) == ["limit", "sentence", "evidence", "suggestions"]
    assert [set(each) >= {"settings", "forecast_seconds"} for each in body["suggestions"]] == [
        True
    ] * len(found.suggestions)


def test_failures_of_the_limit_come_before_what_else_the_run_shows() -> None:
    # 5 were refused a connection while 5 read late: the refusal is what a person must hear of.
    refused = [*SERVED, *failing(6, 5, "too-many-connections: sorry")]
    assert told(EACH_ITS_OWN, refused, lag=0.9, samples=BUSY).limit == "max-connections"
    mixed = [*refused, *failing(11, 6, "reset: by peer")]
    assert told(EACH_ITS_OWN, mixed).limit == "interrupted"


def test_a_cure_that_still_lets_requests_fail_does_not_promise_an_answer_to_all() -> None:
    refused = [*SERVED, *failing(6, 75, "too-many-connections: sorry")]
    found = told({**EACH_ITS_OWN, "pool_timeout": 2.0}, refused)
    assert found.suggestions[0].next_limit == "pool-timeout"
    assert "more would be answered" in found.sentence
    assert "all would" not in found.sentence


def test_a_pool_that_is_larger_than_the_cure_is_not_made_smaller() -> None:
    # A server of the user's own may give more connections than ours.
    found = told(
        {"pool_size": 120, "max_overflow": 0, "requests": 300},
        [from_pool(*each) for each in through(120, [1.0] * 300)],
    )
    assert (found.limit, found.suggestions) == ("pool-capacity", ())
    assert found.sentence.endswith("= 120 at a time.")


def test_nothing_is_said_of_a_run_without_requests() -> None:
    assert told({}, []).limit == NONE
    assert told({}, [request(1, "queued 0")]).limit == NONE


def live(requests: Sequence[Request], until: float, **chosen: Any) -> Diagnosis | None:
    """What is said of ``requests`` at the instant ``until``."""
    given = read_settings({"requests": len(requests), **chosen})
    so_far = [
        Request.of(each.seq, [mark for mark in each.marks if mark.at <= until]) for each in requests
    ]
    return live_diagnosis(Evidence.of(given, so_far), forecast(given))


def test_a_run_that_goes_on_is_diagnosed_from_its_second_batch_on() -> None:
    pooled = [from_pool(*each) for each in through(15, [1.0] * 60)]
    for early in (0.0, 0.5, 1.5, 1.99):  # the second batch is served, and none of it is done
        assert live(pooled, early, **POOL_15) is None
    certain = live(pooled, 2.5, **POOL_15)
    assert certain is not None
    assert certain.limit == "pool-capacity"
    assert live(pooled, 99, **POOL_15) is None  # nobody waits any more: it is at its end


def test_a_run_that_goes_on_without_waiting_is_not_diagnosed() -> None:
    together = [from_pool(*each) for each in through(15, [1.0] * 15)]
    assert all(live(together, at / 10) is None for at in range(12))


@st.composite
def any_samples(draw: st.DrawFn) -> list[Sample]:
    beats = draw(st.lists(st.tuples(st.integers(1, 2), st.floats(0, 1)), max_size=5))
    return [
        Sample(0.1 * n, "loop", worker, {"lag": 0.0, "cpu": cpu})
        for n, (worker, cpu) in enumerate(beats)
    ]


@given(any_settings(), any_requests(), any_samples(), st.sampled_from([0.0, 0.0, 5.0]))
@PROPERTY
def test_any_log_has_a_diagnosis_and_only_suggestions_that_can_be_launched(
    chosen: Settings, requests: list[Request], samples: list[Sample], lag: float
) -> None:
    evidence = Evidence.of(chosen, requests, samples, lag)
    found = diagnose(evidence)
    assert found.limit == find_limit(evidence).word
    assert found.limit in {limit for limit, *_ in TOLD}
    assert found.sentence.endswith(".")
    assert not {"inf", "nan", "None"} & set(found.sentence.replace(",", " ").split())
    live_diagnosis(evidence, forecast(chosen))
    for each in found.suggestions:
        assert read_settings(each.settings.as_dict()) == each.settings != chosen
        assert each.forecast_seconds == forecast(each.settings).total_seconds
        assert each.forecast_seconds is not None
        assert math.isfinite(each.forecast_seconds)
        assert each.title
    assert len({each.settings for each in found.suggestions}) == len(found.suggestions)


@given(any_settings(), any_requests(), st.randoms())
@PROPERTY
def test_the_order_of_the_requests_says_nothing(
    chosen: Settings, requests: list[Request], shuffle: Any
) -> None:
    shuffled = shuffle.sample(requests, len(requests))
    before, after = (Evidence.of(chosen, each) for each in (requests, shuffled))
    assert find_limit(before) == find_limit(after)
    assert not any(each.phase is Phase.QUEUED and each.done for each in requests)
