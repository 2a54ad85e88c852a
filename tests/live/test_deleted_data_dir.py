"""Somebody deletes the data directory, or a part of it, while the dashboard runs."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Environment
from dashboard.history.listing import Listing
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from settings import Settings

pytestmark = pytest.mark.live


@pytest.fixture
def own_runtime() -> Iterator[Runtime]:
    """Real parts of this test's own."""
    with tempfile.TemporaryDirectory(prefix="ps-") as folder:
        Path(folder).chmod(0o755)  # root's Postgres runs as another user
        with Runtime(Environment(Path(folder) / "d")) as runtime:
            yield runtime


def launched(runtime: Runtime) -> Run:
    run = runtime.conductor.launch(Settings(requests=3, sleep_seconds=0.05))
    runtime.conductor.wait()
    return run


def test_the_next_launch_makes_everything_anew(own_runtime: Runtime) -> None:
    assert launched(own_runtime).record().counts["done"] == 3
    data_dir = own_runtime.instance.path.parent
    shutil.rmtree(data_dir)
    run = launched(own_runtime)
    assert (run.record().counts["done"], run.error) == (3, None)
    assert own_runtime.history.list(Listing())[1] == 1
    shutil.rmtree(own_runtime.instance.path / "postgres")
    run = launched(own_runtime)
    assert (run.record().counts["done"], run.error) == (3, None)
