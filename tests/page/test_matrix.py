"""/matrix: every worker class with every driver, in words and shapes."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.conftest import Ask

pytestmark = pytest.mark.page

NOTHING = {
    "going": False, "cells": [], "combinations": 3, "worker_classes": ["sync", "gevent"],
    "rows": [["psycopg2", "Postgres"], ["psycopg2-green", "Postgres"]],
}  # fmt: skip


def cell(worker_class: str, driver: str, verdict: str, seconds: float | None = None) -> object:
    reason = "the driver is not installed" if seconds is None else ""
    return {
        "worker_class": worker_class, "driver": driver, "verdict": verdict, "seconds": seconds,
        "reason": reason,
    }  # fmt: skip


CELLS = [
    cell("sync", "psycopg2", "one at a time", 2.551),
    cell("gevent", "psycopg2", "failed"),
    cell("gevent", "psycopg2-green", "together", 0.541),
]


def answer(page: Page, surveys: list[dict[str, Any]]) -> list[str]:
    """Plays surveys one after the other, the last for ever; returns the methods asked with."""
    methods: list[str] = []

    def play(route: Route) -> None:
        methods.append(route.request.method)
        if route.request.method == "POST":
            route.fulfill(status=202, content_type="application/json", body="{}")
            return
        survey = surveys.pop(0) if len(surveys) > 1 else surveys[0]
        route.fulfill(content_type="application/json", body=json.dumps(survey))

    page.route("**/api/matrix", play)
    return methods


def test_the_matrix_is_measured_and_shown(page: Page) -> None:
    going = NOTHING | {"going": True, "cells": CELLS[:1]}
    methods = answer(page, [NOTHING, going, NOTHING | {"cells": CELLS}])
    page.goto("/matrix")
    expect(page.locator(".matrix-cell")).to_have_text(["not measured"] * 4)
    page.click("#measure")
    expect(page.locator("#progress")).to_have_text("1 of 3 measured")
    expect(page.locator("#measure")).to_be_disabled()
    expect(page.locator(".matrix-cell")).to_have_text(
        ["one at a time2.55 s", "failed", "not applicable", "together0.54 s"]
    )
    expect(page.locator("#reasons li")).to_have_text(["psycopg2: the driver is not installed"])
    expect(page.locator("#measure")).to_be_enabled()
    page.wait_for_timeout(700)
    assert methods == ["GET", "POST", "GET", "GET"]


def test_what_the_dashboard_refuses_is_said(page: Page) -> None:
    refusal = {"title": "Another run is going", "status": 409, "detail": "run r3 is going"}

    def refuse(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(content_type="application/json", body=json.dumps(NOTHING))
        else:
            route.fulfill(
                status=409, content_type="application/problem+json", body=json.dumps(refusal)
            )

    page.route("**/api/matrix", refuse)
    page.goto("/matrix")
    page.click("#measure")
    expect(page.locator("#matrix-error")).to_have_text("run r3 is going")


def test_every_verdict_has_a_shape_of_its_own(ask: Ask) -> None:
    verdicts = ["together", "one at a time", "mixed", "failed", "not run"]
    found = ask("matrix-table", "given.map(m.startsOf)", verdicts)
    assert found == [[0, 0, 0, 0, 0], [0, 1, 2, 3, 4], [0, 0, 1, 1, 2], None, None]


def test_the_help_leads_there_and_back(page: Page) -> None:
    answer(page, [NOTHING])
    page.click("#help-open")
    page.click("#help a")
    expect(page.locator("h2").first).to_have_text("Does my driver block my server?")
    page.click("text=Back to runs")
    expect(page.locator("#launch")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_matrix_needs_no_sideways_scrolling_of_the_page(page: Page, width: int) -> None:
    answer(page, [NOTHING | {"cells": CELLS}])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/matrix")
    expect(page.locator(".matrix-cell").first).to_contain_text("one at a time")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
