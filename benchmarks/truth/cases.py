"""The built-in settings whose promises are proven: common ones, and those that tempt."""

from typing import Any

GREEN: dict[str, Any] = {"mode": "gevent-green"}
THREADS: dict[str, Any] = {"mode": "threads"}
BLOCKING: dict[str, Any] = {"mode": "blocking"}
GEVENT: dict[str, Any] = {"mode": "gevent"}


def _case(base: dict[str, Any], count: int, sleep: float, **more: Any) -> dict[str, Any]:
    return {**base, "requests": count, "sleep_seconds": sleep, **more}


def _pool(size: int, overflow: int) -> dict[str, Any]:
    return {"pool_size": size, "max_overflow": overflow}


MYSQL: dict[str, Any] = {"endpoint": "mysql"}
PYTHON: dict[str, Any] = {"endpoint": "python"}
NULL: dict[str, Any] = {"pool_class": "NullPool"}

CASES: dict[str, dict[str, Any]] = {
    # A worker class each, with the default pool.
    "green 100": _case(GREEN, 100, 0.3),
    "green 20": _case(GREEN, 20, 0.1),
    "green 15": _case(GREEN, 15, 0.5),
    "green mysql 100": _case(GREEN, 100, 0.2, **MYSQL),
    "green python 100": _case(GREEN, 100, 0.5, **PYTHON),
    "green python 1000": _case(GREEN, 1000, 0.5, **PYTHON),
    "threads 8": _case(THREADS, 60, 0.2),
    "threads 100": _case(THREADS, 100, 0.2, threads=100),
    "threads 40 mysql": _case(THREADS, 100, 0.2, threads=40, **MYSQL),
    "threads python": _case(THREADS, 100, 0.2, threads=20, **PYTHON),
    "blocking 20": _case(BLOCKING, 20, 0.1),
    "blocking mysql": _case(BLOCKING, 20, 0.1, **MYSQL),
    "blocking python": _case(BLOCKING, 20, 0.1, **PYTHON),
    "gevent 20": _case(GEVENT, 20, 0.1),
    "gevent mysql": _case(GEVENT, 20, 0.1, **MYSQL),
    "gevent python": _case(GEVENT, 60, 0.3, **PYTHON),
    # Pools without overflow, without a limit, and tiny ones.
    "pool 15+0": _case(GREEN, 100, 0.3, **_pool(15, 0)),
    "pool 30+0": _case(GREEN, 300, 0.2, **_pool(30, 0)),
    "pool 1+0": _case(GREEN, 20, 0.1, **_pool(1, 0)),
    "pool 2+20": _case(GREEN, 100, 0.1, **_pool(2, 20)),
    "pool 10+5": _case(GREEN, 60, 0.3, **_pool(10, 5)),
    "pool unlimited": _case(GREEN, 60, 0.3, **_pool(0, 0)),
    "overflow unlimited": _case(GREEN, 60, 0.3, **_pool(5, -1)),
    "null 60": _case(GREEN, 60, 0.3, **NULL),
    "null threads": _case(THREADS, 60, 0.3, threads=20, **NULL),
    "null mysql": _case(GREEN, 60, 0.3, **MYSQL, **NULL),
    "threads pool 15+0": _case(THREADS, 100, 0.2, threads=50, **_pool(15, 0)),
    "threads pool 4+0": _case(THREADS, 60, 0.1, threads=20, **_pool(4, 0)),
    "mysql pool 20+0": _case(GREEN, 100, 0.2, **MYSQL, **_pool(20, 0)),
    # Other drivers.
    "psycopg": _case(GREEN, 60, 0.3, driver="psycopg", **_pool(15, 0)),
    "psycopg threads": _case(THREADS, 60, 0.2, threads=20, driver="psycopg"),
    "mysqlconnector": _case(GREEN, 60, 0.3, driver="mysqlconnector", **MYSQL, **_pool(15, 0)),
    "mysqlclient threads": _case(THREADS, 60, 0.2, threads=20, driver="mysqlclient", **MYSQL),
    # Several workers.
    "2 workers": _case(GREEN, 100, 0.2, workers=2),
    "4 workers": _case(GREEN, 100, 0.2, workers=4),
    "2 workers 15+0": _case(GREEN, 100, 0.3, workers=2, **_pool(15, 0)),
    "2 workers threads": _case(THREADS, 100, 0.2, workers=2, threads=40),
    "4 workers threads": _case(THREADS, 400, 0.2, workers=4, threads=40),
    "2 workers blocking": _case(BLOCKING, 40, 0.05, workers=2),
    "4 workers blocking": _case(BLOCKING, 60, 0.05, workers=4),
    "8 workers blocking": _case(BLOCKING, 100, 0.1, workers=8),
    "2 workers gevent": _case(GEVENT, 40, 0.1, workers=2),
    "2 workers python": _case(GREEN, 400, 0.5, workers=2, **PYTHON),
    # Nothing but computing.
    "sleep 0": _case(GREEN, 500, 0),
    "sleep 0 2000": _case(GREEN, 2000, 0),
    "sleep 0 2000, 2 workers": _case(GREEN, 2000, 0, workers=2),
    "sleep 0, 4 workers": _case(BLOCKING, 1000, 0, workers=4),
    "sleep 0, 2 workers": _case(BLOCKING, 1000, 0, workers=2),
    "sleep 0 blocking": _case(BLOCKING, 500, 0),
    "sleep 0 threads": _case(THREADS, 500, 0, threads=15),
    "sleep 0 gevent": _case(GEVENT, 500, 0),
    "sleep 0 mysql": _case(GREEN, 500, 0, **MYSQL),
    "sleep 0 threads mysql": _case(THREADS, 500, 0, threads=15, **MYSQL),
    "sleep 0 python 5000": _case(GREEN, 5000, 0, **PYTHON),
    # What the database does not give.
    "120 of 97": _case(GREEN, 300, 1.0, **_pool(120, 0)),
    "2 x 60 of 97": _case(GREEN, 1000, 0.1, workers=2, **_pool(60, 0)),
    "null 200": _case(GREEN, 200, 0.3, **NULL),
    "threads 40 of 47": _case(
        THREADS, 100, 0.5, threads=40, postgres_max_connections=50, **_pool(100, 0)
    ),
    "threads 100 of 47": _case(
        THREADS, 100, 0.5, threads=100, postgres_max_connections=50, **_pool(100, 0)
    ),
    "4 workers of 27": _case(GREEN, 100, 0.2, workers=4, postgres_max_connections=30),
    "mysql 20": _case(GREEN, 60, 0.3, mysql_max_connections=20, **MYSQL, **_pool(30, 0)),
    # Who waits too long.
    "deadline": _case(BLOCKING, 20, 0.25, deadline_seconds=1.5),
    "deadline, 2 workers": _case(BLOCKING, 20, 0.25, deadline_seconds=1.5, workers=2),
    "pool_timeout": _case(GREEN, 100, 0.3, pool_timeout=1.0),
    "pool_timeout 15+0": _case(GREEN, 100, 0.3, pool_timeout=0.7, **_pool(15, 0)),
    "pool_timeout threads": _case(THREADS, 100, 0.2, threads=60, pool_timeout=0.5, **_pool(10, 0)),
    # Places before the pool.
    "backlog 16": _case(GREEN, 80, 0.5, backlog=16, **_pool(0, 0)),
    "backlog 16 blocking": _case(BLOCKING, 40, 0.05, backlog=16),
    "backlog 16 threads": _case(THREADS, 80, 0.2, backlog=16, threads=20, **_pool(20, 0)),
    "10 connections": _case(GREEN, 60, 0.3, worker_connections=10),
    "60 connections": _case(GREEN, 60, 0.3, worker_connections=60),
    "10 connections, 2 workers": _case(GREEN, 60, 0.3, worker_connections=10, workers=2),
    "threads 30, 10 connections": _case(THREADS, 60, 0.2, threads=30, worker_connections=10),
}
