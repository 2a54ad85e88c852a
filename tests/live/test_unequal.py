"""Requests of 20 ms and of 2 s through one small pool of a real target."""

import pytest

from dashboard.runtime import Runtime
from dashboard.workload.mix import parse_request_spec
from settings import read_settings

pytestmark = pytest.mark.live


def test_a_mix_of_short_and_long_requests_has_its_limit_and_no_batches(runtime: Runtime) -> None:
    # One connection more than there are long requests: the short ones always pass them.
    chosen = {"requests": 60, "pool_size": 4, "max_overflow": 0, "sleep_seconds": 0.1}
    request_specs = tuple(
        parse_request_spec(f"/sleep/postgres/?seconds={seconds}{weight}")
        for seconds, weight in (("0.02", " x19"), ("2", ""))
    )
    run = runtime.conductor.launch(read_settings(chosen), request_specs=request_specs)
    runtime.conductor.wait()
    assert run.error is None, run.error
    record = run.record()
    assert record.counts["done"] == 60
    assert (record.picture, record.batches) == ("waiting", ())
    assert "not in batches" in record.sentence
    short, long = record.paths
    assert (short.count, long.count) == (57, 3)
    assert (long.median or 0) > 2
    assert (short.median or 0) < (long.median or 0)
    assert short.pool_wait_share > 0.3
    diagnosis = record.diagnosis
    assert diagnosis is not None
    assert diagnosis.limit == "pool-capacity"
    # By its own services the run would take about as long as its longest, not 60 sleeps of 0.1 s.
    promised = diagnosis.suggestions[0].forecast_seconds
    assert promised is not None
    assert 2 <= promised < record.total_seconds + 1
    assert run.promised.limit == "unknown"
