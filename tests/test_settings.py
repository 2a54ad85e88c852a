"""What settings allow, what they say when they refuse."""

import math
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fields import Field
from modes import MODES
from settings import FIELDS, Settings, SettingsError, read_settings

NUMBERS = [each for each in FIELDS.values() if each.kind != "choice"]
CHOICES = [each for each in FIELDS.values() if each.kind == "choice"]


def refused(**given: Any) -> dict[str, str]:
    """The messages of settings that are refused, by field."""
    with pytest.raises(SettingsError) as caught:
        read_settings(given)
    return dict(caught.value.errors)


def test_without_a_word_every_field_has_its_default() -> None:
    assert read_settings({}) == Settings()
    assert set(FIELDS) == {each.name for each in fields(Settings)} == set(Settings().as_dict())


def test_the_defaults_are_what_the_fields_allow_and_sqlalchemys_own() -> None:
    assert all(each.parse(each.default) == each.default for each in FIELDS.values())
    chosen = Settings()
    assert (chosen.pool_size, chosen.max_overflow, chosen.pool_timeout) == (5, 10, 30.0)


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.name)
def test_a_number_is_taken_up_to_its_bounds_and_not_beyond(field: Field) -> None:
    low, high = field.minimum, field.maximum
    assert field.parse(low) == field.parse(str(low)) == low
    assert field.parse(high) == field.parse(f"{high:g}") == high
    for beyond in (low - 1, high + 1, str(high + 1), math.inf, -math.inf, math.nan, "1e999"):
        with pytest.raises(ValueError, match=f"{field.name} must be a .*number from"):
            field.parse(beyond)


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
@pytest.mark.parametrize("bad", ["", "abc", None, True, [], {}, b"5", "x" * 500, 10**400])
def test_what_is_no_value_at_all_is_refused_with_the_allowed_range(field: Field, bad: Any) -> None:
    with pytest.raises(ValueError, match=field.name) as caught:
        field.parse(bad)
    assert field.allowed in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("field", CHOICES, ids=lambda field: field.name)
def test_a_choice_is_one_of_its_words_in_their_case(field: Field) -> None:
    assert [field.parse(word) for word in field.choices] == list(field.choices)
    with pytest.raises(ValueError, match="one of " + ", ".join(field.choices)):
        field.parse(field.choices[0].swapcase())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"requests": 0}, "requests must be a whole number from 1 to 10000, not 0"),
        ({"requests": -1}, "requests must be a whole number from 1 to 10000, not -1"),
        ({"requests": "10001"}, "requests must be a whole number from 1 to 10000, not '10001'"),
        ({"requests": 1.5}, "requests must be a whole number from 1 to 10000, not 1.5"),
        ({"sleep_seconds": 61}, "sleep_seconds must be a number from 0 to 60 s, not 61"),
        ({"pool_size": -1}, "pool_size must be a whole number from 0 to 1000, not -1"),
        (
            {"endpoint": "oracle"},
            "endpoint must be one of python, postgres, mysql, not 'oracle'",
        ),
        ({"colour": "red"}, "unknown setting 'colour'"),
    ],
)
def test_a_message_names_the_range_and_what_was_given(given: dict[str, Any], message: str) -> None:
    assert refused(**given) == {next(iter(given)): message}


def test_every_field_that_is_wrong_is_named() -> None:
    assert list(refused(mode="fast", requests=0, workers=17)) == ["mode", "requests", "workers"]


@given(number=st.integers(1, 10_000), as_text=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_number_and_its_text_mean_the_same(number: int, as_text: bool) -> None:
    chosen = read_settings({"requests": str(number) if as_text else float(number)})
    assert chosen.requests == number
    assert type(chosen.requests) is int


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"driver": "psycopg2-green", "mode": "blocking"}, "driver", "sync worker does not have"),
        ({"driver": "psycopg2-green", "mode": "threads"}, "driver", "gthread worker does not"),
        ({"driver": "psycopg2-green", "worker_class": "sync"}, "driver", "sync worker does not"),
        ({"driver": "pymysql"}, "driver", "psycopg, asyncpg or auto"),
        ({"driver": "pymysql", "endpoint": "python"}, "driver", "does not speak to postgres"),
        ({"driver": "psycopg", "endpoint": "mysql"}, "driver", "does not speak to mysql"),
        ({"pool_size": 0}, "max_overflow", "set max_overflow to 0 or -1"),
        ({"mode": "asyncio", "worker_class": "sync"}, "worker_class", "served under ASGI"),
        ({"mode": "threads", "server": "uvicorn"}, "server", "use server gunicorn"),
        ({"mode": "asyncio", "driver": "psycopg2"}, "driver", "use mode asyncio-blocking"),
        ({"mode": "asyncio-threads", "driver": "asyncpg"}, "driver", "use mode asyncio"),
        ({"mode": "threads", "driver": "aiomysql", "endpoint": "mysql"}, "driver", "mode asyncio"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_with_a_cure(
    given: dict[str, Any], field: str, words: str
) -> None:
    errors = refused(**given)
    assert list(errors) == [field]
    assert words in errors[field]


@pytest.mark.parametrize(
    "given",
    [
        {"pool_size": 0, "max_overflow": 0},
        {"pool_size": 0, "max_overflow": -1},
        {"pool_size": 0, "pool_class": "NullPool"},
        {"driver": "psycopg2-green", "worker_class": "gevent", "mode": "blocking"},
        {"driver": "mysqlconnector", "endpoint": "mysql"},
        {"driver": "psycopg", "mode": "asyncio", "server": "granian"},
        {"driver": "psycopg", "mode": "asyncio-threads", "server": "gunicorn"},
    ],
)
def test_settings_that_only_look_contradictory_are_taken(given: dict[str, Any]) -> None:
    chosen = read_settings(given).as_dict()
    assert {name: chosen[name] for name in given} == given


@pytest.mark.parametrize("mode", MODES.values(), ids=lambda mode: mode.name)
def test_a_mode_sets_worker_and_drivers(mode: Any) -> None:
    chosen = Settings(mode=mode.name)
    assert (chosen.worker, chosen.postgres_driver, chosen.mysql_driver) == mode[2:5]
    assert chosen.database_driver == mode.postgres_driver
    assert Settings(mode=mode.name, endpoint="mysql").database_driver == mode.mysql_driver


def test_a_worker_class_by_hand_takes_the_green_driver_away() -> None:
    assert Settings(mode="gevent-green", worker_class="sync").postgres_driver == "psycopg2"


@pytest.mark.parametrize(
    ("chosen", "concurrency", "capacity"),
    [
        (Settings(mode="blocking", threads=9), 1, 15),
        (Settings(mode="threads", threads=9, max_overflow=0), 9, 5),
        (Settings(worker_connections=7, pool_size=15), 7, 25),
        (Settings(pool_class="NullPool"), 1000, None),
        (Settings(pool_size=0, max_overflow=0), 1000, None),
        (Settings(max_overflow=-1), 1000, None),
    ],
)
def test_a_worker_is_limited_by_its_class_and_by_its_pool(
    chosen: Settings, concurrency: int, capacity: int | None
) -> None:
    assert (chosen.concurrency, chosen.pool_capacity) == (concurrency, capacity)


def test_the_path_carries_the_sleep() -> None:
    assert Settings(endpoint="python", sleep_seconds=0.5).path == "/sleep/python/?seconds=0.5"
