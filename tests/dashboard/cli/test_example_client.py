"""The original example's client, against a server that runs already."""

import re
import socket

import pytest
import requests

from dashboard.cli.example_client import run_client
from tests.dashboard.conftest import Server

FORM = [
    r"Sending 3 requests for {base}/sleep/python/\.\.\.",
    *[r"\t@ [ \d]\d\.\d\ds got response \[200\]"] * 3,
    r"\t= [ \d]\d\.\d\ds TOTAL",
    r"Sending 3 requests for {base}/sleep/postgres/\.\.\.",
    *[r"\t@ [ \d]\d\.\d\ds got response \[200\]"] * 3,
    r"\t= [ \d]\d\.\d\ds TOTAL",
    r"-{{42}}",
    r"SUM TOTAL = [ \d]\d\.\d\ds",
]


def has_the_examples_form(lines: list[str], base: str) -> bool:
    """Whether the lines are what the original example's client prints for three requests."""
    forms = [form.format(base=re.escape(base)) for form in FORM]
    return len(lines) == len(forms) and all(map(re.fullmatch, forms, lines))


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_asks_both_endpoints_and_prints_the_seeds_lines(server: Server, slash: str) -> None:
    lines: list[str] = []
    assert run_client(server.url() + slash, 3, lines.append)
    assert has_the_examples_form(lines, server.url()), lines
    assert [path for path, _ in server.asked] == ["/sleep/python/"] * 3 + ["/sleep/postgres/"] * 3


def test_an_answer_that_is_not_200_is_printed_and_told(server: Server) -> None:
    lines: list[str] = []
    assert not run_client(server.url("/missing"), 1, lines.append)
    assert lines[1].endswith("got response [404]")


def test_where_nothing_listens_it_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(requests.ConnectionError):
            run_client(f"http://127.0.0.1:{taken.getsockname()[1]}", 2, lambda _line: None)
