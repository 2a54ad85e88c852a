"""The forecast: batches, seconds and the limit in words, before anything is sent."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.forecast import (
    CONNECT_SECONDS,
    NONE,
    Forecast,
    forecast,
    holds_loop,
    may_collapse,
    unknown,
    usable_connections,
    width_per_worker,
)
from settings import Settings, TargetKind, read_settings
from tests.dashboard.stories import any_settings
from tests.live.test_diagnosis import LABELLED, name

of = EffectiveModel.of

PROPERTY = settings(max_examples=60, deadline=None)
PLAIN = {"pool_size": 15, "max_overflow": 0}
THREADS = {"mode": "threads", "threads": 8}
HEALED = 0.002  # seconds that rounding may hide


def promised(**given: Any) -> Forecast:
    return forecast(read_settings({"requests": 40, **given}))


def counts(found: Forecast) -> list[int]:
    return [count for count, _ in found.batches]


@pytest.mark.parametrize(("limit", "chosen"), LABELLED, ids=name)
def test_the_limit_is_promised_that_real_servers_then_show(
    limit: str, chosen: dict[str, Any]
) -> None:
    # How busy a processor will be is the one thing that settings do not say.
    found = forecast(read_settings({"sleep_seconds": 0.4, **chosen}))
    assert found.limit == (limit if limit != "cpu" else "worker-connections")


BLOCKING = "psycopg2"


@pytest.mark.parametrize(
    ("given", "sizes", "limit"),
    [
        ({"mode": "blocking"}, [1] * 40, "sync-workers"),
        ({"mode": "blocking", "workers": 4}, [4] * 10, "sync-workers"),
        ({"mode": "blocking", "workers": 3, "endpoint": "mysql"}, [3] * 13 + [1], "sync-workers"),
        ({"mode": "gevent"}, [1] * 40, "blocking-driver"),
        ({"mode": "gevent", "endpoint": "mysql"}, [1] * 40, "blocking-driver"),
        ({"mode": "gevent", "endpoint": "python"}, [40], NONE),
        ({"mode": "gevent", "endpoint": "mysql", "driver": "pymysql", **PLAIN}, [15, 15, 10], "-"),
        ({"mode": "gevent", "driver": "psycopg", **PLAIN}, [15, 15, 10], "-"),
        ({"mode": "gevent-green"}, [15, 15, 10], "overflow-collapse"),
        ({"mode": "gevent-green", "driver": BLOCKING}, [1] * 40, "blocking-driver"),
        ({"pool_size": 0, "max_overflow": 0}, [40], NONE),
        ({"max_overflow": -1}, [40], NONE),
        ({"pool_class": "NullPool", "pool_size": 1}, [40], NONE),
        ({"endpoint": "python", "pool_size": 1, "max_overflow": 0}, [40], NONE),
        ({"pool_size": 40, "max_overflow": 0}, [40], NONE),
        ({"pool_size": 10, "max_overflow": 0, "workers": 2}, [20, 20], "-"),
        ({**THREADS, "endpoint": "mysql"}, [8] * 5, "threads"),
        ({**THREADS, "workers": 2, "endpoint": "python"}, [16, 16, 8], "threads"),
        ({**THREADS, "pool_size": 3, "max_overflow": 0}, [3] * 13 + [1], "-"),
        ({"worker_connections": 7, "endpoint": "python"}, [7] * 5 + [5], "worker-connections"),
        ({"worker_connections": 7, **PLAIN}, [7] * 5 + [5], "worker-connections"),
        ({"pool_class": "NullPool", "postgres_max_connections": 33}, [30], "max-connections"),
    ],
    ids=name,
)
def test_batches_for_mode_driver_endpoint_and_pool(
    given: dict[str, Any], sizes: list[int], limit: str
) -> None:
    found = promised(**given)
    assert counts(found) == sizes
    assert found.limit == (limit if limit != "-" else "pool-capacity")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"mode": "blocking"}, 40),
        ({"mode": "blocking", "sleep_seconds": 0.5, "workers": 4}, 5),
        (PLAIN, 3),
        ({"endpoint": "python"}, 1),
        ({**PLAIN, "requests": 100}, 7),
    ],
    ids=name,
)
def test_seconds_are_a_sleep_for_each_batch_and_a_little_work(
    given: dict[str, Any], seconds: float
) -> None:
    found = promised(**given)
    assert seconds < found.total_seconds < seconds * 1.05 + 0.1


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "connections of max_overflow that come back while requests wait are closed"),
        ({"workers": 2, **THREADS}, "share them unevenly"),
        ({"backlog": 39, **PLAIN}, "beyond the backlog of 39"),
        ({**PLAIN, "pool_timeout": 1.0}, "wait about as long as pool_timeout"),
    ],
    ids=name,
)
def test_what_hangs_on_chance_has_a_range_and_says_why(given: dict[str, Any], word: str) -> None:
    found = promised(**given)
    assert not found.certain
    assert found.high_seconds > found.low_seconds
    assert any(word in doubt for doubt in found.doubts)
    assert word in found.reason
    assert f"{found.low_seconds:.1f} to {found.high_seconds:.1f} s" in found.sentence


def test_the_range_of_a_collapse_ends_where_only_pool_size_is_left() -> None:
    found = promised(requests=100)
    assert found.low_seconds == pytest.approx(7, abs=0.3)  # 15 at a time
    assert found.high_seconds == pytest.approx(1 + 85 / 5, abs=0.4)  # 15 at first, then 5
    assert found.low_seconds < 14.2 < found.high_seconds  # FACTS: what was measured


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"requests": 5, "sleep_seconds": 1}, "all 5 together, about 1.0 s"),
        ({"mode": "blocking", "requests": 5}, "one at a time, about 5.0 s"),
        ({"requests": 100, **PLAIN}, "7 batches of 15, about 7.2 s"),
        ({"requests": 1}, "one request, about 1.0 s"),
        (
            {"requests": 80, "pool_class": "NullPool", "postgres_max_connections": 30},
            "all 27 together, about 1.1 s, about 53 will fail",
        ),
    ],
    ids=name,
)
def test_the_sentence_has_the_batches_the_seconds_and_the_failures(
    given: dict[str, Any], sentence: str
) -> None:
    assert promised(**given).sentence == sentence


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"requests": 3}, "nothing in these settings makes a request wait"),
        (PLAIN, "1 worker x (pool_size 15 + max_overflow 0) = 15 connections at a time"),
        ({"mode": "blocking", "workers": 2}, "2 workers x 1 request at a time"),
        (THREADS, "1 worker x 8 threads = 8 at a time"),
        (
            {"mode": "gevent"},
            "1 worker x 1 request at a time: psycopg2 waits in C and holds gevent's event loop",
        ),
        (
            {"worker_connections": 9, "endpoint": "python"},
            "1 worker x 9 worker_connections = 9 at a time",
        ),
        (
            {"pool_class": "NullPool", "mysql_max_connections": 20, "endpoint": "mysql"},
            "the database gives 20 connections, and the settings ask for more",
        ),
    ],
    ids=name,
)
def test_the_reason_is_the_arithmetic(given: dict[str, Any], reason: str) -> None:
    assert promised(**given).reason == reason


def test_a_timeout_of_the_pool_lets_those_fail_that_would_wait_longer() -> None:
    found = promised(requests=20, pool_size=5, max_overflow=0, sleep_seconds=0.4, pool_timeout=1)
    assert (found.limit, found.failed, counts(found)) == ("pool-timeout", 5, [5, 5, 5])
    assert "1 s" in found.reason


def test_postgres_keeps_some_connections_for_its_superuser_and_mysql_none() -> None:
    assert usable_connections(of(Settings(postgres_max_connections=100))) == 97
    assert usable_connections(of(Settings(endpoint="mysql", mysql_max_connections=100))) == 100


@pytest.mark.parametrize("endpoint", ["python", "postgres", "mysql"])
@pytest.mark.parametrize("driver", ["auto", "psycopg2", "psycopg", "pymysql", "mysqlclient"])
@pytest.mark.parametrize("worker", ["sync", "gevent", "gthread"])
def test_only_a_driver_in_c_under_gevent_holds_the_loop(
    worker: str, driver: str, endpoint: str
) -> None:
    chosen = Settings(mode="threads", worker_class=worker, driver=driver, endpoint=endpoint)
    held = worker == "gevent" and endpoint != "python"
    assert holds_loop(of(chosen)) == (
        held and chosen.database_driver in {"psycopg2", "mysqlclient"}
    )
    assert width_per_worker(of(chosen)) == (1 if holds_loop(of(chosen)) else chosen.concurrency)


@given(any_settings())
@PROPERTY
def test_any_settings_have_a_forecast_that_adds_up(chosen: Settings) -> None:
    found = forecast(chosen)
    assert 0 <= found.failed < chosen.requests
    assert sum(counts(found)) == chosen.requests - found.failed
    assert found.low_seconds <= found.total_seconds <= found.high_seconds
    ends = [at for _, at in found.batches]
    assert ends == sorted(ends)
    assert len(set(counts(found)[:-1])) <= 1
    assert found.certain == (not found.doubts) == (found.as_dict()["doubts"] == ())
    if found.certain:
        assert found.low_seconds == found.high_seconds
    assert found.reason.startswith(found.reason.partition(";")[0])
    assert all(doubt in found.reason for doubt in found.doubts)
    if len(found.batches) == 1:
        together = counts(found)[0]
        assert found.sentence.startswith(
            f"all {together} together" if together > 1 else "one request"
        )
    elif counts(found)[0] > 1:
        assert f"{len(found.batches)} batches of {counts(found)[0]}" in found.sentence
    assert (f"about {found.failed} will fail" in found.sentence) == bool(found.failed)
    assert may_collapse(of(chosen)) or "overflow" not in found.limit


@given(
    any_settings(),
    st.sampled_from(["workers", "threads", "worker_connections", "pool_size"]),
    st.integers(1, 50),
)
@PROPERTY
def test_more_of_a_resource_is_never_slower_where_that_is_certain(
    chosen: Settings, resource: str, more: int
) -> None:
    larger = replace(chosen, **{resource: getattr(chosen, resource) + more})
    assume(resource != "pool_size" or chosen.pool_size > 0)  # 0 is a pool without a limit
    before, after = forecast(chosen), forecast(larger)
    assume(before.certain and after.certain and not before.failed and not after.failed)
    # Connections that are opened cost their time, whatever they then save.
    opened = (counts(after)[0] - counts(before)[0]) * CONNECT_SECONDS
    assert after.total_seconds <= before.total_seconds + max(0.0, opened) + HEALED


@pytest.mark.parametrize("kind", list(TargetKind))
def test_of_what_is_not_ours_nothing_is_promised(kind: TargetKind) -> None:
    found = unknown(kind)
    assert (found.batches, found.total_seconds, found.limit) == ((), 0.0, "unknown")
    assert found.sentence.startswith("no forecast for")
