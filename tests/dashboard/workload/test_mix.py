"""Asks: what can be written, what is refused, and how they are dealt."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.workload.mix import (
    MOST_BODY,
    MOST_WEIGHT,
    RequestSpec,
    assign_requests,
    check_asks,
    names_of,
    parse_header,
    parse_request_spec,
)


@pytest.mark.parametrize(
    ("text", "request_spec"),
    [
        ("/orders", RequestSpec("GET", "/orders")),
        ("GET /orders?page=2&q=%20", RequestSpec("GET", "/orders?page=2&q=%20")),
        ("POST /orders", RequestSpec("POST", "/orders")),
        (" POST /orders  x3 ", RequestSpec("POST", "/orders", weight=3)),
        ("/x3", RequestSpec("GET", "/x3")),
        ("/ x1", RequestSpec("GET", "/")),
    ],
)
def test_an_ask_is_written_as_one_line(text: str, request_spec: RequestSpec) -> None:
    assert parse_request_spec(text) == request_spec
    assert parse_request_spec(request_spec.text) == request_spec


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
        parse_request_spec(text)


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
        RequestSpec(body=bytes(MOST_BODY + 1))
    with pytest.raises(ValueError, match="from 1 to 20"):
        check_asks([])
    with pytest.raises(ValueError, match="not 21"):
        check_asks([RequestSpec()] * 21)


def test_an_ask_survives_json() -> None:
    request_spec = RequestSpec("POST", "/a", (("X", "y"), ("X", "z")), bytes(range(256)), 2)
    sent = msgspec.json.encode(request_spec)
    assert msgspec.json.decode(sent, type=RequestSpec) == request_spec


def test_an_ask_does_not_show_what_may_be_secret() -> None:
    request_spec = RequestSpec("POST", "/a", (("Authorization", "Bearer secret"),), b"secret")
    assert "secret" not in repr(request_spec) + request_spec.text


def test_the_dealing_is_smooth() -> None:
    request_specs = [parse_request_spec("/a x3"), parse_request_spec("/b")]
    assert assign_requests(request_specs, 8) == (0, 0, 1, 0, 0, 0, 1, 0)
    assert names_of(["GET /a x3", "POST /b"], 4) == ("GET /a", "GET /a", "POST /b", "GET /a")
    assert names_of([], 4) == ()


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 300))
def test_every_ask_has_its_share_within_its_round(weights: list[int], requests: int) -> None:
    request_specs = [RequestSpec(weight=weight) for weight in weights]
    dealt = Counter(assign_requests(request_specs, requests))
    assert sum(dealt.values()) == requests
    for index, weight in enumerate(weights):
        assert abs(dealt[index] - requests * weight / sum(weights)) < len(weights)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_an_ask_or_a_clear_error(text: str) -> None:
    try:
        request_spec = parse_request_spec(text)
    except ValueError:
        return
    assert parse_request_spec(request_spec.text) == request_spec
