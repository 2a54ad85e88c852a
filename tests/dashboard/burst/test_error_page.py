"""What error pages say in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.burst.error_page import says

GUNICORN = """<html>
  <head>
    <title>Internal Server Error</title>
  </head>
  <body>
    <h1><p>Internal Server Error</p></h1>

  </body>
</html>
"""
WERKZEUG = """<!doctype html>
<html lang=en>
<title>500 Internal Server Error</title>
<h1>Internal Server Error</h1>
<p>The server encountered an internal error.</p>
"""


@pytest.mark.parametrize(
    ("body", "is_page", "words"),
    [
        (GUNICORN, True, "Internal Server Error"),
        (GUNICORN, False, "Internal Server Error"),
        (WERKZEUG, True, "Internal Server Error: The server encountered an internal error."),
        ("<title>Oops &amp; more</title><script>x()</script>", True, "Oops & more"),
        ("<style>p {}</style><p>only this</p>", True, "only this"),
        ("Traceback\n  File\nValueError: no\n", False, "ValueError: no"),
        ("", False, ""),
        ("", True, ""),
        ("x" * 500, False, "x" * 200),
    ],
)
def test_an_error_page_says_its_heading(body: str, is_page: bool, words: str) -> None:
    assert says(body, is_page=is_page) == words


@given(st.text(max_size=200) | st.text("<>/!-&;h1title p", max_size=200), st.booleans())
def test_any_body_is_one_short_line(body: str, is_page: bool) -> None:
    words = says(body, is_page=is_page)
    assert len(words) <= 200
    assert "\n" not in words
