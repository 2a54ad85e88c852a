"""Every live test launches runs on the one set of real parts."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from settings import read_settings

Launch = Callable[..., Run]


@pytest.fixture
def launch(runtime: Runtime) -> Launch:
    """Launch a run with the given settings and wait for its end."""

    def launched(**given: Any) -> Run:
        run = runtime.conductor.launch(read_settings(given))
        runtime.conductor.wait()
        assert run.error is None, (run.error, run.error and run.error.log)
        return run

    return launched


def sizes(run: Run) -> list[int]:
    """How many requests each batch of the run has."""
    return [batch.count for batch in run.record().batches]


def total(run: Run) -> float:
    """Seconds from release to the last end."""
    return max(request.end.at for request in run.record().requests if request.end)
