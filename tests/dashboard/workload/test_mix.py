"""Asks: what can be written, what is refused, and how they are dealt."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.workload.mix import (
    MOST_BODY,
    MOST_WEIGHT,
    Ask,
    ask_of_json,
    check_asks,
    deal,
    names_of,
    parse_ask,
    parse_header,
)


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("/orders", Ask("GET", "/orders")),
        ("GET /orders?page=2&q=%20", Ask("GET", "/orders?page=2&q=%20")),
        ("POST /orders", Ask("POST", "/orders")),
        (" POST /orders  x3 ", Ask("POST", "/orders", weight=3)),
        ("/x3", Ask("GET", "/x3")),
        ("/ x1", Ask("GET", "/")),
    ],
)
def test_an_ask_is_written_as_one_line(text: str, ask: Ask) -> None:
    assert parse_ask(text) == ask
    assert parse_ask(ask.text) == ask


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins with /"),
        ("orders", "write /orders"),
        ("http://other/orders", "begins with /"),
        ("get /orders", "one of GET"),
        ("CONNECT /orders", "one of GET"),
        ("/orders\r\nHost:other", "no path has"),
        ("/orders\r\nHost: other", "one of GET"),
        ("GET /a b", "no path has"),
        ("/a#b", "no path has"),
        ("/caf\u00e9", "%XX"),
        ("/a\x00", "no path has"),
        ("/" + "a" * 2000, "at most 2000"),
        ("/orders x0", f"from 1 to {MOST_WEIGHT}"),
        ("/orders x999999", f"from 1 to {MOST_WEIGHT}"),
    ],
)
def test_what_could_not_be_sent_as_meant_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_ask(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Accept", "Name: value"),
        ("Bad Name: x", "header's name"),
        (": x", "header's name"),
        ("X: a\r\nHost: other", "line break"),
        ("X: a\nb", "line break"),
        ("X: \u20ac", "no header has"),
        ("X: " + "a" * 4001, "more than 4000"),
        *(
            (f"{name}: x", "Poolscope itself")
            for name in (
                "Host",
                "connection",
                "Content-Length",
                "Transfer-Encoding",
                "traceparent",
                "X-Poolscope",
                "x-poolscope-token",
            )
        ),
    ],
)
def test_a_header_that_is_none_or_ours_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_header(text)


def test_a_header_keeps_its_value() -> None:
    assert parse_header("Authorization:  Bearer a:b ") == ("Authorization", "Bearer a:b")


def test_bounds_of_bodies_and_of_the_mix() -> None:
    with pytest.raises(ValueError, match="at most"):
        Ask(body=bytes(MOST_BODY + 1))
    with pytest.raises(ValueError, match="from 1 to 20"):
        check_asks([])
    with pytest.raises(ValueError, match="not 21"):
        check_asks([Ask()] * 21)


def test_an_ask_survives_json() -> None:
    ask = Ask("POST", "/a", (("X", "y"), ("X", "z")), bytes(range(256)), 2)
    assert ask_of_json(json.loads(json.dumps(ask.as_json()))) == ask


def test_an_ask_does_not_show_what_may_be_secret() -> None:
    ask = Ask("POST", "/a", (("Authorization", "Bearer secret"),), b"secret")
    assert "secret" not in repr(ask) + ask.text


def test_the_dealing_is_smooth() -> None:
    asks = [parse_ask("/a x3"), parse_ask("/b")]
    assert deal(asks, 8) == (0, 0, 1, 0, 0, 0, 1, 0)
    assert names_of(["GET /a x3", "POST /b"], 4) == ("GET /a", "GET /a", "POST /b", "GET /a")
    assert names_of([], 4) == ()


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 300))
def test_every_ask_has_its_share_within_its_round(weights: list[int], requests: int) -> None:
    asks = [Ask(weight=weight) for weight in weights]
    dealt = Counter(deal(asks, requests))
    assert sum(dealt.values()) == requests
    for index, weight in enumerate(weights):
        assert abs(dealt[index] - requests * weight / sum(weights)) < len(weights)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_an_ask_or_a_clear_error(text: str) -> None:
    try:
        ask = parse_ask(text)
    except ValueError:
        return
    assert parse_ask(ask.text) == ask
