"""The diagnosis names the limit that each setting was chosen for, on real servers."""

from typing import Any

import pytest

from tests.live.conftest import Launch, total

pytestmark = pytest.mark.live

NULL = {"pool_class": "NullPool"}
POOL_15 = {"pool_size": 15, "max_overflow": 0}
THREADS: dict[str, Any] = {"mode": "threads"}
PYTHON = {"endpoint": "python"}
MYSQL = {"endpoint": "mysql"}

# Every limit at least once; both databases, all endpoints and modes, 1 and 2 workers.
LABELLED: list[tuple[str, dict[str, Any]]] = [
    ("none", {"requests": 5}),
    ("none", {"requests": 12, **MYSQL}),
    ("none", {"mode": "gevent", "requests": 30, **PYTHON}),
    ("none", {"requests": 40, **NULL}),
    ("none", {**THREADS, "threads": 20, "requests": 20, **PYTHON}),
    ("none", {"mode": "blocking", "requests": 1}),
    ("sync-workers", {"mode": "blocking", "requests": 5}),
    ("sync-workers", {"mode": "blocking", "requests": 5, **MYSQL}),
    ("sync-workers", {"mode": "blocking", "requests": 8, "workers": 2, **PYTHON}),
    ("threads", {**THREADS, "threads": 8, "requests": 32, **PYTHON}),
    ("threads", {**THREADS, "threads": 4, "requests": 16}),
    ("threads", {**THREADS, "threads": 4, "requests": 16, **MYSQL}),
    ("blocking-driver", {"mode": "gevent", "requests": 5}),
    ("blocking-driver", {"mode": "gevent", "requests": 5, **MYSQL}),
    ("blocking-driver", {"mode": "gevent", "requests": 10, "workers": 2}),
    ("pool-capacity", {"requests": 40, **POOL_15}),
    ("pool-capacity", {"requests": 40, **POOL_15, **MYSQL}),
    ("pool-capacity", {**THREADS, "threads": 40, "requests": 40, **POOL_15}),
    (
        "pool-capacity",
        {**THREADS, "threads": 10, "requests": 30, "pool_size": 3, "max_overflow": 0},
    ),
    ("pool-timeout", {"requests": 20, "pool_size": 5, "max_overflow": 0, "pool_timeout": 1}),
    (
        "pool-timeout",
        {**MYSQL, "requests": 20, "pool_size": 5, "max_overflow": 0, "pool_timeout": 1},
    ),
    ("max-connections", {"requests": 80, "postgres_max_connections": 30, **NULL}),
    ("max-connections", {"requests": 80, "mysql_max_connections": 30, **NULL, **MYSQL}),
    ("worker-connections", {"requests": 40, "worker_connections": 10, **PYTHON}),
    ("cpu", {"requests": 1200, "sleep_seconds": 0, **PYTHON}),
]


def name(value: object) -> str:
    """A short test id."""
    if isinstance(value, dict):
        return ",".join(str(part) for part in value.values())
    return str(value)


@pytest.mark.parametrize(("limit", "settings"), LABELLED, ids=name)
def test_the_limit_is_named(launch: Launch, limit: str, settings: dict[str, Any]) -> None:
    run = launch(**{"sleep_seconds": 0.4, **settings})
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    assert diagnosis.limit == limit, (diagnosis.sentence, run.promised.limit, total(run))
    if run.promised.certain and limit != "cpu":
        promised = run.promised.total_seconds
        # Never sooner than the sleeps allow; later as much as a busy machine makes it.
        assert promised - 0.3 <= total(run) <= 2 * promised + 2
    elif limit != "cpu":
        assert run.promised.low_seconds - 0.3 <= total(run) <= 2 * run.promised.high_seconds + 2
    for request in run.record().requests:
        if request.done:
            parts = sum(span.seconds for span in request.spans)
            assert parts == pytest.approx(request.response_seconds, abs=0.005)


def test_uneven_workers_are_named_when_they_cost_time(launch: Launch) -> None:
    # How two workers share connections is chance: look at what the run itself shows.
    settings = {"mode": "threads", "threads": 4, "workers": 2, "requests": 40, "endpoint": "python"}
    run = launch(sleep_seconds=0.3, **settings)
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    largest = max(run.record().evidence.shares.values())
    rounds = -(-largest // 4)
    assert diagnosis.limit == ("uneven-workers" if rounds >= 1.25 * 5 else "threads")


def test_a_backlog_that_is_too_short_is_named(launch: Launch) -> None:
    run = launch(requests=40, backlog=5, sleep_seconds=0.2, deadline_seconds=6, endpoint="python")
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    assert diagnosis.limit in {"backlog", "none"}  # a fast worker may empty it in time
    if total(run) > 2.5:
        assert diagnosis.limit == "backlog"


@pytest.mark.parametrize("endpoint", ["postgres", "mysql"])
def test_a_pool_that_loses_its_overflow_is_named(launch: Launch, endpoint: str) -> None:
    # How far it shrinks is chance: look at what the run itself kept.
    run = launch(endpoint=endpoint, requests=80, sleep_seconds=0.4)
    diagnosis = run.record().diagnosis
    assert diagnosis is not None
    collapsed = run.record().evidence.mean_in_use() < 0.9 * 15
    assert diagnosis.limit == ("overflow-collapse" if collapsed else "pool-capacity")
    assert run.promised.low_seconds - 0.3 <= total(run) <= 2 * run.promised.high_seconds + 2


def test_the_cure_for_overflow_collapse_takes_six_tenths_of_the_time(launch: Launch) -> None:
    # How many places are lost is chance: usually most of them, so that one of a few runs shows it.
    settings = {"requests": 75, "sleep_seconds": 0.25, "pool_size": 2, "max_overflow": 13}
    before = max((launch(**settings) for _ in range(3)), key=total)
    diagnosis = before.record().diagnosis
    assert diagnosis is not None
    assert diagnosis.limit == "overflow-collapse"
    cure = diagnosis.suggestions[0].settings
    assert cure.pool_capacity == before.settings.pool_capacity
    after = min((launch(**cure.as_dict()) for _ in range(2)), key=total)
    assert total(after) <= 0.6 * total(before)
