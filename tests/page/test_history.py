"""The history on the page: two runs from launch to file, and kept runs found, renamed, deleted."""

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.exports import FORMATS, jsonl
from dashboard.runs.comparison import compare
from dashboard.runs.record import Record
from tests.dashboard.conftest import eventually
from tests.dashboard.records import record
from tests.page.conftest import Ask, launch, visit, wait_for_status

pytestmark = pytest.mark.page

HOSTILE = "<img src=x onerror=window.hacked=1>"

Keep = Callable[[Record], int]


@pytest.fixture
def keep(page: Page) -> Keep:
    """Brings a run into the dashboard's history; its number."""

    def bring_in(given: Record) -> int:
        headers = {"Content-Type": "application/x-ndjson"}
        answer = page.request.post("/api/history", data=jsonl.write(given), headers=headers)
        assert answer.status == 201, answer.text()
        number: int = answer.json()["number"]
        return number

    return bring_in


@pytest.fixture
def tag() -> str:
    """A word that no other test's runs contain."""
    return "tag" + secrets.token_hex(4)


def row(page: Page, number: int) -> Locator:
    return page.locator(f"#history-rows tr[data-number='{number}']")


def find(page: Page, words: str) -> None:
    """Searches the history, and waits for the answer."""
    page.fill("#history-search", words)
    page.wait_for_function("(q) => poolscope.store.get().listed?.asked.q === q", arg=words)


def numbers(page: Page) -> list[int]:
    return [int(each.get_attribute("data-number") or 0) for each in rows(page).all()]


def in_one_line(sentence: str) -> re.Pattern[str]:
    """The sentence with any kind of space before its units."""
    return re.compile("^" + re.escape(sentence).replace("\\ ", r"\s") + "$")


def rows(page: Page) -> Locator:
    return page.locator("#history-rows tr")


def two_runs(page: Page) -> tuple[int, int]:
    """Launches two runs one after the other; their numbers in the history."""
    found = []
    for pool in (3, 9):
        launch(page, f"?requests=9&sleep_seconds=0.3&pool_size={pool}&max_overflow=0")
        wait_for_status(page, "done")
        page.wait_for_function("() => poolscope.store.get().run.history_id")
        found.append(page.evaluate("() => poolscope.store.get().run.history_id"))
    return found[0], found[1]


def compare_both(page: Page, small: int, large: int) -> str:
    """Compares the runs by the history's boxes, and reloads; the sentence."""
    for number in (large, small):
        expect(row(page, number).locator("svg.tiny")).to_be_visible()
        row(page, number).get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare 2 runs").click()
    assert page.url.split("?")[1].startswith(f"compare={large},{small}&")
    sentence = page.locator("#comparing-sentence")
    expect(sentence).to_contain_text(re.compile("pool_size (9 instead of 3|3 instead of 9)"))
    expect(page.locator("#run-view")).to_be_hidden()
    told = sentence.text_content() or ""
    page.reload()
    expect(sentence).to_have_text(told)
    names = page.locator(".figures").first.locator("tbody th").all_text_contents()
    assert names == ["pool_size"]
    expect(page.locator(".comparing-run a")).to_have_text([f"#{large}", f"#{small}"])
    tracks = page.locator(".track-comparing-rows")
    boxes = [tracks.nth(place).bounding_box() for place in (0, 1)]
    assert len({(box["x"], box["width"]) for box in boxes if box}) == 1
    return told


def download_all(page: Page, number: int, folder: Path) -> None:
    """Presses the link of every format, and keeps the files."""
    links = page.locator("#files li a")
    assert [link.get_attribute("data-format") for link in links.all()] == list(FORMATS)
    for link in links.all():
        with page.expect_download() as waiting:
            link.press("Enter")
        name = waiting.value.suggested_filename
        assert name.startswith(f"poolscope-{number}-gevent-green-postgres.")
        waiting.value.save_as(folder / name)
        assert (folder / name).stat().st_size > 200
    assert len(list(folder.iterdir())) == len(FORMATS)


