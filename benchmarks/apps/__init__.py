"""Real applications from PyPI, each in an environment of its own, over a Postgres of ours."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from config import ROOT
from dashboard.cli.app_options import request_specs_of
from dashboard.targets.user_app_options import App, read_app

FOLDER = Path(__file__).resolve().parent
ENVIRONMENTS = ROOT / ".venv-apps"
OWNER = "poolscope"  # a plain role, so that limits apply as to anybody's app


@dataclass(frozen=True)
class RealApp:
    """One application: ``name`` is its folder here, its environment and its database.

    ``requests`` are as ``--request`` takes them. ``env`` may name ``{url}`` and ``{async_url}``,
    SQLAlchemy's URLs of its database, and ``{files}``, a folder of its own. ``green`` tells whether
    its driver is psycopg2, which blocks gevent without psycogreen.
    """

    name: str
    kind: str
    requests: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    body: str = ""
    green: bool = True
    module: str = "wsgi:app"

    @property
    def is_asgi(self) -> bool:
        """Whether it takes a server for ASGI."""
        return self.module == "asgi:app"

    @property
    def gevent(self) -> str:
        """The mode for a gevent worker."""
        return "gevent-green" if self.green else "gevent"

    @property
    def folder(self) -> Path:
        """What we keep of it: its requirements, ``wsgi.py`` and ``seed.py``."""
        return FOLDER / self.name


_ORDERS = "/v1/buckets/shop/collections/orders/records"
_SEARCH = (
    "/?service=CSW&version=2.0.2&request=GetRecords&typenames=csw:Record&resulttype=results"
    "&elementsetname=brief&constraintlanguage=CQL_TEXT&constraint_language_version=1.1.0"
    "&constraint=dct:abstract%20like%20%27%25abc%25%27"
)
_LEDGER = "/example-beancount-file/api"
REAL_APPS = {
    app.name: app
    for app in (
        RealApp(
            "fava",
            "computing: no database, 10 to 50 ms of Python",
            (
                f"{_LEDGER}/income_statement x2",
                f"{_LEDGER}/balance_sheet x2",
                f"{_LEDGER}/query?query_string=select%20account,sum(position)%20group%20by%20account",
            ),
            {"LEDGER": "{files}/shop.beancount"},
            green=False,
        ),
        RealApp(
            "pycsw",
            "database-bound: a search through 40,000 rows, many checkouts, SQLAlchemy 1.4",
            (_SEARCH,),
            {"DATABASE_URL": "{url}", "PYCSW_CONFIG": "{files}/pycsw.cfg"},
        ),
        RealApp(
            "kinto",
            "mixed: half Python, half Postgres",
            (f"{_ORDERS}?_limit=50 x2", f"{_ORDERS}/order-007 x2", f"POST {_ORDERS}"),
            {"DATABASE_URL": "{url}"},
            headers=("Content-Type: application/json",),
            body='{"data": {"title": "milk", "cents": 120}}',
        ),
        RealApp(
            "mlflow",
            "two engines: one for the runs, one for the accounts",
            (
                "/api/2.0/mlflow/experiments/get?experiment_id=1 x2",
                "POST /api/2.0/mlflow/runs/search",
            ),
            {
                "_MLFLOW_SERVER_FILE_STORE": "{url}",
                "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
                "MLFLOW_AUTH_CONFIG_PATH": "{files}/accounts.ini",
                "MLFLOW_FLASK_SERVER_SECRET_KEY": "not-a-secret",
            },
            headers=(
                "Content-Type: application/json",
                "Authorization: Basic cmVhZGVyOm5vdC1hLXNlY3JldC1hdC1hbGw=",  # reader
            ),
            body='{"experiment_ids": ["1"], "max_results": 10, "order_by": ["metrics.m0 ASC"]}',
        ),
        RealApp(
            "wagtail",
            "Django with a pool of psycopg's, which is not SQLAlchemy's",
            ("/search/?query=shop", "/page-7-of-the-shop/ x2"),
            {
                "DATABASE_URL": "{url}",
                "DJANGO_SETTINGS_MODULE": "site_settings",
                "SITE": "{files}/site",
            },
            green=False,
        ),
        RealApp(
            "prefect",
            "FastAPI with asyncpg",
            ("POST /api/flow_runs/filter x2", "POST /api/flows/count"),
            {
                "PREFECT_API_DATABASE_CONNECTION_URL": "{async_url}",
                "PREFECT_HOME": "{files}",
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_SERVER_UI_ENABLED": "false",
            },
            headers=("Content-Type: application/json",),
            body='{"limit": 50}',
            green=False,
            module="asgi:app",
        ),
    )
}


def prepare(app: RealApp, host: Path, files: Path) -> App:
    """Have the app's environment and its database, both as on the first day, and name it to us.

    ``host`` is the folder of the Postgres' socket, ``files`` one that the apps may write to. What
    is there already is left as it is. CalledProcessError where pip or the app's seed fails.
    """
    python = str(python_of(app))
    files = files / app.name
    body = files / "body"
    if not body.exists():
        files.mkdir(parents=True, exist_ok=True)
        _create_database(app.name, host)
        env = os.environ | _env(app, host, files)
        subprocess.run([python, "-W", "ignore", "seed.py"], cwd=app.folder, env=env, check=True)
        body.write_text(app.body)  # the last thing that is done
    return read_app(
        app.module,
        request_specs_of(app.requests, app.headers, body),
        python=python,
        chdir=str(app.folder),
        env=[f"{name}={value}" for name, value in _env(app, host, files).items()],
    )


def python_of(app: RealApp) -> Path:
    """The interpreter of the app's environment, made anew when its requirements have changed."""
    environment = ENVIRONMENTS / app.name
    python = environment / "bin" / "python"
    wanted = (app.folder / "requirements.txt").read_text()
    done = environment / ".done"
    if not done.exists() or done.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, "-r", app.folder / "requirements.txt"], check=True)
        done.write_text(wanted)
    return python


def _create_database(name: str, host: Path) -> None:
    connection = psycopg2.connect(host=str(host), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:  # what a broken-off seed has left goes
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
    connection.close()


def _env(app: RealApp, host: Path, files: Path) -> dict[str, str]:
    address = f"{OWNER}@/{app.name}?host={host}"
    known = {
        "url": f"postgresql+psycopg2://{address}",
        "async_url": f"postgresql+asyncpg://{address}",
        "files": str(files),
    }
    return {name: value.format(**known) for name, value in app.env.items()}
