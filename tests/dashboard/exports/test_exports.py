"""Every file of a run, read by a reader that is not ours."""

import base64
import contextlib
import csv
import io
import itertools
import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser, expect

from dashboard.exports import FORMATS, file_name, jsonl
from dashboard.exports.csv_rows import FORMULA
from dashboard.exports.har import HERE
from dashboard.exports.modules import import_map
from dashboard.exports.scene import ticks
from dashboard.exports.tokens import light
from dashboard.exports.trace import lanes
from dashboard.marks.events import Event, sample_of
from dashboard.runs.record import Record
from dashboard.runs.waterfall import tiny_waterfall
from settings import Settings, TargetKind
from target_app.probe.marks import Mark, Phase
from tests.dashboard.har12 import HAR
from tests.dashboard.records import record
from tests.dashboard.stories import marks

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '</script><img src=x onerror="window.hurt=1"><!-- ]]> & \x1b[31m'
RUN = record(40, 15, number=7, label="before")


def with_failures() -> Record:
    """Two that are done, one refused by the pool with a nasty text, one that never came back."""
    log = [
        *marks(1, "queued 0 handling 0.1 waiting 0.1 executing 0.2 done 1.2", detail="200"),
        *marks(2, "queued 0 handling 0.1 waiting 0.1 executing 0.2 done 1.25", detail="200"),
        *marks(3, "queued 0 handling 0.1 waiting 0.1 failed 2", detail=f"pool-timeout: ={NASTY}"),
        *marks(4, "queued 0 failed 2.5", detail="reset: gone"),
    ]
    return record(4, marks=tuple(log), label=NASTY, notes=(NASTY,), settings=Settings(requests=4))


def written(name: str, run: Record) -> bytes:
    return FORMATS[name].write(run)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "run",
    [
        record(0, marks=(), samples=()),
        record(0, marks=(), status="failed", error={"cause": "c", "cure": "d", "stderr": ""}),
        record(0, marks=(), status="broken-off"),
        record(1, 1),
        with_failures(),
    ],
    ids=["empty", "not started", "broken off", "one", "failures"],
)
def test_every_kind_of_run_has_every_kind_of_file(name: str, run: Record) -> None:
    assert written(name, run)
    assert file_name(run, name).endswith("-gevent-green-postgres." + FORMATS[name].suffix)


MIX = record(4, request_specs=("GET /orders?a=1&b x3", "POST /orders"))


@pytest.mark.parametrize("run", [RUN, with_failures(), MIX], ids=["done", "failures", "mix"])
def test_a_run_in_json_lines_comes_back_whole(run: Record) -> None:
    data = written("jsonl", run)
    lines = [json.loads(line) for line in data.splitlines()]
    assert lines[0]["poolscope"] == 2
    assert lines[-1]["summary"]["done"] == run.counts["done"]
    assert sum("seq" in line for line in lines) == len(run.marks)
    back = jsonl.read(data)
    assert [mark[1:] for mark in back.marks] == [mark[1:] for mark in run.marks]
    assert replace(back, marks=run.marks, number=run.number) == run


