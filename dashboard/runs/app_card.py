"""What is said of your own app beside a run: gunicorn's settings, its pools, what to paste.

Pure: of the run's settings, of what its record keeps of the app, and of the diagnosis.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.analysis.diagnosis import Diagnosis
from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.observed_pools import POOL_FIELDS, observed_from_json, words_of
from dashboard.text import counted
from settings import AUTO, Settings

from .answers import AppCard
from .paste import blocks


def card(
    settings: Settings,
    effective: EffectiveModel,
    facts: Mapping[str, Any] | None,
    diagnosis: Diagnosis | None,
) -> AppCard | None:
    """The app's card for the page and the command line, None for a run of ours.

    ``effective`` is what was found.
    The lines to paste are those of the change that lifts the limit; where nothing held the run
    back, those of the run itself.
    """
    if facts is None:
        return None
    told = facts.get("found")
    found = observed_from_json(told) if told else None
    best = diagnosis.suggestions[0] if diagnosis and diagnosis.suggestions else None
    versions = facts.get("versions", {})
    server = server_of(settings, facts)
    version = {name.lower(): text for name, text in versions.items()}.get(server, "?")
    return {
        "module": facts["module"],
        "on": f"{server} {version}, Python {facts.get('python', '?')}",
        "server": server,
        "given": facts.get("given", "") if server == "gunicorn" else "",
        "used": used(settings),
        "pools": words_of(found),
        "pool": {name: getattr(effective, name) for name in POOL_FIELDS},
        "paste": blocks(best.settings if best else settings, found, server) if diagnosis else [],
        "paste_title": f"To use {best.title}" if best else "To use the settings of this run",
    }


def server_of(settings: Settings, facts: Mapping[str, Any]) -> str:
    """What served the run: the server that was chosen, or the first that the app calls for."""
    if settings.server != AUTO:
        return settings.server
    return str(next(iter(facts.get("servers", ())), "gunicorn"))


def used(settings: Settings) -> str:
    """``gthread, 2 workers x 8 threads``: what its server was given for this run."""
    workers = counted(settings.workers, "worker")
    each = {"gthread": f" x {settings.threads} threads"}.get(settings.worker, "")
    return f"{settings.worker}, {workers}{each}"


def as_text(shown: Mapping[str, Any]) -> list[str]:
    """The card as lines for a terminal."""
    given = f"; {shown['given']}" if shown["given"] else ""
    lines = [
        f"{shown['module']} on {shown['on']}.",
        f"{shown.get('server', 'gunicorn')}: this run {shown['used']}{given}.",
        *(f"Found: {words}" for words in shown["pools"]),
    ]
    for number, block in enumerate(shown["paste"]):
        before = f"{shown['paste_title']}, in" if not number else "and"
        lines += [f"{before} {block['where']}:"]
        lines += [f"    {line}".rstrip() for line in block["lines"].splitlines()]
    return lines
