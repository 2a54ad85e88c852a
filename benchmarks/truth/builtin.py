"""Whether promises are true: what the model says of settings, and what their runs take."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.model.costs import Costs
from dashboard.analysis.model.endpoints import promise_of
from dashboard.analysis.model.promise import Promise
from settings import read_settings

from ..fresh import fresh_runtime
from ..table import show
from .cases import CASES
from .this_machine import this_machine

TOLERANCE = 0.05  # of a total beside the promised range
FAILED_TOLERANCE = 2  # requests


def main(rounds: int, names: Sequence[str] = (), measured: Path | None = None) -> None:
    """Print promised beside measured, and how many were within."""
    lines = []
    within = runs = 0
    for name, results in _measured(names or list(CASES), rounds, measured):
        settings = read_settings(CASES[name])
        model = EffectiveModel.of(settings)
        promised = promise_of(model, this_machine(), Costs(), settings.deadline_seconds)
        for total, failed in results:
            holds = _holds(promised, total, failed)
            within += holds
            runs += 1
            lines.append(_line(name, promised, total, failed, holds))
    show(
        "Promised and measured",
        ["settings", "promised", "high / low", "fail", "measured", "failed", ""],
        lines,
    )
    print(f"\n{within} of {runs} runs within the promised range and {TOLERANCE:.0%} more.")


def _holds(promised: Promise, total: float, failed: int) -> bool:
    seconds, lost = promised.seconds, promised.failed
    in_time = seconds.low * (1 - TOLERANCE) <= total <= seconds.high * (1 + TOLERANCE)
    return in_time and lost.low - FAILED_TOLERANCE <= failed <= lost.high + FAILED_TOLERANCE


def _line(name: str, promised: Promise, total: float, failed: int, holds: bool) -> list[str]:
    seconds, lost = promised.seconds, promised.failed
    return [
        name,
        f"{seconds.low:.2f} to {seconds.high:.2f} s",
        f"{seconds.high / seconds.low:.2f}",
        f"{lost.low:.0f} to {lost.high:.0f}" if lost.high else "",
        f"{total:.2f} s",
        str(failed) if failed else "",
        "within" if holds else f"OUTSIDE ({total / seconds.typical:.2f} of the typical)",
    ]


def _measured(
    names: Sequence[str], rounds: int, kept: Path | None
) -> Iterator[tuple[str, list[tuple[float, int]]]]:
    """Totals and failures of each of ``names``, from ``kept`` where it has them."""
    known: dict[str, list[tuple[float, int]]] = {}
    if kept is not None and kept.exists():
        for line in kept.read_text().splitlines():
            name, given, total, failed = json.loads(line)
            if CASES.get(name) == given:
                known.setdefault(name, []).append((total, failed))
    missing = [name for name in names if len(known.get(name, ())) < rounds]
    if missing:
        with fresh_runtime() as runtime:
            for _ in range(rounds):
                for name in missing:
                    if len(known.get(name, ())) >= rounds:
                        continue
                    result = _run(runtime, name)
                    known.setdefault(name, []).append(result)
                    if kept is not None:
                        with kept.open("a") as file:
                            file.write(json.dumps([name, CASES[name], *result]) + "\n")
    for name in names:
        yield name, known[name]


def _run(runtime: Any, name: str) -> tuple[float, int]:
    run = runtime.conductor.launch(read_settings(CASES[name]), keep=False)
    runtime.conductor.wait()
    if run.error is not None:
        raise SystemExit(f"{name}: {run.error}")
    record = run.record()
    return record.total_seconds, record.counts["failed"]
