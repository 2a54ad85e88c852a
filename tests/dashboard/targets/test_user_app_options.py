"""What the command line says of your own app is checked before anything starts."""

import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli.app_options import app_of, app_settings, request_specs_of
from dashboard.errors import StartError
from dashboard.targets.user_app_environment import AppEnvironment
from dashboard.targets.user_app_options import App, read_app
from dashboard.targets.user_app_spec import AppSpec, UserApp, last_lines
from dashboard.workload.mix import parse_request_spec
from settings import Settings, SettingsError, read_settings

ASKS = [parse_request_spec("/")]


def app(**given: Any) -> App:
    return read_app("shop:app", ASKS, **given)


def seen(**settings: Any) -> AppEnvironment:
    versions = {"gunicorn": "23.0.0", "gevent": "25.9", "psycopg2": "2.9", "psycogreen": "1.0.2"}
    return AppEnvironment("3.12.1", versions, settings)


@pytest.mark.parametrize("module", ["shop", "shop:app", "a.b.c:make(1, x='y')", "shop.wsgi:app"])
def test_what_gunicorn_takes_is_taken(module: str) -> None:
    assert read_app(module, ASKS).module == module


@pytest.mark.parametrize(
    ("module", "given", "word"),
    [
        ("shop/wsgi.py", {}, "package.module:object"),
        ("shop.py", {}, "without .py"),
        ("--bind=0.0.0.0:1", {}, "package.module:object"),
        ("shop:app", {"chdir": "/nowhere"}, "--chdir /nowhere is no directory"),
        ("shop:app", {"python": "/nowhere/python"}, "no Python interpreter"),
        ("shop:app", {"env": ["NOVALUE"]}, "KEY=VALUE"),
        ("shop:app", {"env": ["POOLSCOPE_PROBE=x"]}, "Poolscope's own"),
        ("shop:app", {"config": "nowhere.py"}, "no file"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure(
    module: str, given: dict[str, Any], word: str
) -> None:
    with pytest.raises(SettingsError) as error:
        read_app(module, ASKS, **given)
    assert word in str(error.value)


def test_an_environment_is_named_by_its_folder_or_found_beside_the_app(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    assert app(python=str(tmp_path / ".venv")).python == python
    assert app(chdir=str(tmp_path)).python == python
    assert app(chdir="/").python == Path(sys.executable)


def test_values_of_variables_are_in_no_text() -> None:
    user_app = app(env=["URL=postgresql://me:pass-word@host/db", "KEY=s3cr3t"])
    assert "s3cr3t" not in repr(user_app)
    shown = user_app.redact("at postgresql://me:pass-word@host/db with s3cr3t; pass-word is wrong")
    assert shown == "at (URL) with (KEY); (URL) is wrong"


def test_the_apps_own_configuration_is_where_a_run_begins() -> None:
    look = seen(worker_class="gthread", workers=3, threads=16, backlog=64)
    found = look.defaults()
    assert (found.mode, found.worker) == ("threads", "gthread")
    assert (found.workers, found.threads, found.backlog) == (3, 16, 64)
    assert seen(worker_class="sync", threads=4).defaults().mode == "threads"
    assert seen(worker_class="gevent").defaults().mode == "gevent-green"
    assert seen(worker_class="gunicorn.workers.ggevent.GeventWorker").defaults().worker == "gevent"
    uvicorn = seen(worker_class="uvicorn.workers.UvicornWorker", workers=99)
    assert uvicorn.defaults() == Settings(mode="blocking", sleep_seconds=0)
    assert "UvicornWorker" in uvicorn.note


def test_what_is_chosen_comes_over_the_apps_own() -> None:
    defaults = seen(worker_class="gthread", workers=3, threads=16).defaults()
    chosen = app_settings(defaults, {"workers": "2", "mode": None})
    assert (chosen.workers, chosen.threads, chosen.pool_from) == (2, 16, "app")
    assert app_settings(defaults, {"pool_size": "9"}).pool_from == "here"
    for name, value in (("sleep_seconds", "1"), ("driver", "psycopg"), ("endpoint", "python")):
        with pytest.raises(SettingsError, match="drop"):
            app_settings(defaults, {name: value})


def test_options_of_an_app_go_with_an_app() -> None:
    empty: dict[str, Any] = {"python": "", "chdir": "", "env": (), "gunicorn_conf": ""}
    request_specs = request_specs_of(("POST /orders x3", "/"), ("Accept: text/html",), None)
    assert [request_spec.text for request_spec in request_specs] == ["POST /orders x3", "GET /"]
    assert app_of(request_specs, module="", **empty) is None
    with pytest.raises(SettingsError, match="needs --app"):
        app_of(request_specs, module="", **empty | {"env": ("A=b",)})
    with pytest.raises(SettingsError, match=r"line break|path"):
        request_specs_of(("/a\nb",), (), None)


def guest_of(look: AppEnvironment, **given: Any) -> UserApp:
    return UserApp(app(**given), look, Path("/probe"))


def test_a_mode_that_the_environment_lacks_gets_its_pip_line() -> None:
    bare = AppEnvironment("3.12.1", {"gunicorn": "23.0.0", "psycopg2": "2.9"}, {})
    settings = bare.defaults()
    with pytest.raises(SettingsError, match="pip install gevent"):
        guest_of(bare).checked(read_settings(settings.as_dict() | {"mode": "gevent"}))
    gevent = AppEnvironment("3.12.1", bare.versions | {"gevent": "25.9"}, {})
    with pytest.raises(SettingsError, match="pip install psycogreen"):
        guest_of(gevent).checked(read_settings(settings.as_dict() | {"mode": "gevent-green"}))


def test_gunicorn_gets_what_was_chosen_and_one_import_path() -> None:
    user_app = guest_of(seen(), env=["DATABASE_URL=x://y"])
    settings = read_settings(
        user_app.environment.defaults().as_dict()
        | {"mode": "threads", "threads": 5, "pool_size": 7}
    )
    spec = AppSpec.of(settings, user_app)
    argv = spec.argv(30)
    conf = "--config=python:poolscope_probe.entry.gunicorn_conf"
    assert argv[1:5] == ["-m", "gunicorn", "shop:app", conf]
    assert {"--worker-class=gthread", "--threads=5", "--bind=127.0.0.1:0"} <= set(argv)
    assert not any("timeout" in word or "control" in word for word in argv)
    environ = spec.environ("127.0.0.1:1", "token")
    assert environ["PYTHONPATH"].split(":")[0] == "/probe"
    assert environ["DATABASE_URL"] == "x://y"
    # The pool is not chosen here, so it is no reason to start the app anew.
    assert AppSpec.of(read_settings(settings.as_dict() | {"pool_size": 8}), user_app) == spec
    here = AppSpec.of(read_settings(settings.as_dict() | {"pool_from": "here"}), user_app)
    assert here != spec


@pytest.mark.parametrize(
    ("log", "cause", "cure"),
    [
        ("Error: class uri 'gevent' invalid ... requires gevent 1.4", "gevent", "install gevent"),
        ("  File x\nModuleNotFoundError: No module named 'shop'", "No module named", "--chdir"),
        ("Failed to find attribute 'app' in 'shop'.", "found no app", "after the colon"),
        (
            "Exception in worker process\nTraceback:\n  File x\nKeyError: 'DATABASE_URL'\n[INFO] x",
            "KeyError: 'DATABASE_URL'",
            "--env",
        ),
        ("", "did not become ready", "last lines"),
    ],
)
def test_a_failed_start_is_told_with_cause_and_cure(log: str, cause: str, cure: str) -> None:
    spec = AppSpec.of(Settings(), guest_of(seen(), env=["SECRET=abcdef"]))
    error = spec.failure("did not become ready", log + "\nabcdef")
    assert isinstance(error, StartError)
    assert cause in error.cause
    assert cure in error.cure
    assert "abcdef" not in error.log


def test_the_last_line_of_the_last_traceback_is_found() -> None:
    log = "KeyError: 'a'\n  File x\npsycopg2.OperationalError: no server\n[1] [INFO] Booting\n"
    assert last_lines(log) == "psycopg2.OperationalError: no server"
    assert last_lines("all is well") == ""
