"""Exported files of a run that a hostile server and a hostile person have written in."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dashboard.exports import FORMATS
from dashboard.marks.server_timing import Metric, as_header
from settings import Settings
from tests.dashboard.records import record
from tests.dashboard.stories import marks

pytestmark = pytest.mark.page

NASTY = (
    "</script></style></title></svg><script>window.hurt=1</script>"
    "<img src=x onerror='window.hurt=1'>\"><svg/onload=window.hurt=1>]]><!--"
)
PATH = "/\"'><svg/onload=window.hurt=1></script><script>window.hurt=1</script>"


def test_no_script_of_a_label_an_error_or_a_header_runs(browser: Browser, tmp_path: Path) -> None:
    said = marks(2, "queued 0 responding 0.9 done 1", worker=0, detail="200")
    said[1] = said[1]._replace(timing=as_header([Metric("db", 5.0, NASTY)]) + NASTY)
    log = [
        *marks(1, "queued 0 handling 0.1 waiting 0.1 executing 0.2 done 1.2", detail="200"),
        *said,
        *marks(3, "queued 0 handling 0.1 failed 2", detail=f"pool-timeout: {NASTY}"),
        *marks(4, f"queued 0 handling/{NASTY.replace(' ', '')} 0.1 failed 2", detail=NASTY),
    ]
    run = replace(
        record(4, settings=Settings(requests=4)),
        marks=tuple(log),
        label=NASTY,
        notes=(NASTY,),
        versions={NASTY: NASTY},
        generator={"stamps": NASTY},
        error={"cause": NASTY, "cure": NASTY, "stderr": NASTY},
        request_specs=(f"GET {PATH}", "/b"),
    )
    context = browser.new_context(offline=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    for name in ("html", "svg"):
        path = tmp_path / f"run.{name}"
        path.write_bytes(FORMATS[name].write(run))
        page.goto(path.as_uri())
        if name == "html":
            page.wait_for_function("() => document.querySelector('#timeline').dataset.batches")
            page.focus("#timeline")
            for _ in range(4):  # each request's words into the readout
                page.keyboard.press("ArrowDown")
            page.click("#request-table summary")
        assert page.evaluate("() => window.hurt") is None, name
        assert (
            page.evaluate("() => document.querySelectorAll('img, [onload], [onerror]').length") == 0
        )
    assert errors == []
    context.close()
