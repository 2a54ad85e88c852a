"""A run as one HTML file that shows the interactive timeline without a server or a network.

The file holds the page's own style sheets and modules, and the run as JSON. Every text goes
through Jinja's escaping; in the JSON, ``<`` is written so that no script element can end early.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from config import ROOT
from dashboard.runs.page_state import page as page_of
from dashboard.runs.record import Record
from dashboard.text import iso_time

from .modules import import_map
from .scene import settings_words

STATIC = ROOT / "static"
ENTRY = "offline.js"
STYLES = ("tokens", "base", "header", "buttons", "form", "run", "timeline", "parts", "replay")


def write(record: Record) -> bytes:
    """The whole file."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined
    )
    diagnosis = record.diagnosis
    page = environment.get_template("export.html").render(
        title=f"{record.name}: {record.sentence}",
        name=record.name,
        started_at=iso_time(record.started_at),
        sentence=record.sentence,
        settings=settings_words(record.settings),
        why=f"{diagnosis.sentence} {diagnosis.evidence}".strip() if diagnosis else "",
        notes=record.notes,
        text=record.as_text(),
        versions=", ".join(f"{name} {number}" for name, number in record.versions.items()),
        style=_style(),
        imports=_in_script({"imports": import_map(STATIC / "js", ENTRY)}),
        record=_in_script(page_of(record)),
    )
    return page.encode()


@cache
def _style() -> Markup:
    texts = [(STATIC / "css" / f"{name}.css").read_text() for name in STYLES]
    return Markup("\n".join(texts).replace("</", "<\\/"))  # noqa: S704  our own style sheets


def _in_script(value: Mapping[str, Any]) -> Markup:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704  escaped here
