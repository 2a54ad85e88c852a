"""A Postgres of the user's own that is restarted between two runs: the next run works."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Environment
from dashboard.databases.postgres import PrivatePostgres
from dashboard.processes.children import Children
from dashboard.runtime import Runtime
from settings import read_settings
from tests.served import public

pytestmark = pytest.mark.live


@pytest.fixture
def server(data_dir: Path) -> Iterator[PrivatePostgres]:
    """A server that the dashboard knows by its URL alone."""
    children = Children()
    own = PrivatePostgres(public(data_dir / "own") / "pg", children)
    own.ensure(30)
    yield own
    own.stop()
    children.close()


def test_a_server_that_was_restarted_between_two_runs_breaks_no_request(
    server: PrivatePostgres, data_dir: Path
) -> None:
    environment = Environment(public(data_dir / "o"), postgres_url=server.admin_url)
    settings = read_settings({"requests": 4, "sleep_seconds": 0.05, "pool_size": 4})
    with Runtime(environment) as runtime:

        def failed() -> tuple[int, object]:
            run = runtime.conductor.launch(settings, keep=False)
            runtime.conductor.wait()
            return run.record().counts["failed"], run.error and run.error.cause

        assert failed() == (0, None)
        starts = runtime.gunicorn.starts
        assert failed() == (0, None)
        assert runtime.gunicorn.starts == starts  # while it runs on, so does the target
        server.stop()
        _, cause = failed()
        assert "The postgres database cannot be used" in str(cause)
        server.ensure(30)
        assert failed() == (0, None)
        assert runtime.gunicorn.starts == starts + 1
