"""Other people's apps, from environments that do not have Poolscope, under each worker class."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config import Environment
from dashboard.errors import StartError
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.targets.user_app_options import App, read_app
from dashboard.workload.mix import parse_request_spec
from settings import Settings, SettingsError, read_settings
from target_app.probe.marks import extras
from tests.live.environments import APPS, python_of

pytestmark = pytest.mark.live

REQUESTS = 5
SLEEP = 0.15
POOL_LIMITS = {"pool-capacity", "overflow-collapse"}
IN_POOL = {"waiting", "executing", "holding"}


class Case(NamedTuple):
    """An app, where it lives, what is asked of it, and the pool that it has."""

    module: str
    environment: str
    asked: tuple[str, ...]
    pools: tuple[tuple[str, int | None, int | None], ...]  # class, size, overflow
    uses: tuple[str, ...]


ORDERS = (f"/orders?s={SLEEP}",)
CASES = {
    "flask-two-binds": Case(
        "shop:app",
        "new",
        (f"/orders?s={SLEEP} x3", "/stock"),
        (("QueuePool", 2, 1), ("QueuePool", 5, 10)),
        ("sqlalchemy", "flask_sqlalchemy"),
    ),
    "factory": Case(
        "shop:create_app()",
        "new",
        ORDERS,
        (("QueuePool", 2, 1),),
        ("sqlalchemy", "flask_sqlalchemy"),
    ),
    "sqlalchemy-1.4": Case(
        "plain:app", "old", (f"/?s={SLEEP}",), (("QueuePool", 2, 0),), ("sqlalchemy",)
    ),
    "django": Case("django_site:application", "new", ORDERS, (), ("django",)),
    "bare": Case("bare:app", "old", (f"/slow?s={SLEEP}",), (), ()),
}


@pytest.fixture(scope="module")
def postgres(runtime: Runtime) -> str:
    """The URL of the embedded Postgres, for any version of SQLAlchemy."""
    return runtime.databases.ensure(Settings(), lambda _step: None).postgres


def app_for(case: Case, url: str) -> App:
    return read_app(
        case.module,
        [parse_request_spec(text) for text in case.asked],
        python=str(python_of(case.environment)),
        chdir=str(APPS),
        env=[f"DATABASE_URL={url}"],
    )


@contextmanager
def serving(app: App, environment: Environment) -> Iterator[Runtime]:
    with Runtime(environment, app) as parts:
        yield parts


def run(parts: Runtime, **given: Any) -> Run:
    assert parts.user_app is not None
    settings = read_settings(parts.user_app.environment.defaults().as_dict() | given)
    launched = parts.conductor.launch(settings, keep=False)
    parts.conductor.wait()
    assert launched.error is None, (launched.error, launched.error and launched.error.log)
    return launched


def warm_run(parts: Runtime, **given: Any) -> Run:
    """A run of a target that has imported all that its first request imports."""
    run(parts, **given | {"requests": 2})
    return run(parts, **given)


def phases_of(launched: Run) -> list[set[str]]:
    return [{mark.phase.value for mark in request.marks} for request in launched.record().requests]


def limit_of(launched: Run) -> str:
    diagnosis = launched.record().diagnosis
    assert diagnosis is not None
    return diagnosis.limit


@pytest.mark.parametrize("name", CASES)
def test_each_worker_class_shows_what_the_apps_requests_wait_for(
    name: str, environment: Environment, postgres: str
) -> None:
    case = CASES[name]
    with serving(app_for(case, postgres), environment) as parts:
        for mode in ("blocking", "threads", "gevent-green"):
            # What first requests import keeps a slow machine busy, and makes a pool's wait short.
            shown = warm_run if case.pools and mode != "blocking" else run
            found = shown(parts, mode=mode, threads=REQUESTS, requests=REQUESTS)
            requests = found.record().requests
            assert [request.done for request in requests] == [True] * REQUESTS, (name, mode)

            assert found.found is not None
            assert found.found.uses == tuple(sorted(case.uses))
            pools = [(pool.kind, pool.size, pool.overflow) for pool in found.found.pools]
            assert tuple(sorted(pools)) == case.pools
            for phases in phases_of(found):
                assert {"queued", "handling", "responding", "done"} <= phases
                assert (phases >= IN_POOL) is bool(case.pools)
                assert bool(phases & IN_POOL) is bool(case.pools)

            lanes = {request.service.lane for request in requests if request.service}
            assert len(lanes) == 1 if mode == "blocking" else len(lanes) > 1, (name, mode)
            if mode == "blocking":
                assert limit_of(found) in {"sync-workers", "cpu"}, name
            elif case.pools:
                assert limit_of(found) in POOL_LIMITS, (name, mode)
                kind, size, overflow = case.pools[0]
                had = found.record().effective
                assert (had.pool_class, had.pool_size, had.max_overflow) == (kind, size, overflow)
            else:
                assert limit_of(found) in {"none", "cpu"}, (name, mode)


def test_the_pool_of_an_app_is_tried_otherwise_and_the_lines_are_given(
    environment: Environment, postgres: str
) -> None:
    with serving(app_for(CASES["factory"], postgres), environment) as parts:
        held = warm_run(parts, mode="threads", threads=REQUESTS, requests=REQUESTS)
        diagnosis = held.record().diagnosis
        assert diagnosis is not None
        assert diagnosis.limit in POOL_LIMITS
        better = diagnosis.suggestions[-1].settings
        assert (better.pool_from, better.pool_size, better.max_overflow) == ("here", REQUESTS, 0)

        lifted = warm_run(parts, **better.as_dict())
        assert limit_of(lifted) == "none"
        assert lifted.found is not None
        (pool,) = lifted.found.pools
        assert (pool.size, pool.overflow) == (REQUESTS, 0)
        assert pool.asked is not None
        assert (pool.asked["size"], pool.asked["overflow"]) == (2, 1)
        card = lifted.record().card
        assert card is not None
        assert 'app.config["SQLALCHEMY_ENGINE_OPTIONS"]' in card["paste"][-1]["lines"]
        assert f'"pool_size": {REQUESTS}, "max_overflow": 0' in card["paste"][-1]["lines"]

        null = run(parts, mode="threads", threads=2, requests=2, pool_from="here",
                   pool_class="NullPool")  # fmt: skip
        assert null.found is not None
        assert [pool.kind for pool in null.found.pools] == ["NullPool"]


def test_psycogreen_follows_the_mode(environment: Environment, postgres: str) -> None:
    with serving(app_for(CASES["sqlalchemy-1.4"], postgres), environment) as parts:
        blocked = warm_run(parts, mode="gevent", requests=4)
        assert blocked.found is not None
        assert not blocked.found.green
        assert limit_of(blocked) == "blocking-driver"
        diagnosis = blocked.record().diagnosis
        assert diagnosis is not None
        assert diagnosis.suggestions[0].title == "mode gevent-green"


def test_an_engine_that_is_made_with_a_request_of_a_preloaded_app_is_watched_as_well(
    environment: Environment, postgres: str, tmp_path: Path
) -> None:
    case = CASES["sqlalchemy-1.4"]._replace(asked=("/late?s=0.05",))
    (tmp_path / "conf.py").write_text("preload_app = True\n")
    app = replace(app_for(case, postgres), config=str(tmp_path / "conf.py"))
    with serving(app, environment) as parts:
        found = run(parts, mode="threads", requests=2)
        assert found.found is not None
        assert [pool.kind for pool in found.found.pools] == ["NullPool"]
        assert all(phases >= {*IN_POOL, "connecting"} for phases in phases_of(found))


CONF = """
import os
workers, threads, worker_class = 2, 3, "gthread"
preload_app = True
bind, daemon, errorlog, pidfile = "127.0.0.1:9", True, "/nowhere/log", "/nowhere/pid"
def post_worker_init(worker):
    os.environ["THEIR_HOOK"] = "ran"