def _line(changes: dict[str, Any], number: int = 1) -> bytes:
    lines = written("jsonl", record(2)).splitlines()
    value = json.loads(lines[number - 1]) | changes
    lines[number - 1] = json.dumps(value).encode()
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1 must be a head"),
        (b"{}", "line 1 must be a head"),
        (b"[]", "line 1 is not a JSON object"),
        (b"\xff\xfe", "line 1 is not JSON"),
        (b"[" * 100_000, "line 1 is not JSON"),
        (_line({"poolscope": 3}), "line 1 must be a head"),
        (_line({"settings": {"requests": 0}}), "line 1: requests must be a whole number"),
        (_line({"settings": []}), "line 1: settings must be an object"),
        (_line({"status": "running"}), "line 1: status must be one of"),
        (_line({"label": "x" * 101}), "line 1: text must be"),
        (_line({"label": "\ud800"}), "lone surrogate"),
        (_line({"notes": ["\0"]}), "null byte"),
        (_line({"started_at": float("inf")}), "line 1: started_at must be a number"),
        (_line({"generator": {"lag": []}}), "line 1: generator.lag must be a number"),
        (_line({"origin": "ftp://a"}), "line 1: origin must look like"),
        (_line({"origin": "http://a/b"}), "line 1: origin must look like"),
        (_line({"origin": 7}), "line 1: text must be"),
        (_line({"asks": "/a"}), "line 1: asks must be a list"),
        (_line({"asks": ["orders"]}), "line 1: a path begins with /"),
        (_line({"asks": ["/a"] * 21}), "line 1: asks must be a list of at most 20"),
        (_line({"seq": 3}, 2), "line 2: seq must be a whole number from 0 to 2"),
        (b'{"seq":1,"phase":"queued","at":0}', "line 1 must be a head"),
        (_line({"seq": 0}, 2), "line 2: seq must be 1 or more"),
        (_line({"phase": "dancing"}, 3), "line 3: phase must be one of queued"),
        (_line({"at": -1}, 3), "line 3: at must be a number"),
        (_line({"at": float("nan")}, 3), "line 3: at must be a number"),
        (_line({"worker": 2**40}, 3), "line 3: worker must be a whole number"),
        (_line({"poolscope": True}), "line 1 must be a head"),
        (_line({"note": 5}, 3), "line 3: note must be a text of at most"),
        (_line({"status": 1000}, 3), "line 3: status must be a whole number from 0 to 999"),
        (b"\n".join(written("jsonl", record(2)).splitlines()[:-1]), "truncated"),
        (written("jsonl", record(2)) + b'{"seq": 1}\n', "nothing may follow the summary"),
        (_line({"x": "y" * 70_000}, 2), "line 2 is longer than"),
        (b"x" * (jsonl.MOST_BYTES + 1), "larger than 64 MiB"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_run_is_refused_with_its_line(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jsonl.read(data)


@settings(deadline=None)  # a machine that is busy with other tests takes its time
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_a_file_that_is_damaged_is_refused_or_still_a_run(noise: bytes, place: int) -> None:
    data = written("jsonl", record(3))
    with contextlib.suppress(ValueError):
        assert jsonl.read(data[:place] + noise + data[place + len(noise) :]).settings


def test_a_csv_has_a_row_for_each_request() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", RUN).decode(), newline="")))
    assert len(rows) == 40
    assert Counter(row["batch"] for row in rows) == {"1": 15, "2": 15, "3": 10}
    assert {row["status"] for row in rows} == {"200"}
    last = rows[-1]
    assert float(last["ended_at"]) == pytest.approx(3.01)
    assert float(last["waiting_seconds"]) == pytest.approx(2.089)
    spent = sum(float(text) for name, text in last.items() if name.endswith("_seconds"))
    assert spent == pytest.approx(2 * float(last["response_seconds"]))


def test_a_csv_holds_no_formula_and_keeps_the_failures_text() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", with_failures()).decode(), newline="")))
    assert [row["outcome"] for row in rows] == ["done", "done", "failed", "failed"]
    assert rows[2]["failure"] == "pool-timeout"
    assert NASTY in rows[2]["detail"]
    assert not any(text.startswith(("=", "+", "@")) for row in rows for text in row.values())


FORMULAS = ['=HYPERLINK("//evil.example")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_column_of_a_csv_holds_a_formula(formula: str) -> None:
    log = [
        *marks(1, "queued 0 handling 0.1 executing 0.2 done 1.2", detail="200"),
        *marks(2, "queued 0 handling 0.1 failed 2", detail=formula),
    ]
    hostile = record(2, marks=tuple(log), settings=Settings(requests=2))
    rows = list(csv.DictReader(io.StringIO(written("csv", hostile).decode(), newline="")))
    assert rows[1]["detail"] == rows[1]["failure"] == f"'{formula}"
    texts = ("ask", "outcome", "status", "failure", "detail")
    assert not any(row[name].startswith(FORMULA) for row in rows for name in texts)


def test_the_picture_of_a_cancelled_run_has_the_rows_of_the_page() -> None:
    """Those that waited stand below those that were served."""
    stories = ["queued 0 handling 0.001 waiting 0.002 failed 1.5"] * 5
    stories += ["queued 0 handling 0.001 waiting 0.002 executing 0.003 done 1"] * 5
    log = [mark for seq, story in enumerate(stories, 1) for mark in marks(seq, story)]
    run = record(10, marks=tuple(log), status="cancelled", settings=Settings(requests=10))
    root = ET.fromstring(written("svg", run))  # noqa: S314  our own file
    bars = [each for each in root.iter(SVG + "rect") if float(each.get("height", "0")) > 2]
    drawn = {
        colour: [float(bar.get("y", "0")) for bar in bars if bar.get("fill") == light()[colour]]
        for colour in ("executing", "failed")
    }
    assert max(drawn["executing"][1:6]) < min(drawn["failed"][1:])  # the first are the legend's
    assert [bar[2] for bar in tiny_waterfall(run.requests, run.total_seconds)] == [0] * 5 + [1] * 5


@pytest.mark.parametrize("run", [RUN, with_failures()], ids=["done", "failures"])
def test_a_har_is_valid_and_its_times_add_up(run: Record) -> None:
    body = json.loads(written("har", run))
    jsonschema.Draft202012Validator(HAR).validate(body)
    entries = body["log"]["entries"]
    assert len(entries) == run.settings.requests
    for entry, request in zip(entries, run.requests, strict=True):
        timings = entry["timings"]
        known = [timings[name] for name in ("blocked", "send", "wait", "receive")]
        assert sum(known) == pytest.approx(entry["time"], abs=0.01)
        assert entry["time"] == pytest.approx((request.response_seconds or 0) * 1000, abs=0.02)
        phases = {each["name"]: each["dur"] for each in entry["_serverTimings"]}
        assert sum(phases.values()) == pytest.approx(entry["time"], abs=0.02)
        assert phases == {
            name[1:]: value for name, value in timings.items() if name.startswith("_")
        }


def test_a_har_tells_answers_from_silence() -> None:
    entries = json.loads(written("har", with_failures()))["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 200, 500, 0]
    assert entries[3]["_error"] == "reset: gone"


@pytest.mark.parametrize(
    ("end", "status", "phrase"),
    [
        (Mark("r", 1, Phase.DONE, 1, status=404), 404, "Not Found"),
        (Mark("r", 1, Phase.FAILED, 1, status=422, failure="http-4xx"), 422, "Unprocessable"),
        (Mark("r", 1, Phase.FAILED, 1, status=599, failure="http-5xx"), 599, ""),
        (Mark("r", 1, Phase.FAILED, 1, failure="tls-failed", message="expired"), 0, ""),
        (Mark("r", 1, Phase.FAILED, 1, failure="http-5xx", message="no HTTP"), 0, ""),
    ],
)
def test_a_har_has_the_status_that_came(end: Mark, status: int, phrase: str) -> None:
    run = record(1, settings=Settings(requests=1), marks=(Mark("r", 1, Phase.QUEUED, 0), end))
    (entry,) = json.loads(written("har", run))["log"]["entries"]
    assert entry["response"]["status"] == status
    assert entry["response"]["statusText"].startswith(phrase)
    assert bool(entry["response"]["statusText"]) == bool(phrase)
    assert bool(entry["response"]["headers"]) == bool(status)


def test_what_was_asked_for_stands_in_the_rows_and_in_the_har() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", MIX).decode())))
    named = ["GET /orders?a=1&b", "GET /orders?a=1&b", "POST /orders", "GET /orders?a=1&b"]
    assert [row["ask"] for row in rows] == named
    asked = [each["request"] for each in json.loads(written("har", MIX))["log"]["entries"]]
    assert [f"{each['method']} {each['url'].removeprefix(HERE)}" for each in asked] == named
    assert asked[0]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert asked[0]["headers"] == [{"name": "Host", "value": "127.0.0.1"}]


def test_a_har_names_the_server_that_was_asked() -> None:
    there = replace(
        MIX, origin="https://shop.example:8443", settings=Settings(requests=4), kind=TargetKind.URL
    )
    again = jsonl.read(written("jsonl", there))
    asked = json.loads(written("har", again))["log"]["entries"][0]["request"]
    assert asked["url"] == "https://shop.example:8443/orders?a=1&b"
    assert asked["headers"] == [{"name": "Host", "value": "shop.example:8443"}]


def test_a_trace_has_lanes_without_overlap_and_a_flow_for_each_request() -> None:
    body = json.loads(written("trace", RUN))
    events = body["traceEvents"]
    for event in events:
        assert {"ph", "pid", "tid", "ts", "name"} <= set(event)
        assert all(type(event[name]) is int for name in ("pid", "tid", "ts"))
        assert event["ts"] >= 0
    by_kind = Counter(event["ph"] for event in events)
    assert by_kind["s"] == by_kind["f"] == 40
    assert {event["id"] for event in events if event["ph"] == "s"} == set(range(1, 41))
    assert by_kind["C"] == 1
    slices: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for event in events:
        if event["ph"] == "X":
            where = (event["pid"], event["tid"])
            slices.setdefault(where, []).append((event["ts"], event["ts"] + event["dur"]))
    for found in slices.values():
        found.sort()
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    names = {
        event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"
    }
    assert names == {1: "client: the burst", 7: "worker 7"}
    for event in events:
        if event["ph"] in "sf":  # a flow's end lies in a slice, or it is not drawn
            found = slices[event["pid"], event["tid"]]
            assert any(start <= event["ts"] <= end for start, end in found)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=40))
def test_lanes_are_few_and_nothing_in_one_overlaps(stays: list[tuple[int, int]]) -> None:
    spans = [(float(start), float(start + length)) for start, length in stays]
    placed = lanes((start, end, (start, end)) for start, end in spans)
    by_lane: dict[int, list[tuple[float, float]]] = {}
    for lane, span in placed:
        by_lane.setdefault(lane, []).append(span)
    for found in by_lane.values():
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    most = max((sum(s <= at < e for s, e in spans) for at, _ in spans), default=0)
    assert len(by_lane) == most


def test_an_svg_is_well_formed_and_stands_alone() -> None:
    root = ET.fromstring(written("svg", RUN))  # noqa: S314  our own file
    assert root.tag == SVG + "svg"
    assert root.findtext(SVG + "title") == RUN.sentence
    texts = [element.text or "" for element in root.iter(SVG + "text")]
    assert {"batch 1", "batch 2", "batch 3"} <= set(texts)
    assert texts[0].startswith("before: 40 requests in 3 batches of 15")
    fills = Counter(element.get("fill") for element in root.iter(SVG + "rect"))
    assert fills[light()["executing"]] >= 40
    assert fills[light()["waiting"]] >= 40
    assert not [element for element in root.iter() if "href" in str(element.attrib)]
    nasty = ET.fromstring(written("svg", with_failures()))  # noqa: S314
    assert {element.tag for element in nasty.iter()} <= {
        SVG + tag for tag in ("svg", "title", "rect", "text")
    }


def test_what_ended_or_stood_still_is_in_the_pictures_and_in_the_trace() -> None:
    events = [Event(0.5, "worker-exit", 7, 0.0), Event(1.0, "worker-stall", 8, 1.5)]
    run = record(40, 15, samples=tuple(map(sample_of, events)))
    assert run.events == events
    root = ET.fromstring(written("svg", run))  # noqa: S314  our own file
    texts = [element.text or "" for element in root.iter(SVG + "text")]
    assert {event.words for event in events} <= set(texts)
    told = [e for e in json.loads(written("trace", run))["traceEvents"] if e.get("cat") == "event"]
    assert [(e["ph"], e["name"], e["pid"]) for e in told] == [
        ("i", "worker 7 ended after 0.5 s", 7),
        ("X", "worker 8 stalled for 1.5 s, from 1.0 s on", 8),
    ]
    assert told[1]["dur"] == 1_500_000
    assert jsonl.read(written("jsonl", run)).events == events


def test_a_png_opens_and_has_the_colours_of_the_phases() -> None:
    image = Image.open(io.BytesIO(written("png", RUN)))
    image.load()
    assert image.format == "PNG"
    assert image.size[0] == 2400
    colours = {colour for _, colour in image.convert("RGB").getcolors(1_000_000) or []}
    for name in ("page", "waiting", "executing", "ink"):
        value = light()[name]
        assert tuple(int(value[k : k + 2], 16) for k in (1, 3, 5)) in colours
    failed = Image.open(io.BytesIO(written("png", with_failures()))).convert("RGB")
    red = tuple(int(light()["failed"][k : k + 2], 16) for k in (1, 3, 5))
    assert red in {colour for _, colour in failed.getcolors(1_000_000) or []}


@given(st.floats(0.001, 1e6))
def test_ticks_are_few_and_start_at_zero(end: float) -> None:
    found = ticks(end)
    assert found[0] == 0
    assert 4 <= len(found) <= 10
    assert found[-1] <= end * 1.000001


def test_the_modules_of_the_html_are_all_that_they_import(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport "./c.js";\nb();\n')
    (tmp_path / "b.js").write_text('import {\n  x,\n} from "./c.js";\nexport const b = "import";\n')
    (tmp_path / "c.js").write_text("export const x = 1;\n")
    assert set(import_map(tmp_path, "a.js")) == {f"poolscope/{name}.js" for name in "abc"}
    (tmp_path / "c.js").write_text('import io from "/static/vendor/io.js";\n')
    with pytest.raises(ValueError, match=r"c\.js imports /static/vendor/io\.js"):
        import_map(tmp_path, "a.js")


def test_the_modules_of_the_html_come_from_all_folders(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "a.js").write_text('import { b } from "./lib/b.js";\nb();\n')
    (tmp_path / "lib" / "b.js").write_text('import "../c.js";\nexport const b = 1;\n')
    (tmp_path / "c.js").write_text("export const x = 1;\n")
    found = import_map(tmp_path, "a.js")
    assert set(found) == {f"poolscope/{name}.js" for name in ("a", "lib/b", "c")}
    code = base64.b64decode(found["poolscope/lib/b.js"].partition(",")[2]).decode()
    assert code.startswith('import "poolscope/c.js";')
    (tmp_path / "lib" / "b.js").write_text('import "../../vendor/io.js";\n')
    with pytest.raises(ValueError, match=r"lib/b\.js imports \.\./\.\./vendor/io\.js"):
        import_map(tmp_path, "a.js")


@pytest.mark.page
@pytest.mark.parametrize("run", [RUN, with_failures()], ids=["done", "nasty"])
def test_the_html_shows_the_same_batches_with_the_network_off(
    browser: Browser, tmp_path: Path, run: Record
) -> None:
    path = tmp_path / "run.html"
    path.write_bytes(written("html", run))
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_function("() => document.querySelector('#timeline').dataset.batches")
    batches = page.get_attribute("#timeline", "data-batches")
    assert batches == " ".join(str(batch.count) for batch in run.batches)
    assert page.inner_text("#sentence").replace("\xa0", " ") == run.sentence
    page.focus("#timeline")
    page.keyboard.press("Home")
    expect(page.locator("#readout")).to_contain_text("Request ")
    page.click("#request-table summary")
    expect(page.locator("#request-table tbody tr")).to_have_count(run.settings.requests)
    assert page.evaluate("() => window.hurt") is None
    assert errors == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    context.close()


def test_ten_thousand_requests_are_written_in_seconds() -> None:
    run = record(10_000, 15, settings=Settings(requests=10_000, pool_size=15, max_overflow=0))
    for name in FORMATS:
        began = time.monotonic()
        assert written(name, run)
        assert time.monotonic() - began < 20, name
