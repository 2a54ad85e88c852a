"""What is said of the real applications can be installed, asked for, and judged."""

import re

import pytest

from benchmarks.apps import REAL_APPS, RealApp
from benchmarks.truth_apps import Promise
from dashboard.cli.app_options import request_specs_of

APPS = pytest.mark.parametrize("app", REAL_APPS.values(), ids=REAL_APPS)


@APPS
def test_its_requirements_are_pinned_and_name_no_host(app: RealApp) -> None:
    lines = (app.folder / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    names = {line.partition("==")[0].lower() for line in lines}
    assert names >= ({"uvicorn"} if app.is_asgi else {"gunicorn", "gevent", "packaging"})
    assert app.green == (not app.is_asgi and "psycopg2-binary" in names)
    assert not app.green or "psycogreen" in names


@APPS
def test_it_has_an_app_a_seed_and_requests(app: RealApp) -> None:
    assert (app.folder / f"{app.module.partition(':')[0]}.py").is_file()
    assert (app.folder / "seed.py").is_file()
    assert len(request_specs_of(app.requests, app.headers, None)) == len(app.requests)


def promise(measured: float, failed: int = 0) -> Promise:
    return Promise("workers 2", 0.30, 0.36, before=0.5, measured=measured, failed=failed)


@pytest.mark.parametrize(
    ("measured", "off", "is_slower"),
    [(0.33, 1.0, False), (0.15, 2.0, False), (0.45, 1.25, False), (0.72, 2.0, True)],
)
def test_a_promise_is_off_by_what_lies_outside_of_its_range(
    measured: float, off: float, is_slower: bool
) -> None:
    assert promise(measured).off == pytest.approx(off)
    assert promise(measured).is_slower == is_slower


def test_a_change_that_makes_requests_fail_is_no_help() -> None:
    assert promise(0.33, failed=2).is_slower