def test_two_runs_are_compared_opened_replayed_and_written(page: Page, tmp_path: Path) -> None:
    small, large = two_runs(page)
    told = compare_both(page, small, large)

    row(page, small).get_by_role("link", name=f"Open run #{small}").click()
    summary = page.request.get(f"/api/history/{small}").json()["summary"]
    batches = " ".join(str(batch["count"]) for batch in summary["batches"])
    timeline, sentence = page.locator("#timeline"), page.locator("#sentence")
    expect(sentence).to_have_text(in_one_line(summary["sentence"]))
    expect(timeline).to_have_attribute("data-batches", batches)
    assert page.url.split("?")[1].startswith(f"run={small}&")
    page.go_back()
    expect(page.locator("#comparing-sentence")).to_have_text(told)
    # The record that going forward asks for once more puts the moment back to the end.
    with page.expect_response(lambda answer: answer.url.endswith(f"/api/history/{small}")):
        page.go_forward()
    expect(sentence).to_have_text(in_one_line(summary["sentence"]))
    moment = page.get_by_role("slider", name="Position in the run")

    def is_in_the_middle() -> bool:
        moment.fill("500")
        written = page.locator("#text-output").inner_text()
        is_told = " of 9 done · " in sentence.inner_text()
        return is_told and written == "Available when the run finishes."

    assert eventually(is_in_the_middle, 20)
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    expect(sentence).to_have_text(in_one_line(summary["sentence"]))
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(timeline).to_have_attribute("data-batches", batches)
    expect(page.locator("#text-output")).to_contain_text("got response [200]")
    expect(page.locator("#made-with")).to_contain_text("Postgres ")

    download_all(page, small, tmp_path)
    assert page.context.browser is not None
    offline = page.context.browser.new_context(offline=True)
    alone = offline.new_page()
    alone.goto(next(tmp_path.glob("*.html")).as_uri())
    expect(alone.locator("#timeline")).to_have_attribute("data-batches", batches)
    alone.get_by_role("slider", name="Position in the run").fill("500")
    expect(alone.locator("#sentence")).to_contain_text(" of 9 done · ")
    alone.get_by_role("button", name="Play").click()
    expect(alone.locator("#timeline")).to_have_attribute("data-batches", batches)
    offline.close()


def test_a_run_is_renamed_pinned_deleted_and_brought_back_by_keyboard(
    page: Page, keep: Keep, tag: str
) -> None:
    number = keep(record(12, 4, label=tag))
    page.reload()
    find(page, tag)
    expect(rows(page)).to_have_count(1)
    ours = row(page, number)

    def press(kind: str) -> None:
        ours.locator(f"[data-key={kind}-{number}]").focus()
        page.keyboard.press("Enter")

    press("rename")
    expect(ours.locator("input.rename")).to_be_focused()
    page.keyboard.press("Escape")
    expect(ours.locator(".history-label")).to_have_text(tag)
    expect(ours.locator(f"[data-key=rename-{number}]")).to_be_focused()
    press("rename")
    page.keyboard.type(f"{tag} {HOSTILE}")
    page.keyboard.press("Enter")
    expect(ours.locator(".history-label")).to_have_text(f"{tag} {HOSTILE}")

    press("pin")
    expect(ours.locator(".history-pin")).to_be_visible()
    expect(ours.locator(f"[data-key=pin-{number}]")).to_be_focused()

    press("delete")
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(ours).to_be_visible()
    expect(ours.locator(f"[data-key=open-{number}]")).to_be_focused()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)

    page.keyboard.press("Enter")  # opens the run
    expect(page.locator("#opened-name")).to_have_text(f"#{number} {tag} {HOSTILE}")
    press("load")
    expect(page.locator("#field-requests")).to_have_value("12")
    expect(page.locator("#launch")).to_be_focused()

    visit(page, f"/?compare={number},{keep(record(12, 6, label=HOSTILE))}")
    expect(page.locator(".lane-label").last).to_have_text(HOSTILE)
    for name in ("html", "svg"):
        text = page.request.get(f"/api/history/{number}/export?format={name}").text()
        assert "<img" not in text
    assert page.evaluate("() => window.hacked") is None


def test_the_history_is_searched_sorted_and_paged(page: Page, keep: Keep, tag: str) -> None:
    counts = [3, 9, 5, 7, 4, 8, 11, 2, 10, 6, 12]
    kept = {count: keep(record(count, 4, label=tag)) for count in counts}
    broken = keep(record(20, 4, label=tag, status="broken-off", marks=(), samples=()))
    page.reload()
    find(page, tag)
    newest = [broken, *(kept[count] for count in reversed(counts))]
    expect(page.locator("#history-place")).to_have_text("1 to 10 of 12")
    assert numbers(page) == newest[:10]
    expect(row(page, broken).locator(".history-state")).to_have_text("broken-off")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#history-place")).to_have_text("11 to 12 of 12")
    expect(rows(page)).to_have_count(2)
    assert numbers(page) == newest[10:]

    heading = page.get_by_role("columnheader", name="requests")
    for direction, first in (("descending", broken), ("ascending", kept[2])):
        heading.get_by_role("button").click()
        expect(heading).to_have_attribute("aria-sort", direction)
        expect(rows(page).first).to_have_attribute("data-number", str(first))
    for count in (2, 3, 4, 5):
        row(page, kept[count]).get_by_role("checkbox").check()
    expect(row(page, kept[6]).get_by_role("checkbox")).to_be_disabled()
    page.get_by_role("button", name="Clear selection").click()
    expect(row(page, kept[6]).get_by_role("checkbox")).to_be_enabled()
    find(page, f"{tag} nothing-like-it")
    expect(page.locator("#history-empty")).to_have_text("No matching runs.")

    visit(page, f"/?run={broken}")
    expect(page.locator("#sentence")).to_contain_text("Interrupted: the dashboard stopped")
    expect(page.locator("#opened-facts")).to_contain_text("broken-off")
    expect(page.locator("#replay")).to_be_hidden()