"""
HOOKED = """
import os, threading, time
threading.Thread(target=time.sleep, args=[60], daemon=True).start()
def app(environ, start_response):
    start_response("200 OK" if os.environ.get("THEIR_HOOK") else "500 Not called", [])
    return [b""]
"""


def test_the_apps_own_gunicorn_configuration_is_kept(
    environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / "gunicorn.conf.py").write_text(CONF)
    (tmp_path / "hooked.py").write_text(HOOKED)
    app = read_app(
        "hooked:app", [parse_request_spec("/")], python=str(python_of("old")), chdir=str(tmp_path)
    )
    with serving(app, environment) as parts:
        assert parts.user_app is not None
        defaults = parts.user_app.environment.defaults()
        assert (defaults.mode, defaults.workers, defaults.threads) == ("threads", 2, 3)
        found = run(parts, requests=4)
        assert [request.done for request in found.record().requests] == [True] * 4
        assert len(parts.gunicorn.pids) == 2
        assert any("threads of its own (1 of them)" in note for note in found.notes)
        # gevent has no use for a preloaded app: it is loaded in the worker, and that is said.
        green = run(parts, mode="gevent", requests=2)
        assert any("without preload_app" in note for note in green.notes)


BROKEN = {
    "imports": ("import nowhere_to_be_found\n", "No module named", "--chdir"),
    "raises": ("x = {}['DATABASE_URL']\n", "KeyError: 'DATABASE_URL'", "--env"),
    "empty": ("", "found no app in broken:app", "after the colon"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_app_that_cannot_be_loaded_is_told_with_its_last_lines(
    how: str, environment: Environment, tmp_path: Path
) -> None:
    source, cause, cure = BROKEN[how]
    (tmp_path / "broken.py").write_text(source)
    app = read_app(
        "broken:app", [parse_request_spec("/")], python=str(python_of("old")), chdir=str(tmp_path),
        env=["SECRET=do-not-show"],
    )  # fmt: skip
    with serving(app, environment) as parts:
        assert parts.user_app is not None
        launched = parts.conductor.launch(parts.user_app.environment.defaults(), keep=False)
        parts.conductor.wait()
        assert launched.error is not None
        assert cause in launched.error.cause
        assert cure in launched.error.cure
        assert "do-not-show" not in repr(launched.error) + launched.error.log


def test_what_the_app_answers_with_an_error_is_told_with_its_reason(
    environment: Environment, postgres: str
) -> None:
    elsewhere = postgres.replace("host=", "host=%2Fnowhere")
    for asked, url, word in (
        ("/orders", elsewhere, "connect-refused"),
        ("/broken", postgres, "http-5xx"),
        ("/leak", postgres, "http-5xx"),
    ):
        case = CASES["factory"]._replace(asked=(asked,))
        with serving(app_for(case, url), environment) as parts:
            found = run(parts, mode="threads", requests=2)
            assert {request.failure for request in found.record().requests} == {word}
            told = " ".join(found.notes)
            details = [text for mark in found.log.marks() for text in extras(mark).values()]
            assert not any(url in text for text in (told, *map(str, details)))
            assert ("RuntimeError: the shelf is empty" in told) is (asked == "/broken")


def test_an_environment_without_gunicorn_or_gevent_gets_the_pip_line(
    environment: Environment, tmp_path: Path, postgres: str
) -> None:
    app = app_for(CASES["bare"], postgres)
    bare = tmp_path / "bin" / "python"
    bare.parent.mkdir()
    # Isolated from every package: as an environment that has none.
    bare.write_text(f'#!/bin/sh\nexec {app.python} -I -S "$@"\n')
    bare.chmod(0o755)
    with (
        pytest.raises(StartError, match="gunicorn is not installed") as error,
        serving(replace(app, python=bare), environment),
    ):
        pass
    assert f"{bare} -m pip install gunicorn" in error.value.cure

    with serving(app, environment) as parts:
        assert parts.user_app is not None
        versions = {k: v for k, v in parts.user_app.environment.versions.items() if k != "gevent"}
        seen = replace(parts.user_app.environment, versions=versions)
        user_app = replace(parts.user_app, environment=seen)
        with pytest.raises(SettingsError, match="pip install gevent"):
            user_app.checked(replace(seen.defaults(), mode="gevent"))
