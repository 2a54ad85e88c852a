"""Text from outside, as it is shown."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.text import counted, printable

ANY = st.text(st.characters(codec=None), max_size=30)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a café, 日本, 👩\u200d💻", "a café, 日本, 👩\u200d💻"),
        ("\x1b[2J", "\\u001b[2J"),
        ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
        ("two\nlines\r", "two\\u000alines\\u000d"),
        ("\x9b2J", "\\u009b2J"),  # CSI in one character
        ("exe\u202egnp", "exe\\u202egnp"),
        ("half \ud800", "half \\ud800"),
        ("\U0010ffff", "\\udbff\\udfff"),
    ],
)
def test_what_is_no_visible_character_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_is_to_be_kept_is_kept() -> None:
    assert printable("\ta\nb\x1b", "\n\t") == "\ta\nb\\u001b"


@given(ANY)
def test_no_control_character_is_left_whatever_the_text(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in shown)
    shown.encode()


@given(ANY)
def test_a_line_of_json_stays_what_it_was(text: str) -> None:
    for ascii_only in (True, False):
        line = json.dumps([text], ensure_ascii=ascii_only)
        assert json.loads(printable(line)) == [text]


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (0, "request", "0 requests"),
        (1, "request", "1 request"),
        (2, "request", "2 requests"),
        (1, "batch", "1 batch"),
        (7, "batch", "7 batches"),
        (2, "worker process", "2 worker processes"),
    ],
)
def test_a_number_asks_for_the_form_of_its_noun(number: int, noun: str, words: str) -> None:
    assert counted(number, noun) == words
