"""A burst at a server that runs already."""

import psutil
import pytest

from config import LOOPBACK
from dashboard.cli.burst_report import BurstResult, send_burst
from dashboard.marks.log import RunLog
from dashboard.workload.mix import RequestSpec
from dashboard.workload.plan import Plan
from tests.dashboard.conftest import Server
from tests.dashboard.stories import marks


def plan(server: Server, path: str, requests: int = 4, seconds: float = 20) -> Plan:
    return Plan(
        LOOPBACK, server.server_port, (RequestSpec(path=path),), requests, "ab" * 16, seconds
    )


def latencies(*seconds: float) -> BurstResult:
    """A burst whose requests took ``seconds``."""
    log = RunLog("burst", len(seconds))
    log.release(0)
    for seq, end in enumerate(seconds, 1):
        for mark in marks(seq, f"queued 0 done {end}", detail="200"):
            log.add(mark)
    return BurstResult(
        Plan(LOOPBACK, 1, (RequestSpec(),), len(seconds), "t"), log, {"spread": 0.001}
    )


def test_a_burst_that_is_answered_has_counts_and_latencies(server: Server) -> None:
    facts = send_burst(plan(server, "/ok")).as_json()
    assert (facts["requests"], facts["done"], facts["failed"]) == (4, 4, 0)
    assert 0 < facts["total_seconds"] < 5
    assert 0 <= facts["release_spread_seconds"] <= facts["total_seconds"]
    times = facts["latency_seconds"]
    assert list(times) == ["min", "median", "p95", "max"]
    assert 0 < times["min"] <= times["median"] <= times["p95"] <= times["max"]


def test_a_burst_that_fails_has_its_failures_and_no_latencies(server: Server) -> None:
    sent = send_burst(plan(server, "/error-json"))
    facts = sent.as_json()
    assert (facts["done"], facts["failed"]) == (0, 4)
    assert facts["failures"] == {"pool-timeout": 4}
    assert facts["latency_seconds"] is None
    assert "4 failed (pool-timeout): no connection was returned" in sent.as_text("http://x/")


def test_another_servers_answers_are_unknown_between_sent_and_done(server: Server) -> None:
    requests = send_burst(plan(server, "/ok", 2)).log.seen()
    assert [[span.phase for span in each.spans] for each in requests] == [["unknown"]] * 2


def test_no_process_is_left_behind(server: Server) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    send_burst(plan(server, "/silent", seconds=0.2))
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_latencies_are_those_of_the_requests_that_are_done() -> None:
    times = latencies(*(n / 100 for n in range(100, 0, -1))).as_json()["latency_seconds"]
    assert times == pytest.approx({"min": 0.01, "median": 0.5, "p95": 0.95, "max": 1})


def test_one_request_is_its_own_median() -> None:
    times = latencies(0.25).as_json()["latency_seconds"]
    assert set(times.values()) == {0.25}


def test_the_text_has_the_same_numbers() -> None:
    assert latencies(0.25, 0.75).as_text("http://127.0.0.1:1/") == (
        "2 requests for http://127.0.0.1:1/: 2 done, 0 failed, 0.750 s in all\n"
        "released within 1.0 ms\n"
        "latency: min 0.250 s, median 0.250 s, p95 0.750 s, max 0.750 s\n"
    )
