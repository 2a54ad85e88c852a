"""The databases' addresses: for each driver, given by a person, and what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from config import Environment
from dashboard.databases import databases, mariadb
from dashboard.databases.databases import (
    APPLICATION_NAME,
    DIALECTS,
    Databases,
    missing_driver,
    url_for,
)
from dashboard.errors import StartError
from dashboard.processes.children import Children
from dashboard.processes.data_dir import Instance
from modes import MYSQL_DRIVERS, POSTGRES_DRIVERS
from settings import Settings

POSTGRES = "postgresql://ann:p%40ss@db.example:5433/shop?sslmode=require"
MYSQL = "mysql://ann:p%40ss@db.example:3307/shop"
NOWHERE = "127.0.0.1:9"  # discard: nothing listens there
AWAY = f"postgresql://{NOWHERE}/"


@pytest.fixture
def children() -> Iterator[Children]:
    parent = Children()
    yield parent
    parent.close()


def given(children: Children, folder: Path, **urls: str) -> Databases:
    """The databases of a person who has set ``urls``; nothing is started."""
    return Databases(Environment(folder, **urls), Instance(folder, None), children)  # type: ignore[arg-type]


@pytest.mark.parametrize("driver", [*POSTGRES_DRIVERS, *MYSQL_DRIVERS])
def test_a_url_is_for_its_driver_and_keeps_all_else(driver: str) -> None:
    base = MYSQL if driver in MYSQL_DRIVERS else POSTGRES
    before, url = make_url(base), make_url(url_for(base, driver))
    assert url.drivername == DIALECTS[driver]
    assert (url.username, url.password, url.host) == ("ann", "p@ss", "db.example")
    assert (url.port, url.database) == (before.port, "shop")
    added = {"application_name": APPLICATION_NAME} if driver in POSTGRES_DRIVERS else {}
    assert dict(url.query) == {**before.query, **added}


@pytest.mark.parametrize("driver", MYSQL_DRIVERS)
def test_on_a_unix_socket_pymysql_makes_no_tls_context(driver: str) -> None:
    url = make_url(url_for("mysql+pymysql://root@/todo?unix_socket=/tmp/s.sock", driver))
    assert url.query["unix_socket"] == "/tmp/s.sock"  # noqa: S108
    assert ("ssl_disabled" in url.query) == (driver == "pymysql")


def test_a_driver_of_an_own_url_is_replaced_by_the_chosen_one() -> None:
    assert url_for("postgresql+psycopg://h/d", "psycopg2").startswith("postgresql+psycopg2://h/d")
    assert url_for("mariadb+mysqldb://h/d", "pymysql") == "mysql+pymysql://h/d"


@pytest.mark.parametrize("driver", [*POSTGRES_DRIVERS, *MYSQL_DRIVERS])
def test_what_is_installed_misses_nothing(driver: str) -> None:
    module, package = databases.MODULES[driver]
    pytest.importorskip(module)
    assert not missing_driver(driver)
    assert package


@pytest.mark.parametrize("module", ["no_such_module", "no_such_package.connector"])
def test_a_driver_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(databases.MODULES, "psycopg", (module, "psycopg[binary]"))
    assert missing_driver("psycopg") == "Install it beside Poolscope: pip install 'psycopg[binary]'"


@pytest.mark.parametrize(
    ("variable", "backend", "url"),
    [
        ("POSTGRES_URL", "postgresql", "not a URL"),
        ("POSTGRES_URL", "postgresql", "postgres://h/d"),  # SQLAlchemy dropped this name
        ("POSTGRES_URL", "postgresql", "mysql://h/d"),
        ("POSTGRES_URL", "postgresql", "sqlite:///file"),
        ("POSTGRES_URL", "postgresql", "postgresql://h:port/d"),
        ("MYSQL_URL", "mysql", "postgresql://h/d"),
        ("MYSQL_URL", "mysql", "http://h/d"),
        ("MYSQL_URL", "mysql", "/var/run/mysqld.sock"),
    ],
)
def test_a_url_of_something_else_is_refused_with_how_to_write_it(
    children: Children, tmp_path: Path, variable: str, backend: str, url: str
) -> None:
    with pytest.raises(StartError) as caught:
        given(children, tmp_path, **{variable.lower(): url})
    assert caught.value.cause == f"{variable} is not a {backend} URL"
    assert caught.value.cure == f"Write it as {backend}://user:password@host/database"


def test_a_url_of_ones_own_is_used_and_nothing_of_ours_started(
    children: Children, tmp_path: Path
) -> None:
    own = given(children, tmp_path, postgres_url=POSTGRES, mysql_url="mariadb+pymysql://h/d")
    assert own.admin_url("postgres") == POSTGRES
    assert own.admin_url("mysql") == "mariadb+pymysql://h/d"
    assert own.missing("mysql") == ""
    assert own.pids() == {}
    assert own.urls() == ("", "", "")  # none is filled yet
    own.end_sessions()
    own.close()


@pytest.mark.parametrize(
    ("name", "url", "title"),
    [
        ("postgres", f"postgresql://ann@{NOWHERE}/shop", "Postgres"),
        ("mysql", f"mysql://ann@{NOWHERE}/shop", "MySQL"),
    ],
)
def test_a_server_that_does_not_answer_is_told_with_cause_and_cure(
    children: Children, tmp_path: Path, name: str, url: str, title: str
) -> None:
    own = given(children, tmp_path, **{"postgres_url": AWAY, f"{name}_url": url})
    steps: list[str] = []
    with pytest.raises(StartError) as caught:
        own._ensure(name, Settings(), steps.append)
    assert caught.value.cause.startswith(f"The {name} database cannot be used: OperationalError")
    assert "\n" not in caught.value.cause
    assert caught.value.cure == "check that the server is running and listening there"
    assert steps == [f"creating the todo table in {title}"]


def test_a_server_program_that_only_root_has_on_the_path_is_found(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mariadb, "SYSTEM_FOLDERS", (str(tmp_path),))
    assert "No MySQL server" in given(children, tmp_path, path="/nowhere").missing("mysql")
    program = tmp_path / "mariadbd"
    program.touch(mode=0o755)
    assert given(children, tmp_path, path="/nowhere").missing("mysql") == ""
    assert mariadb.find_server("/nowhere") == program


def test_debians_folder_of_server_programs_is_among_those_that_are_looked_into() -> None:
    assert "/usr/sbin" in mariadb.SYSTEM_FOLDERS
