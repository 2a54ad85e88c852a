"""Other people's ASGI apps, from an environment that does not have Poolscope, under each server."""

from typing import Any, NamedTuple

import pytest

from config import Environment
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.targets.user_app_options import App, read_app
from dashboard.workload.mix import parse_request_spec
from settings import Settings
from tests.live.environments import APPS, python_of
from tests.live.test_your_app import limit_of, phases_of, run, serving, warm_run

pytestmark = pytest.mark.live

SERVERS = ("uvicorn", "gunicorn", "hypercorn", "granian")
REQUESTS = 6
SLEEP = 0.2
IN_POOL = {"waiting", "executing", "holding"}


class Case(NamedTuple):
    """What is asked of an app, the pools that are found, and the limit that is named."""

    module: str
    asked: str
    pools: tuple[tuple[str, int | None, int | None], ...] = ()
    limits: frozenset[str] = frozenset({"none"})
    phases: frozenset[str] = frozenset()


POOL_LIMITS = frozenset({"pool-capacity", "overflow-collapse"})
CASES = {
    "fastapi-async": Case(
        "fast_shop:app",
        f"/orders?s={SLEEP}",
        (("AsyncAdaptedQueuePool", 2, 1),),
        POOL_LIMITS,
        frozenset(IN_POOL),
    ),
    "fastapi-def": Case(
        "fast_shop:app",
        f"/stock?s={SLEEP}",
        (("QueuePool", 2, 0),),
        POOL_LIMITS,
        frozenset({"thread-queued", *IN_POOL}),
    ),
    "asyncpg": Case(
        "fast_shop:app",
        f"/asyncpg?s={SLEEP}",
        (("asyncpg.Pool", 2, 0),),
        POOL_LIMITS,
        frozenset(IN_POOL),
    ),
    "psycopg": Case(
        "fast_shop:app",
        f"/psycopg?s={SLEEP}",
        (("psycopg_pool.AsyncConnectionPool", 2, 0),),
        POOL_LIMITS,
        frozenset(IN_POOL),
    ),
    "psycopg-sync": Case(
        "fast_shop:app",
        f"/psycopg-sync?s={SLEEP}",
        (("psycopg_pool.ConnectionPool", 2, 0),),
        POOL_LIMITS,
        frozenset({"thread-queued", *IN_POOL}),
    ),
    "held": Case("fast_shop:app", f"/held?s={SLEEP}", (), frozenset({"event-loop-blocked"})),
    "starlette-factory": Case("starlette_site:create_app(debug=False)", "/orders"),
    "quart": Case("quart_site:app", "/orders"),
    "quart-def": Case("quart_site:app", "/blocking", phases=frozenset({"thread-queued"})),
    "django": Case("django_site:asgi", f"/orders?s={SLEEP}", phases=frozenset({"thread-queued"})),
    "bare": Case("bare_asgi:app", f"/slow?s={SLEEP}"),
}
OF_GUNICORN = {
    "gunicorn.conf.py names uvicorn's": "uvicorn_worker.UvicornWorker",
    "gunicorn.conf.py names gunicorn's own": "asgi",
}


@pytest.fixture(scope="module")
def postgres(runtime: Runtime) -> str:
    """The URL of the embedded Postgres."""
    return runtime.databases.ensure(Settings(), lambda _step: None).postgres


def app_for(case: Case, url: str, **more: Any) -> App:
    given = {
        "python": str(python_of("asgi")),
        "chdir": str(APPS),
        "env": [f"DATABASE_URL={url}"],
    }
    return read_app(case.module, [parse_request_spec(case.asked)], **given | more)


def check(name: str, case: Case, found: Run) -> None:
    record = found.record()
    assert [request.done for request in record.requests] == [True] * REQUESTS, name
    assert found.found is not None
    pools = tuple((pool.kind, pool.size, pool.overflow) for pool in found.found.pools)
    assert pools == case.pools, name
    for phases in phases_of(found):
        assert {"queued", "handling", "responding", "done"} | case.phases <= phases, name
        assert not phases & IN_POOL or case.pools, name
    assert limit_of(found) in case.limits, (name, record.diagnosis)


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_app_shows_what_its_requests_wait_for(
    name: str, environment: Environment, postgres: str
) -> None:
    with serving(app_for(CASES[name], postgres), environment) as parts:
        assert parts.user_app is not None
        assert parts.user_app.environment.interface == "ASGI"
        defaults = parts.user_app.environment.defaults()
        assert (defaults.mode, defaults.server) == ("asyncio", "auto")
        found = warm_run(parts, requests=REQUESTS)
        check(name, CASES[name], found)
        card = found.record().card
        assert card is not None
        assert card["on"].startswith("uvicorn ")
        assert len(card["pools"]) == 1
        assert "uvicorn" in " ".join(parts.gunicorn.command)


@pytest.mark.parametrize("server", SERVERS[1:])
def test_every_server_serves_the_same_app(
    server: str, environment: Environment, postgres: str
) -> None:
    with serving(app_for(CASES["fastapi-async"], postgres), environment) as parts:
        found = warm_run(parts, requests=REQUESTS, server=server)
        check(server, CASES["fastapi-async"], found)
        assert server in " ".join(parts.gunicorn.command)
        two = run(parts, requests=REQUESTS, server=server, workers=2)
        assert len(parts.gunicorn.pids) == 2
        assert all(request.done for request in two.record().requests)


def test_the_line_that_holds_the_loop_is_named(environment: Environment, postgres: str) -> None:
    with serving(app_for(CASES["held"], postgres), environment) as parts:
        diagnosis = warm_run(parts, requests=REQUESTS).record().diagnosis
        assert diagnosis is not None
        lines = (APPS / "fast_shop.py").read_text().splitlines()
        line = next(n for n, text in enumerate(lines, 1) if text.endswith("# HOLDS"))
        assert f"fast_shop.py:{line} in held held it" in diagnosis.sentence


def test_threads_are_named_whether_they_are_anyios_or_an_executors(
    environment: Environment, postgres: str
) -> None:
    case = Case("fast_shop:app", "/thread?s=0.4")
    with serving(app_for(case, postgres), environment) as parts:
        found = warm_run(parts, requests=12, thread_tokens=4)
        assert [batch.count for batch in found.record().batches] == [4, 4, 4]
        assert limit_of(found) == "anyio-threads"
        assert found.found is not None
        assert found.found.tokens == 4
        own = run(parts, requests=12)
        assert limit_of(own) == "none"
        assert own.found is not None
        assert own.found.tokens == 40
    case = Case("fast_shop:app", "/executor?s=0.4")
    with serving(app_for(case, postgres), environment) as parts:
        assert limit_of(warm_run(parts, requests=80)) == "executor-threads"


@pytest.mark.parametrize("worker_class", OF_GUNICORN.values(), ids=list(OF_GUNICORN))
def test_the_worker_class_of_the_apps_own_configuration_is_honoured(
    worker_class: str, environment: Environment, postgres: str, tmp_path: Any
) -> None:
    conf = tmp_path / "conf.py"
    conf.write_text(f"worker_class = {worker_class!r}\nworkers = 2\n")
    app = app_for(CASES["fastapi-async"], postgres, config=str(conf))
    with serving(app, environment) as parts:
        assert parts.user_app is not None
        defaults = parts.user_app.environment.defaults()
        assert defaults.workers == 2
        found = run(parts, requests=REQUESTS)
        assert f"--worker-class={worker_class}" in parts.gunicorn.command
        assert all(request.done for request in found.record().requests)
        assert len(parts.gunicorn.pids) == 2
