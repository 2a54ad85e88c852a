"""describe.js and settings.js: words, numbers and the URL."""

import pytest

from tests.page.conftest import Ask

pytestmark = pytest.mark.page


@pytest.mark.parametrize(
    ("value", "span", "words"),
    [(15.13, 35, "15.1 s"), (1.5, 7.2, "1.50 s"), (0.5, 0.6, "0.500 s"), (0, 40, "0.0 s")],
)
def test_seconds_have_the_decimals_of_their_axis(
    ask: Ask, value: float, span: float, words: str
) -> None:
    assert ask("describe", "m.seconds(...given)", [value, span]) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(5, "5 s"), (0.05, "0.05 s"), (0.30000000000000004, "0.3 s"), (500, "500 s")],
)
def test_ticks_have_no_zeros_at_the_end(ask: Ask, value: float, words: str) -> None:
    assert ask("describe", "m.plainSeconds(given)", value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0061, "6 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"), (10.026, "10.03 s")],
)
def test_short_times_are_in_milliseconds(ask: Ask, value: float, words: str) -> None:
    assert ask("describe", "m.spell(given)", value) == words


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("the run was cancelled", "The run was cancelled."),
        ("pool_size is 5", "pool_size is 5."),
        ("Raise it!", "Raise it!"),
        ("", ""),
    ],
)
def test_a_clause_becomes_a_sentence(ask: Ask, clause: str, text: str) -> None:
    assert ask("describe", "m.sentence(given)", clause) == text


def test_counts_agree_with_their_noun(ask: Ask) -> None:
    found = ask("describe", "[1, 2, 10000].map((n) => m.count(n, 'request'))")
    assert found == ["1 request", "2 requests", "10,000 requests"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (None, "none yet"),
        ({"mode": "gevent-green", "state": "ready", "pids": [7]}, "gevent-green, pid 7"),
        ({"mode": "threads", "state": "ready", "pids": [7, 8]}, "threads, pids 7, 8"),
        ({"mode": "threads", "state": "ready", "pids": [1, 2, 3, 4]}, "threads, 4 workers"),
        ({"mode": "gevent", "state": "failed", "pids": []}, "gevent, could not start"),
        ({"mode": "gevent", "state": "stopped", "pids": []}, "stopped"),
    ],
)
def test_the_target_in_words(ask: Ask, target: object, words: str) -> None:
    assert ask("describe", "m.targetWords(given)", target) == words


FIELDS = [
    {"name": "mode", "default": "gevent-green"},
    {"name": "requests", "default": 100},
    {"name": "sleep_seconds", "default": 1.0, "unit": "s"},
]


def test_differences_from_the_defaults(ask: Ask) -> None:
    given = [FIELDS, {"mode": "gevent-green", "requests": "40", "sleep_seconds": "0.5"}]
    assert ask("describe", "m.differences(...given)", given) == "requests 40, sleep_seconds 0.5 s"


def test_a_query_says_only_what_differs(ask: Ask) -> None:
    given = [{"mode": "gevent", "requests": "100", "sleep_seconds": "0.5"}, FIELDS]
    assert (
        ask("settings", "m.queryFromSettings(...given)", given) == "?mode=gevent&sleep_seconds=0.5"
    )
    assert ask("settings", "m.queryFromSettings({}, given)", FIELDS) == ""


def test_a_query_is_read_over_the_defaults(ask: Ask) -> None:
    found = ask("settings", "m.settingsFromQuery('?requests=%3Cb%3E&color=red', given)", FIELDS)
    assert found == {"mode": "gevent-green", "requests": "<b>", "sleep_seconds": "1"}
