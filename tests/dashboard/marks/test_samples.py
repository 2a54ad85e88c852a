"""Samples of what stands behind the bars."""

import pytest

from dashboard.marks.samples import LOOP, Sample, cpu_share, largest, samples_of_heartbeat
from target_app.probe.heartbeat import Heartbeat, PoolState


def loop(at: float, worker: int, cpu: float) -> Sample:
    return Sample(at, LOOP, worker, {"lag": 0.0, "cpu": cpu})


def test_a_heartbeat_is_a_sample_of_the_loop_and_one_of_all_pools_together() -> None:
    heartbeat = Heartbeat(7, 100.0, 0.02, 1.5, (PoolState(3, 2, 1), PoolState(1, 0, 0)))
    assert samples_of_heartbeat(heartbeat, 0.25) == [
        Sample(0.25, "loop", 7, {"lag": 0.02, "cpu": 1.5}),
        Sample(0.25, "pool", 7, {"out": 4.0, "idle": 2.0, "overflow": 1.0}),
    ]


def test_a_worker_without_a_pool_has_no_sample_of_one() -> None:
    assert [each.name for each in samples_of_heartbeat(Heartbeat(7, 100.0, 0.0, 0.0, ()), 0.0)] == [
        "loop"
    ]


@pytest.mark.parametrize(
    ("samples", "share"),
    [
        ([], 0),
        ([loop(1, 7, 5)], 0),
        ([loop(1, 7, 5), loop(1, 7, 9)], 0),
        ([loop(0, 7, 5), loop(1, 7, 9), loop(2, 7, 5.5)], 0.25),
        ([loop(0, 7, 5), loop(0, 8, 1), loop(2, 7, 6), loop(4, 8, 4)], 0.75),
        ([loop(0, 7, 0), Sample(1, "pool", 7, {"out": 9.0}), loop(1, 7, 0.5)], 0.5),
    ],
)
def test_the_busiest_worker_counts_between_its_first_and_its_last_beat(
    samples: list[Sample], share: float
) -> None:
    assert cpu_share(samples) == pytest.approx(share)


def test_the_largest_reading_is_of_that_gauge_and_value() -> None:
    samples = [
        Sample(0, "pool", 7, {"out": 3.0}),
        Sample(1, "pool", 8, {"out": 5.0}),
        Sample(2, "database", 0, {"out": 9.0, "idle": 2.0}),
    ]
    assert largest(samples, "pool", "out") == 5.0
    assert largest(samples, "database", "idle") == 2.0
    assert largest(samples, "pool", "idle") == largest([], "pool", "out") == 0
