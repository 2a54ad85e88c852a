"""What a run says in words and numbers: pure functions of its requests."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dashboard.analysis.batches import Batch
from dashboard.analysis.diagnosis import Diagnosis
from dashboard.analysis.forecast import Forecast
from dashboard.analysis.quantiles import median
from dashboard.marks.requests import WAITS, Request
from dashboard.text import counted, printable
from settings import Settings
from target_app.probe.failures import FAILURES
from target_app.probe.marks import PHASES, Phase

from .answers import FailureTold

RULE = "-" * 42


def counts(requests: Sequence[Request], total: int) -> dict[str, int]:
    """How many requests are in each phase; those without a mark are queued."""
    found = Counter(request.phase.value for request in requests)
    found[Phase.QUEUED.value] += total - len(requests)
    return {phase.value: found[phase.value] for phase in PHASES}


def total_seconds(requests: Sequence[Request]) -> float:
    """From release to the last end there is."""
    return max((request.end.at for request in requests if request.end), default=0.0)


def running_sentence(requests: Sequence[Request], total: int) -> str:
    """``45 of 100 done · 15 executing · 40 waiting for a connection``."""
    found = counts(requests, total)
    parts = [f"{found['done']} of {total} done"]
    words = (
        ("failed", "failed"),
        ("executing", "executing"),
        ("handling", "in Python"),
        ("connecting", "opening a connection"),
        ("holding", "holding an idle connection"),
        ("responding", "responding"),
        ("waiting", "waiting for a connection"),
        ("thread-queued", "waiting for a thread"),
        ("queued", "waiting for a worker"),
    )
    parts += [f"{found[phase]} {text}" for phase, text in words if found[phase]]
    return " · ".join(parts)


def finished_sentence(
    requests: Sequence[Request], total: int, batches: Sequence[Batch], status: str = "done"
) -> str:
    """``100 requests in 7 batches of 15, the last of 10; all done after 35.2 s``, and what failed.

    Batches are of the requests that are done, and are counted as theirs.
    """
    found = counts(requests, total)
    done, failed = found["done"], found["failed"]
    left = total - done - failed
    seconds = f"{total_seconds(requests):.1f} s"
    asked = counted(total, "request")
    if status == "cancelled":
        if not requests:
            return f"Cancelled before the release: {asked} not sent"
        return f"Cancelled after {seconds}: {done} of {total} done, {failed + left} aborted"
    if left == total:
        return f"No data about the {asked} of this run"
    if not done and not left:
        return f"{asked}; {'all failed, the last' if total > 1 else 'failed'} after {seconds}"
    shape = batches_words(batches) or waiting_words(requests)
    if done == total:
        return f"{asked}{shape}; {'all done after' if total > 1 else 'done in'} {seconds}"
    rest = [f"{failed} failed"] * bool(failed) + [f"{left} unfinished"] * bool(left)
    return f"{done} of {asked} done{shape}; {', '.join(rest)}, the last ended after {seconds}"


def batches_words(batches: Sequence[Batch]) -> str:
    """`` in 7 batches of 15``, `` in 14 batches: 15, 2 of 11, 10 of 6, 3``, `` in one batch``."""
    sizes = [batch.count for batch in batches]
    if not sizes:
        return ""
    if len(sizes) == 1:
        return " in one batch"
    if len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]:
        if sizes[0] == 1:
            return ", one at a time"
        rest = f", the last of {sizes[-1]}" if sizes[-1] < sizes[0] else ""
        return f" in {len(sizes)} batches of {sizes[0]}{rest}"
    runs = [(size, len(list(group))) for size, group in groupby(sizes)]
    if len(runs) > 6:
        return f" in {len(sizes)} batches of {min(sizes)} to {max(sizes)}"
    words = [str(size) if times == 1 else f"{times} of {size}" for size, times in runs]
    return f" in {len(sizes)} batches: {', '.join(words)}"


def waiting_words(requests: Sequence[Request]) -> str:
    """How unequal requests were served and waited, where batches would be misleading; "" if none.

    ``, served in 0.02 to 2.0 s each, so not in batches, after waiting 0.35 s (median)``.
    """
    served = [r for r in requests if r.done and r.service]
    if len(served) < 2:
        return ""
    lengths = [r.service.end - r.service.start for r in served if r.service]
    waits = [r.seconds_in(*WAITS) for r in served]
    return (
        f", served in {_about(min(lengths))} to {_about(max(lengths))} s each, so not in "
        f"batches, after waiting {_about(median(waits))} s (median) to "
        f"{_about(max(waits))} s"
    )


def _about(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"


def failures(requests: Sequence[Request]) -> list[FailureTold]:
    """The failures by word, most frequent first, each with cause, cure and one example."""
    found = [request for request in requests if request.failed]
    examples = {request.failure: request.outcome for request in found}
    return [
        {
            "word": word,
            "count": count,
            "cause": FAILURES[word].cause if word in FAILURES else word,
            "cure": FAILURES[word].cure if word in FAILURES else "",
            "example": examples[word],
        }
        for word, count in Counter(request.failure for request in found).most_common()
    ]


def failure_words(requests: Sequence[Request]) -> str:
    """``3 failed (pool-timeout): no connection came back ...: raise ...`` for each word."""
    return " ".join(
        f"{each['count']} failed ({each['word']}): {each['cause']}; {each['cure']}."
        for each in failures(requests)
    )


def as_json(
    settings: Settings,
    promised: Forecast,
    requests: Sequence[Request],
    batches: Sequence[Batch],
    diagnosis: Diagnosis | None,
) -> dict[str, Any]:
    """The object that ``poolscope run --json`` prints."""
    found = counts(requests, settings.requests)
    return {
        "settings": settings.as_dict(),
        "requests": settings.requests,
        "done": found["done"],
        "failed": found["failed"],
        "failures": {each["word"]: each["count"] for each in failures(requests)},
        "total_seconds": round(total_seconds(requests), 4),
        "batches": [{"count": batch.count, "at": round(batch.at, 4)} for batch in batches],
        "forecast": promised.as_dict(),
        "diagnosis": diagnosis and diagnosis.as_dict(),
    }


def example_heading(requests: int, url: str) -> str:
    """The original example's first line for one endpoint."""
    return f"Sending {requests} requests for {url}..."


def example_line(seconds: float, status: str) -> str:
    """The original example's line for one answer."""
    return f"\t@{seconds:6.2f}s got response [{status}]"


def example_total(seconds: float) -> str:
    """The original example's last line for one endpoint."""
    return f"\t={seconds:6.2f}s TOTAL"


def example_sum(seconds: float) -> str:
    """The original example's very last line."""
    return f"SUM TOTAL ={seconds:6.2f}s"


def example_text(url: str, total: int, requests: Sequence[Request]) -> str:
    """The run as the original example's client prints one endpoint, with its sum."""
    ended = sorted((request for request in requests if request.end), key=_at)
    lines = [example_heading(total, url)]
    for request in ended:
        status = request.failure or str(request.status or "")
        lines.append(example_line(_at(request), printable(status)))
    seconds = total_seconds(requests)
    lines += [example_total(seconds), RULE, example_sum(seconds)]
    return "\n".join(lines) + "\n"


def _at(request: Request) -> float:
    return request.end.at if request.end else 0.0
