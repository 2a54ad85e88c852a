"""comparison.js and a suggestion that is tried: two runs side by side."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Ask, launch, visit, wait_for_status

pytestmark = pytest.mark.page

FIELDS = [
    {"name": "mode"}, {"name": "requests"}, {"name": "sleep_seconds", "unit": "s"},
    {"name": "pool_size"}, {"name": "max_overflow"},
]  # fmt: skip
SETTINGS = {"mode": "gevent-green", "requests": 100, "sleep_seconds": 1.0, "pool_size": 5}


def run(total: float, failed: int = 0, status: str = "done", **settings: Any) -> dict[str, Any]:
    return {
        "status": status, "settings": SETTINGS | {"max_overflow": 10} | settings,
        "summary": {"total_seconds": total, "failed": failed},
    }  # fmt: skip


def words(ask: Ask, a: dict[str, Any], b: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = ask("comparison", "m.comparisonWords(...given)", [FIELDS, a, b])
    return found


def test_only_what_differs_is_said(ask: Ask) -> None:
    assert words(ask, run(7.24, pool_size=15, max_overflow=0), run(14.2)) == {
        "a": "gevent-green, pool_size 15, max_overflow 0: 7.24 s",
        "b": "gevent-green, pool_size 5, max_overflow 10: 14.20 s",
        "ratio": "A is 2.0 times as fast",
    }


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        (run(14.2), run(7.1), "A takes 2.0 times as long"),
        (run(7.0), run(7.2), "A and B take the same time"),
        (run(7.0, failed=3), run(14.0), "Requests failed, so the times are not comparable"),
        (run(7.0, status="running"), run(14.0), ""),
        (run(7.0), run(14.0, status="cancelled"), ""),
    ],
)
def test_the_ratio_is_said_where_it_says_something(
    ask: Ask, a: dict[str, Any], b: dict[str, Any], ratio: str
) -> None:
    assert words(ask, a, b)["ratio"] == ratio


def test_failures_and_unfinished_runs_are_said(ask: Ask) -> None:
    found = words(ask, run(7.0, failed=3), run(14.0, status="cancelled"))
    assert found["a"] == "gevent-green: 7.00 s, 3 requests failed"
    assert found["b"] == "gevent-green: cancelled"


@pytest.mark.parametrize(
    ("choice", "other"),
    [
        (None, "r2"), ({"run": "r3", "with": None}, None), ({"run": "r3", "with": "r1"}, "r1"),
        ({"run": "r2", "with": "r1"}, "r2"),
    ],
)  # fmt: skip
def test_a_choice_holds_for_the_run_it_was_made_for(
    ask: Ask, choice: object, other: str | None
) -> None:
    state = {"run": {"run": "r3", "compared_with": "r2"}, "compareChoice": choice}
    assert ask("comparison", "m.comparedRun(given)", state) == other


def test_the_run_before_is_the_newest_that_was_done(ask: Ask) -> None:
    listed = [
        {"run": name, "status": status}
        for name, status in (("r4", "done"), ("r3", "cancelled"), ("r2", "done"), ("r1", "done"))
    ]
    found = ask(
        "comparison", "['r4', 'r2', 'r1'].map((run) => m.runBefore(given, run)?.run)", listed
    )
    assert found == ["r2", "r1", None]


def test_a_suggestion_is_tried_and_compared(page: Page) -> None:
    launch(page, "?requests=60&sleep_seconds=0.5")
    wait_for_status(page, "done")
    before = page.evaluate("() => poolscope.store.get().run.run")
    page.locator(".suggestions button").first.click()
    page.wait_for_function("(before) => poolscope.store.get().run.run !== before", arg=before)
    assert page.evaluate("() => document.activeElement.id") == "timeline"
    wait_for_status(page, "done")
    expect(page.locator("#compare-a")).to_contain_text("max_overflow 0: ")
    expect(page.locator("#compare-b")).to_contain_text("max_overflow 10: ")
    expect(page.locator("#compare-ratio")).to_contain_text("A is ")
    own, other = (
        page.locator(".track-rows").bounding_box(),
        page.locator(".track-other-rows").bounding_box(),
    )
    assert own is not None
    assert other is not None
    assert (own["x"], own["width"]) == (other["x"], other["width"])

    late = page.context.new_page()
    visit(late, "/")
    expect(late.locator("#compare-ratio")).to_contain_text("A is ")
    late.click("#compare-close")
    expect(late.locator("#compare")).to_be_hidden()
    late.click("#compare-before")
    expect(late.locator("#compare-b")).to_contain_text("max_overflow 10: ")


def test_a_run_that_is_gone_is_said(page: Page) -> None:
    page.evaluate("() => poolscope.socket.disconnect()")
    page.evaluate("""() => poolscope.store.set({
        run: {
            run: "r9", status: "done", settings: poolscope.store.get().typed, compared_with: "r999",
        },
    })""")
    expect(page.locator("#compare-problem")).to_contain_text("r999")
