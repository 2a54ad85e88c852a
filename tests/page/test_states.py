"""Every state that the page must have, with made-up messages of the server."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Ask

pytestmark = pytest.mark.page

SHOW = """async ({ run, summary, marks }) => {
    const { fold } = await import("/static/js/model/run/fold.js");
    const { store, socket } = window.poolscope;
    socket.disconnect();
    await new Promise((done) => setTimeout(done, 50));
    const nothing = { status: 0, failure: "", message: "", note: "", timing: "" };
    const filled = (mark) => ({ worker: 0, lane: 0, connection: 0, ...nothing, ...mark });
    store.set({
        link: "up", rows: fold([], marks.map(filled)), held: marks.length, samples: [],
        runAt: performance.now() / 1000, selected: null, other: null,
        run: { run: "r1", step: "", step_seconds: 0, settings: store.get().typed, elapsed: null,
               forecast: store.get().forecast, target: null, error: null, marks_lost: 0, notes: [],
               ...run },
        summary: summary && { run: "r1", sentence: "", counts: {}, requests: 3, done: 0, failed: 0,
               total_seconds: 0, batches: [], failures: [], diagnosis: null, ...summary },
    });
}"""


def show(
    page: Page, run: dict[str, Any], summary: object = None, marks: list[Any] | None = None
) -> None:
    page.wait_for_function("() => poolscope.store.get().typed !== null")
    page.evaluate(SHOW, {"run": run, "summary": summary, "marks": marks or []})


@pytest.fixture(autouse=True)
def _made_up_runs_end(page: Page) -> Iterator[None]:
    """Nothing is left that the page's own fixture would cancel."""
    yield
    page.evaluate("() => poolscope.store.set({ run: null, rows: [], summary: null, text: null })")
    page.wait_for_selector("html[data-run-status=idle]")


def marks_of(seq: int, *phases: tuple[str, float], **last: Any) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = [{"seq": seq, "phase": phase, "at": at} for phase, at in phases]
    marks[-1] |= last
    return marks


def test_empty_says_what_launch_will_do(page: Page) -> None:
    page.wait_for_function("() => poolscope.store.get().typed !== null")
    page.evaluate("""() => {
        poolscope.socket.disconnect();
        poolscope.store.set({ run: null, rows: [], summary: null, text: null });
    }""")
    expect(page.locator("#sentence")).to_contain_text(
        "Launch sends 100 requests at once to /sleep/"
    )
    expect(page.locator(".gauge-track")).to_have_count(0)


def test_starting_says_what_starts_and_for_how_long(page: Page) -> None:
    show(page, {"status": "starting", "step": "starting Postgres", "step_seconds": 2.0})
    expect(page.locator("#sentence")).to_contain_text("Starting Postgres… 2.")


def test_a_failed_target_has_cause_cure_and_stderr(page: Page) -> None:
    error = {"cause": "gunicorn ended", "cure": "install psycopg2", "stderr": "ModuleNotFoundError"}
    show(page, {"status": "failed", "error": error})
    notice = page.locator(".notice-error")
    expect(notice).to_contain_text("Gunicorn ended.")
    expect(notice).to_contain_text("Install psycopg2.")
    expect(notice.locator(".stderr")).to_have_text("ModuleNotFoundError")


def test_failures_are_counted_with_cause_and_cure(page: Page) -> None:
    failure = {"word": "pool-timeout", "count": 2, "cause": "it took too long", "cure": "raise it"}
    cancelled = {"word": "cancelled", "count": 1, "cause": "", "cure": ""}
    failed = marks_of(
        1, ("queued", 0), ("waiting", 0.1), ("failed", 1), failure="pool-timeout", message="no"
    )
    summary = {"failures": [failure, cancelled], "failed": 3}
    show(page, {"status": "done"}, summary, failed)
    expect(page.locator(".notice-failures p")).to_have_text(
        ["2 requests failed: pool-timeout. It took too long. Raise it."]
    )
    expect(page.locator(".label-failed")).to_contain_text("pool-timeout")


def test_a_lost_link_is_quiet_and_the_run_goes_on(page: Page) -> None:
    show(page, {"status": "running", "elapsed": 1.0}, {})
    page.evaluate("() => poolscope.store.set({ link: 'lost' })")
    expect(page.locator(".notice-quiet")).to_contain_text("Disconnected from the dashboard")
    expect(page.locator(".notice-quiet")).to_contain_text("The run continues")


DOTS = """() => {
    const canvas = document.querySelector(".track-rows canvas");
    const context = canvas.getContext("2d");
    let most = 0;
    for (let y = 0; y < canvas.height; y += 1) {
        const { data } = context.getImageData(46, y, canvas.width - 210, 1);
        let changes = 0;
        for (let k = 7; k < data.length; k += 4) changes += (data[k] > 200) !== (data[k - 4] > 200);
        most = Math.max(most, changes);
    }
    return most;
}"""


def test_what_is_unknown_is_dotted_and_said(page: Page) -> None:
    unknown = marks_of(1, ("unknown", 0), ("done", 3), status=200)
    known = marks_of(2, ("queued", 0), ("executing", 0.1), ("done", 3), status=200)
    show(page, {"status": "done"}, {"total_seconds": 3, "done": 2}, [*unknown, *known])
    expect(page.locator("#notes")).to_contain_text("Phases partly unknown for 1 request")
    expect(page.locator("#legend")).to_contain_text("unknown")
    assert page.evaluate(DOTS) > 200
    page.click("#request-table summary")
    expect(page.locator("#request-table tbody tr")).to_have_count(2)

    show(page, {"status": "done"}, {"total_seconds": 3, "done": 1}, known)
    expect(page.locator("#notes")).to_be_empty()
    expect(page.locator("#legend li", has_text="unknown")).to_be_hidden()


def test_marks_lost_are_said_while_the_run_goes_on(page: Page) -> None:
    show(page, {"status": "running", "elapsed": 1.0, "marks_lost": 1200}, {})
    expect(page.locator("#notes")).to_have_text("1,200 marks not received yet.")
    restored = "1200 marks were lost in transit and restored from the responses."
    show(page, {"status": "done", "marks_lost": 1200, "notes": [restored]}, {})
    expect(page.locator("#notes")).to_have_text(restored)


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_a_sentence_that_wraps_moves_nothing(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    tops = []
    for sentence in (
        "3 of 100 done",
        "45 of 100 done · 15 executing · 40 waiting for a connection",
    ):
        show(page, {"status": "running", "elapsed": 1.0}, {"sentence": sentence})
        expect(page.locator("#sentence")).to_have_text(sentence)
        tops.append(page.evaluate("() => document.querySelector('#timeline').offsetTop"))
    assert tops[0] == tops[1]


@pytest.mark.parametrize(
    ("value", "words"), [(0.848, "0.85 s"), (2.167, "2.2 s"), (14.24, "14.2 s"), (500.4, "500 s")]
)
def test_what_is_about_right_is_said_in_few_digits(ask: Ask, value: float, words: str) -> None:
    assert ask("describe", "m.aboutSeconds(given)", value) == words


def test_suggestions_are_rounded(page: Page) -> None:
    suggestion = {"title": "pool_size 97", "settings": {}, "forecast_seconds": 0.848}
    diagnosis = {"limit": "x", "sentence": "S.", "evidence": "", "suggestions": [suggestion]}
    show(page, {"status": "done"}, {"diagnosis": diagnosis})
    expect(page.locator(".suggestions button")).to_have_text("Try pool_size 97 about 0.85 s")
