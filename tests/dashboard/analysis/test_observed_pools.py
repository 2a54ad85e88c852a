"""What was found in an app makes the settings that its run had, and the lines to paste."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.explanations import sentence_for
from dashboard.analysis.forecast import forecast_of, unknown
from dashboard.analysis.observed_pools import (
    ObservedApp,
    effective_model,
    expected_model,
    limiting_pool,
    merged,
    observed_from_json,
    observed_from_notice,
    words_of,
)
from dashboard.analysis.suggestions import suggestions_for
from dashboard.marks.requests import Request
from dashboard.runs.app_card import as_text, card
from dashboard.runs.paste import gunicorn_lines, pool_lines
from settings import Settings, TargetKind, read_settings
from target_app.probe.marks import Mark, Phase
from target_app.probe.pools import NUMBERS_PER_POOL

POOL: dict[str, Any] = {
    "index": 0, "class": "QueuePool", "size": 2, "overflow": 1, "timeout": 30.0,
    "dialect": "postgresql", "driver": "psycopg2", "asked": None,
}  # fmt: skip
NOTICE: dict[str, Any] = {"pools": [POOL], "drivers": ["psycopg2"], "green": False}
SETTINGS = read_settings({"mode": "threads", "sleep_seconds": 0})
FOUND = observed_from_notice(NOTICE)


def request(seq: int, pool: int = 0, waited: float = 0.0, service: float = 0.4) -> Request:
    number = pool * NUMBERS_PER_POOL + 1
    marks = (
        Mark("r", seq, Phase.QUEUED, 0.0),
        Mark("r", seq, Phase.HANDLING, 0.1, 7, 1),
        Mark("r", seq, Phase.WAITING, 0.1, 7, 1),
        Mark("r", seq, Phase.HOLDING, 0.1 + waited, 7, 1, number),
        Mark("r", seq, Phase.RESPONDING, 0.1 + waited + service, 7, 1),
        Mark("r", seq, Phase.DONE, 0.1 + waited + service, status=200),
    )
    return Request.of(seq, marks)


def test_a_run_of_an_app_had_its_pool_its_driver_and_its_time() -> None:
    had = effective_model(SETTINGS, TargetKind.APP, FOUND, [request(1)])
    assert (had.pool_class, had.pool_size, had.max_overflow) == ("QueuePool", 2, 1)
    assert had.driver == "psycopg2"
    assert had.sleep_seconds == pytest.approx(0.4)
    ours = effective_model(Settings(), TargetKind.EXAMPLE, FOUND, [])
    assert ours == EffectiveModel.of(Settings())


@pytest.mark.parametrize("kind", ["NullPool", "StaticPool", "SingletonThreadPool"])
def test_a_pool_without_limits_has_none(kind: str) -> None:
    notice = NOTICE | {"pools": [POOL | {"class": kind, "size": None, "overflow": None}]}
    assert (
        effective_model(
            SETTINGS, TargetKind.APP, observed_from_notice(notice), [request(1)]
        ).pool_capacity
        is None
    )


def test_without_sqlalchemy_the_driver_is_known_by_its_module() -> None:
    django = observed_from_notice({"pools": [], "drivers": ["psycopg2"], "django": True})
    had = effective_model(SETTINGS, TargetKind.APP, django, [request(1)])
    assert (had.pool_capacity, had.driver) == (None, "psycopg2")
    assert "time in Python" in words_of(django)[0]
    assert effective_model(SETTINGS, TargetKind.APP, None, []).driver == "none"
    green = observed_from_notice({"pools": [], "drivers": ["psycopg2"], "green": True})
    assert effective_model(SETTINGS, TargetKind.APP, green, []).driver == "psycopg2-green"


def test_of_two_pools_the_one_that_was_waited_for_is_the_limit() -> None:
    two = observed_from_notice(NOTICE | {"pools": [POOL, POOL | {"index": 1, "size": 9}]})
    waiting = [request(1), request(2, pool=1, waited=0.3)]
    found = limiting_pool(two, waiting)
    assert found is not None
    assert found.index == 1
    smallest = limiting_pool(two, [request(1)])
    assert smallest is not None
    assert smallest.index == 0
    assert limiting_pool(ObservedApp(), waiting) is None


def test_nothing_is_promised_of_an_app_before_a_run_has_shown_it() -> None:
    assert unknown(TargetKind.APP).limit == "unknown"
    settings = replace(SETTINGS, requests=9, threads=9)
    shown = expected_model(settings, FOUND, [request(1)])
    assert [count for count, _ in forecast_of(shown).batches] == [3, 3, 3]
    here = replace(settings, pool_from="here", pool_size=9, max_overflow=0)
    assert len(forecast_of(expected_model(here, FOUND, [request(1)])).batches) == 1


def test_a_tried_pool_is_forgotten_with_the_next_run_of_the_apps_own() -> None:
    asked = {"class": "QueuePool", "size": 2.0, "overflow": 1.0, "timeout": 30.0}
    tried = observed_from_notice(
        NOTICE | {"pools": [POOL | {"size": 9, "overflow": 0, "asked": asked}]}
    )
    assert effective_model(SETTINGS, TargetKind.APP, tried, []).pool_capacity == 9
    assert expected_model(SETTINGS, tried, []).pool_capacity == 3
    assert "the app's own is QueuePool, pool_size 2 + max_overflow 1" in words_of(tried)[0]


def test_what_lifts_an_apps_limit_can_be_launched_as_it_stands() -> None:
    chosen = replace(SETTINGS, mode="blocking", requests=20, threads=8)
    requests = [request(seq) for seq in range(1, 21)]
    had = effective_model(chosen, TargetKind.APP, FOUND, requests)
    evidence = Evidence.of(chosen, requests, model=had)
    for limit in ("sync-workers", "blocking-driver", "pool-capacity", "max-connections"):
        for each in suggestions_for(limit, evidence):
            assert read_settings(each.settings.as_dict()) == each.settings
            assert (each.settings.driver, each.settings.sleep_seconds) == ("auto", 0)
            assert each.settings.pool_from == ("here" if "pool" in each.title else "app")
            assert "driver" not in each.title
    titles = [each.title for each in suggestions_for("sync-workers", evidence)]
    assert titles[:2] == ["workers 2", "mode threads, threads 20"]
    assert titles[2].startswith("mode gevent-green")
    (wider,) = suggestions_for("pool-capacity", evidence)
    assert wider.forecast_seconds is None  # it computes, which no arithmetic of waits knows
    text = sentence_for("pool-capacity", evidence, [wider])
    assert text.endswith(" Try pool_size 20, max_overflow 0: a run will show what it brings.")
    assert wider.title == "pool_size 20, max_overflow 0"


def test_what_is_kept_reads_back_and_what_is_broken_is_refused() -> None:
    assert observed_from_json(FOUND.as_json()) == FOUND
    more = replace(FOUND, drivers=("pymysql",), uses=("django",))
    both = merged([FOUND, more])
    assert both is not None
    assert (both.drivers, both.uses) == (("psycopg2", "pymysql"), ("django",))
    assert merged([]) is None
    several: list[dict[str, Any]] = [{}, {"pools": 1, "drivers": []}]
    for broken in (*several, {"pools": [{}], "drivers": []}):
        with pytest.raises(ValueError, match="not what a worker tells"):
            observed_from_notice(broken)


def test_the_lines_to_paste_are_python_that_the_app_can_take() -> None:
    tried = replace(SETTINGS, pool_from="here", pool_size=9, max_overflow=0)
    flask = replace(FOUND, uses=("flask_sqlalchemy", "sqlalchemy"))
    options = '{"pool_size": 9, "max_overflow": 0, "pool_timeout": 30}'
    assert pool_lines(tried, flask) == f'app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {options}\n'
    engine = "engine = create_engine(url, pool_size=9, max_overflow=0, pool_timeout=30)\n"
    assert pool_lines(tried, FOUND) == engine
    assert pool_lines(SETTINGS, FOUND) == ""
    null = replace(tried, pool_class="NullPool")
    for found in (flask, FOUND):
        compile(pool_lines(null, found), "app.py", "exec")
    for mode in ("blocking", "threads", "gevent", "gevent-green"):
        lines = gunicorn_lines(replace(SETTINGS, mode=mode), FOUND)
        names: dict[str, Any] = {}
        exec(compile(lines, "gunicorn.conf.py", "exec"), names)  # noqa: S102  our own lines
        assert names["workers"] == 1
        assert ("post_fork" in names) is (mode == "gevent-green")


def test_the_card_says_what_was_given_and_found() -> None:
    facts = {
        "module": "shop:app", "python": "3.12.1", "versions": {"gunicorn": "23.0.0"},
        "given": "gunicorn.conf.py: workers 2", "found": FOUND.as_json(),
    }  # fmt: skip
    shown = card(SETTINGS, effective_model(SETTINGS, TargetKind.APP, FOUND, []), facts, None)
    assert shown is not None
    assert shown["pool"]["pool_size"] == 2
    text = "\n".join(as_text(shown))
    assert "shop:app on gunicorn 23.0.0, Python 3.12.1." in text
    assert "Found: QueuePool, pool_size 2 + max_overflow 1, pool_timeout 30 s, psycopg2" in text
    assert card(SETTINGS, EffectiveModel.of(SETTINGS), None, None) is None
