"""The model's marks are a real run's: the same phases in the same order."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.model.costs import Costs
from dashboard.analysis.model.endpoints import Machine, demand_of, server_of
from dashboard.analysis.model.simulation import simulate
from settings import read_settings
from target_app.probe.marks import Mark

from .conftest import Launch

Shape = tuple[tuple[str, bool, bool, str], ...]


def shapes(marks: Iterable[Mark]) -> set[Shape]:
    """What the requests went through: each phase, with or without a connection, and failures.

    Notes are left out: where a datagram was lost, the answer's header does not bring them.
    """
    by_seq: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_seq[mark.seq].append(mark)
    return {
        tuple(
            (mark.phase.value, bool(mark.connection), bool(mark.worker), mark.failure)
            for mark in sorted(each, key=lambda mark: mark.at)
        )
        for each in by_seq.values()
    }


CASES: dict[str, dict[str, Any]] = {
    "blocking": {"mode": "blocking"},
    "gevent": {"mode": "gevent"},
    "gevent-green": {"mode": "gevent-green", "pool_size": 3, "max_overflow": 0},
    "threads": {"mode": "threads", "pool_size": 3, "max_overflow": 0},
    "python": {"mode": "threads", "endpoint": "python", "pool_size": 2, "max_overflow": 0},
    "mysql": {"mode": "gevent-green", "endpoint": "mysql", "pool_size": 3, "max_overflow": 0},
    "NullPool": {"mode": "gevent-green", "pool_class": "NullPool"},
    "pool_timeout": {
        "mode": "threads",
        "pool_size": 3,
        "max_overflow": 0,
        "pool_timeout": 0.15,
        "sleep_seconds": 0.3,
    },
    "max_connections": {
        "mode": "gevent-green",
        "requests": 20,
        "pool_class": "NullPool",
        "postgres_max_connections": 10,
    },
}


@pytest.mark.parametrize("name", CASES)
def test_the_model_makes_the_marks_of_a_real_run(launch: Launch, name: str) -> None:
    given = {"requests": 8, "sleep_seconds": 0.1, **CASES[name]}
    measured = shapes(launch(**given).record().marks)
    model, costs = EffectiveModel.of(read_settings(given)), Costs()
    demands = [demand_of(model, costs)] * model.requests
    outcome = simulate(server_of(model, Machine()), demands, [model.driver], costs)
    # A connection that was opened by the run before is not opened again.
    assert measured <= shapes(outcome.marks())
