"""How processes hear of what they are told through their environment."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT, Environment, TargetConfig, child_environ, own_environ
from settings import SettingsError

TARGETS = st.builds(
    TargetConfig,
    postgres_url=st.just("postgresql+psycopg2://u:p%40ss@/db?host=/tmp/x y"),
    mysql_url=st.sampled_from(["", "mysql+pymysql://root@localhost/x"]),
    sleep_seconds=st.floats(0, 60),
    pool_class=st.sampled_from(["QueuePool", "NullPool"]),
    pool_size=st.integers(1, 1000),
    max_overflow=st.integers(-1, 1000),
    pool_timeout=st.floats(0, 600),
    psycogreen=st.booleans(),
    beacon=st.sampled_from(["", "127.0.0.1:5001"]),
    token=st.text("0123456789abcdef", max_size=32),
)


@given(TARGETS)
@settings(max_examples=100, deadline=None)
def test_a_target_hears_exactly_what_it_is_told(config: TargetConfig) -> None:
    assert TargetConfig.from_environ(config.to_environ()) == config


def test_a_target_by_hand_sleeps_five_seconds_at_the_embedded_postgres() -> None:
    config = TargetConfig.from_environ({"POOLSCOPE_DATA_DIR": "/data"})
    assert config == TargetConfig("postgresql+psycopg2://postgres@/poolscope?host=/data/1/postgres")
    assert config.sleep_seconds == 5


@pytest.mark.parametrize("text", ["true", "True", "1", "yes", "on"])
def test_psycogreen_is_asked_for_as_in_the_example(text: str) -> None:
    assert TargetConfig.from_environ({"PSYCOGREEN": text}).psycogreen


@pytest.mark.parametrize(
    "environ", [{"POOL_SIZE": "-1"}, {"POOL_TIMEOUT": "soon"}, {"SLEEP_SECONDS": "61"}]
)
def test_a_target_refuses_an_environment_out_of_range(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ)).lower()):
        TargetConfig.from_environ(environ)


def test_the_dashboards_environment_is_read_and_nothing_created(tmp_path: Path) -> None:
    given = {
        "POOLSCOPE_DATA_DIR": f"{tmp_path}/new",
        "POSTGRES_URL": "postgresql://x",
        "CI": "true",
    }
    read = Environment.read(given)
    assert (read.data_dir, read.postgres_url, read.ci) == (
        tmp_path / "new",
        "postgresql://x",
        True,
    )
    assert not (tmp_path / "new").exists()


def test_without_a_data_directory_there_is_a_default_one() -> None:
    assert Environment.read({}).data_dir.is_absolute()


def test_a_child_hears_our_environment_but_nothing_that_steers_gunicorn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers=9")
    monkeypatch.setenv("KEPT", "yes")
    environ = child_environ(EXTRA="1")
    assert "GUNICORN_CMD_ARGS" not in environ
    assert (environ["KEPT"], environ["EXTRA"]) == ("yes", "1")


def test_our_own_children_find_our_modules_before_any_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/theirs")
    assert own_environ(EXTRA="1")["PYTHONPATH"] == os.pathsep.join([str(ROOT), "/theirs"])
    monkeypatch.delenv("PYTHONPATH")
    assert own_environ()["PYTHONPATH"] == str(ROOT)
