"""What lifts a limit: the smallest change first, with its time and the next limit."""

from typing import Any

import pytest

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.suggestions import Suggestion, suggestions_for
from settings import read_settings
from tests.dashboard.stories import request

GREEN = {"mode": "gevent-green"}
THREADS = {"mode": "threads", "threads": 4}
NULL = {"pool_class": "NullPool"}


def offered(limit: str, **chosen: Any) -> tuple[Suggestion, ...]:
    done = [request(1, "queued 0 handling 0.1 done 4")]
    return suggestions_for(limit, Evidence.of(read_settings({"requests": 100, **chosen}), done))


@pytest.mark.parametrize(
    ("limit", "chosen", "titles"),
    [
        ("none", {}, []),
        (
            "sync-workers",
            {"mode": "blocking"},
            ["workers 2", "mode gevent-green, max_overflow 0, pool_size 97"],
        ),
        (
            "sync-workers",
            {"mode": "blocking", "requests": 5, "workers": 4},
            ["workers 5", "mode gevent-green"],
        ),
        ("threads", THREADS, ["threads 100"]),
        ("threads", {**THREADS, "workers": 2}, ["threads 50"]),
        ("threads", {"mode": "threads", "threads": 1000, "requests": 3000}, []),
        ("blocking-driver", {"mode": "gevent"}, ["driver psycopg2-green"]),
        ("blocking-driver", {"mode": "gevent", "endpoint": "mysql"}, ["driver pymysql"]),
        ("pool-capacity", {"pool_size": 15, "max_overflow": 0}, ["pool_size 97"]),
        ("pool-capacity", {"workers": 2}, ["pool_size 48, max_overflow 0"]),
        ("pool-capacity", {"pool_size": 97, "max_overflow": 3}, []),
        (
            "overflow-collapse",
            {},
            ["pool_size 15, max_overflow 0", "pool_size 97, max_overflow 0"],
        ),
        ("overflow-collapse", {"pool_size": 1000, "max_overflow": 1000}, ["max_overflow 0"]),
        ("pool-timeout", {"pool_timeout": 1}, ["pool_size 97, max_overflow 0", "pool_timeout 18"]),
        (
            "max-connections",
            {**NULL, "postgres_max_connections": 30},
            [
                "pool_class QueuePool, pool_size 27, max_overflow 0",
                "postgres_max_connections 110",
            ],
        ),
        (
            "max-connections",
            {**NULL, "endpoint": "mysql", "mysql_max_connections": 2000, "requests": 5000},
            ["pool_class QueuePool, pool_size 1000, max_overflow 0"],
        ),
        ("worker-connections", {"worker_connections": 10}, ["worker_connections 100"]),
        ("backlog", {"backlog": 20}, ["backlog 100"]),
        ("backlog", {"backlog": 80}, ["backlog 160"]),
        ("uneven-workers", {**THREADS, "workers": 2}, ["workers 1, threads 8"]),
        ("uneven-workers", {"workers": 2}, ["workers 1, pool_size 30, max_overflow 0"]),
        (
            "uneven-workers",
            {"workers": 16, "pool_size": 500, "max_overflow": 0},
            ["workers 1, pool_size 1000"],
        ),
        (
            "uneven-workers",
            {"workers": 2, "worker_connections": 10, "endpoint": "python"},
            ["workers 1, worker_connections 20"],
        ),
        ("cpu", {}, ["workers 2"]),
        ("cpu", {"workers": 16}, []),
        ("generator", {}, ["requests 50"]),
        ("generator", {"requests": 1}, []),
    ],
)
def test_each_limit_has_its_cures(limit: str, chosen: dict[str, Any], titles: list[str]) -> None:
    assert [each.title for each in offered(limit, **chosen)] == titles


def test_the_cure_for_a_collapse_keeps_the_number_of_connections() -> None:
    first, larger = offered("overflow-collapse")
    assert first.settings.pool_capacity == 15
    assert (first.next_limit, larger.next_limit) == ("pool-capacity", "pool-capacity")
    assert first.forecast_seconds is not None
    assert larger.forecast_seconds is not None
    assert larger.forecast_seconds < first.forecast_seconds < 14.2


def test_a_cure_changes_what_it_names_and_nothing_else() -> None:
    chosen = {"workers": 2, "sleep_seconds": 0.3, "endpoint": "mysql"}
    (cure,) = offered("pool-capacity", **chosen)
    before = read_settings({"requests": 100, **chosen}).as_dict()
    changed = {name for name, value in cure.settings.as_dict().items() if value != before[name]}
    assert changed == {"pool_size", "max_overflow"}


def test_as_json_a_suggestion_is_settings_that_can_be_launched() -> None:
    (cure,) = offered("blocking-driver", mode="gevent")
    body = cure.as_dict()
    assert set(body) == {"title", "settings", "forecast_seconds", "next_limit"}
    assert read_settings(body["settings"]) == cure.settings
