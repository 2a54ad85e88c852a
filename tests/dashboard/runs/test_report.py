"""What a run says in words and numbers."""

from collections.abc import Sequence

import pytest

from dashboard.analysis.batches import Batch
from dashboard.analysis.forecast import forecast
from dashboard.marks.requests import Request
from dashboard.runs import report
from settings import Settings
from target_app.probe.marks import PHASES
from tests.dashboard.stories import request


def batches(*sizes: int) -> list[Batch]:
    return [Batch(size, float(number), ()) for number, size in enumerate(sizes, 1)]


def done(count: int, seconds: float = 1.0) -> list[Request]:
    return [
        request(seq, f"queued 0 handling 0 done {seconds}", detail="200")
        for seq in range(1, count + 1)
    ]


FAILED = request(
    90, "queued 0 handling 0 failed 2", detail="pool-timeout: QueuePool limit: reached"
)
UNKNOWN = request(91, "queued 0 failed 3", detail="teapot: short and stout")


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], ""),
        ([100], " in one batch"),
        ([15, 15, 10], " in 3 batches of 15, the last of 10"),
        ([8, 8, 8, 6], " in 4 batches of 8, the last of 6"),
        ([15, 15], " in 2 batches of 15"),
        ([1, 1, 1], ", one at a time"),
        ([15, 11, 11, *[6] * 10, 3], " in 14 batches: 15, 2 of 11, 10 of 6, 3"),
        ([5, 6], " in 2 batches: 5, 6"),
        ([1, 2, 3, 4, 5, 6, 7], " in 7 batches of 1 to 7"),
    ],
)
def test_batches_are_told_as_short_as_their_sizes_allow(sizes: list[int], words: str) -> None:
    assert report.batches_words(batches(*sizes)) == words


@pytest.mark.parametrize(
    ("requests", "total", "sizes", "status", "sentence"),
    [
        (
            done(40),
            40,
            [15, 15, 10],
            "done",
            "40 requests in 3 batches of 15, the last of 10; all done after 1.0 s",
        ),
        (done(1), 1, [1], "done", "1 request in one batch; done in 1.0 s"),
        ([FAILED], 1, [], "done", "1 request; failed after 2.0 s"),
        ([FAILED, UNKNOWN], 2, [], "done", "2 requests; all failed, the last after 3.0 s"),
        (
            [*done(3), FAILED],
            4,
            [3],
            "done",
            "3 of 4 requests done in one batch; 1 failed, the last ended after 2.0 s",
        ),
        (
            [*done(1), FAILED],
            9,
            [1],
            "cancelled",
            "Cancelled after 2.0 s: 1 of 9 done, 8 aborted",
        ),
        ([], 20, [], "cancelled", "Cancelled before the release: 20 requests not sent"),
        ([], 20, [], "done", "No data about the 20 requests of this run"),
        ([], 1, [], "failed", "No data about the 1 request of this run"),
        (
            [*done(3), FAILED],
            9,
            [3],
            "failed",
            "3 of 9 requests done in one batch; 1 failed, 5 unfinished, the last ended after 2.0 s",
        ),
    ],
)
def test_a_finished_run_is_one_plain_sentence(
    requests: Sequence[Request], total: int, sizes: list[int], status: str, sentence: str
) -> None:
    assert report.finished_sentence(requests, total, batches(*sizes), status) == sentence


def test_a_run_that_goes_on_says_what_its_requests_do() -> None:
    is_running = [
        *done(2),
        FAILED,
        request(3, "queued 0 handling 1"),
        request(4, "queued 0 handling 1 waiting 2"),
        request(5, "queued 0 handling 1 waiting 2 executing 3"),
    ]
    assert report.running_sentence(is_running, 10) == (
        "2 of 10 done · 1 failed · 1 executing · 1 in Python · "
        "1 waiting for a connection · 4 waiting for a worker"
    )
    assert report.running_sentence([], 3) == "0 of 3 done · 3 waiting for a worker"


@pytest.mark.parametrize("total", [3, 10])
def test_counts_have_every_phase_and_sum_to_the_requests(total: int) -> None:
    found = report.counts([*done(2), FAILED], total)
    assert list(found) == [phase.value for phase in PHASES]
    assert sum(found.values()) == total
    assert (found["done"], found["failed"], found["queued"]) == (2, 1, total - 3)


def test_failures_are_counted_by_word_with_cause_cure_and_an_example() -> None:
    found = report.failures([*done(1), UNKNOWN, FAILED, FAILED])
    assert [(each["word"], each["count"]) for each in found] == [("pool-timeout", 2), ("teapot", 1)]
    assert "pool_timeout" in found[0]["cause"]
    assert "raise pool_size" in found[0]["cure"]
    assert found[0]["example"] == "pool-timeout: QueuePool limit: reached"
    assert found[1]["cause"] == "teapot"


def test_failures_in_words_say_how_many_why_and_the_cure() -> None:
    assert report.failure_words(done(3)) == ""
    words = report.failure_words([FAILED])
    assert words.startswith("1 failed (pool-timeout): no connection was returned")
    assert "raise pool_size" in words


def test_a_run_is_printed_as_the_seeds_client_prints_it() -> None:
    answers = [
        request(1, "queued 0 handling 0 done 10.051", detail="200"),
        request(2, "queued 0 handling 0 done 5.05", detail="200"),
        FAILED,
        request(4, "queued 0 handling 0"),
    ]
    url = "http://localhost:8000/sleep/postgres/"
    assert report.example_text(url, 4, answers) == (
        "Sending 4 requests for http://localhost:8000/sleep/postgres/...\n"
        "\t@  2.00s got response [pool-timeout]\n"
        "\t@  5.05s got response [200]\n"
        "\t@ 10.05s got response [200]\n"
        "\t= 10.05s TOTAL\n"
        "------------------------------------------\n"
        "SUM TOTAL = 10.05s\n"
    )


def test_the_json_of_a_run_has_the_promised_keys() -> None:
    settings = Settings(requests=4, sleep_seconds=0.5)
    body = report.as_json(settings, forecast(settings), [*done(3), FAILED], batches(2, 1), None)
    assert body["settings"] == settings.as_dict()
    assert (body["requests"], body["done"], body["failed"]) == (4, 3, 1)
    assert body["total_seconds"] == 2.0
    assert body["batches"] == [{"count": 2, "at": 1.0}, {"count": 1, "at": 2.0}]
    assert body["failures"] == {"pool-timeout": 1}
    promised = body["forecast"]
    assert set(promised) >= {"batches", "total_seconds"}
    assert promised["batches"][0]["count"] == 4
    assert set(promised["batches"][0]) == {"count", "at"}


def test_nothing_yet_takes_no_time() -> None:
    assert report.total_seconds([]) == 0.0
    assert report.total_seconds([*done(1), FAILED]) == 2.0