def test_a_file_is_brought_in_and_a_wrong_one_says_why(page: Page, tag: str) -> None:
    message = page.locator("#history-message")
    kind = "application/x-ndjson"
    good = {"name": "run.jsonl", "mimeType": kind, "buffer": jsonl.write(record(8, 4, label=tag))}
    page.set_input_files("#history-import", good)  # type: ignore[arg-type]
    expect(message).to_contain_text("Imported run.jsonl as run #")
    expect(rows(page).first.locator(".history-label")).to_have_text(tag)
    bad = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"no run"}
    page.set_input_files("#history-import", bad)  # type: ignore[arg-type]
    expect(message).to_contain_text("line 1 is not JSON")


def test_a_run_that_goes_on_is_told_of_in_another_view(page: Page, keep: Keep) -> None:
    number = keep(record(12, 4))
    visit(page, f"/?run={number}&requests=2&sleep_seconds=20")
    expect(page.locator("#timeline")).to_have_attribute("data-batches", "4 4 4")
    page.click("#launch")  # who launches sees that run
    expect(page.locator("#opened")).to_be_hidden()
    wait_for_status(page, "running")
    page.go_back()
    expect(page.locator("#timeline")).to_have_attribute("data-batches", "4 4 4")
    expect(page.locator("#run-notice")).to_contain_text("A run is in progress: ")
    page.get_by_role("button", name="Show run").click()
    expect(page.locator("#opened")).to_be_hidden()
    expect(page.locator("#run-notice")).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "where", "words"),
    [
        ("?run=999999", "#sentence", "there is no run #999999"),
        ("?compare=999998,999999", "#comparing-problem", "there is no run #99999"),
    ],
)
def test_a_url_of_a_run_that_is_gone_says_so(page: Page, path: str, where: str, words: str) -> None:
    visit(page, f"/{path}")
    expect(page.locator(where)).to_contain_text(words)


def test_a_view_has_a_url_and_a_url_a_view(ask: Ask) -> None:
    def place(query: str) -> Any:
        found = ask("route", "m.routeOf(given)", query)
        assert ask("route", "m.routeOf(m.queryOf(given, '?requests=3'))", found) == found
        return found["opened"] or found["comparing"]

    assert place("?run=7&requests=3") == 7
    assert place("?run=%237") == 7
    assert place("?compare=7,6,%20r3-7f&run=9") == ["7", "6", "r3-7f"]
    assert place("?compare=1,2,3,4,5") == ["1", "2", "3", "4"]
    for nowhere in ("", "?compare=7", "?compare=7,7", "?run=0", "?run=x", "?compare=<b>,../x"):
        assert place(nowhere) == []
    assert ask("route", "m.queryOf(m.LIVE, '?requests=3')") == "?requests=3"
    assert ask("route", "m.queryOf(m.LIVE)") == ""


def test_a_comparison_is_told_in_tables(ask: Ask) -> None:
    given = json.loads(json.dumps(compare([record(40, 15), record(40, 5)])))
    figures = ask("figures", "m.figureRows(given)", given["figures"])
    total = next(each for each in figures if each["label"] == "total")
    assert [cell["text"] for cell in total["cells"]] == ["3.01 s", "8.01 s"]
    assert [cell["ratio"] for cell in total["cells"]] == ["", "2.66 ×"]
    settings = ask("figures", "m.settingRows(given)", given["settings"])
    assert [each["label"] for each in settings] == ["pool_size"]
    ends = [{"letter": "A", "x": 100, "y": 5}, {"letter": "B", "x": 300, "y": 5}]
    ends += [{"letter": "C", "x": 108, "y": 9}]
    labels = ask("overlaid-steps", "m.endLabels(given).map(({ text }) => text)", ends)
    assert labels == ["A C", "B"]
