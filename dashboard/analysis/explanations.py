"""The diagnosis in words: one sentence with the arithmetic of the run, and its evidence."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from config import ENDPOINTS, Settings
from target_app.probe.failures import FAILURES
from target_app.probe.marks import Phase

from .evidence import SHORT_SECONDS, Evidence
from .forecast import NONE, UNKNOWN, usable_connections
from .suggestions import Suggestion

FAILING = frozenset({"pool-timeout", "max-connections"})  # limits that make requests fail


def sentence_for(limit: str, evidence: Evidence, suggestions: Sequence[Suggestion]) -> str:
    s = evidence.settings
    texts: dict[str, Callable[[Evidence], str]] = {
        NONE: _none_sentence,
        "sync-workers": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited for a worker: {_workers(s)} of class sync "
            f"x 1 request = {s.workers} at a time."
        ),
        "threads": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited for a thread: {_workers(s)} x {s.threads} "
            f"threads = {s.workers * s.threads} at a time."
        ),
        "blocking-driver": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited for gevent's event loop: {s.database_driver} "
            f"waits for the database in C and holds the loop, so {_workers(s)} x 1 request = "
            f"{s.workers} at a time, although {s.worker_connections} could be open."
        ),
        "pool-capacity": lambda e: (
            f"{_waited(e.pool_waiters, e)} waited for a connection: {_pool(s)} at a time."
        ),
        "overflow-collapse": _collapse_sentence,
        "pool-timeout": lambda e: (
            f"{e.failed('pool-timeout')} of {s.requests} requests gave up after "
            f"{s.pool_timeout:g} s (pool_timeout) without a connection: {_pool(s)} at a time, "
            f"each held for {e.mean_service_seconds:.1f} s on average."
        ),
        "max-connections": lambda e: (
            f"{e.failed('too-many-connections')} of {s.requests} requests were refused a "
            f"connection by the database: it gives {usable_connections(s)}, and "
            f"{_asked(s)} asked for more."
        ),
        "worker-connections": lambda e: (
            f"{_waited(e.queue_waiters, e)} waited to be accepted: {_workers(s)} x "
            f"{s.worker_connections} worker_connections = {s.workers * s.worker_connections} "
            "at a time."
        ),
        "backlog": _backlog_sentence,
        "uneven-workers": _uneven_sentence,
        "cpu": lambda e: (
            f"The workers were busy computing, not waiting: the busiest took "
            f"{e.cpu_share * 100:.0f} % of one core, and the run took {e.total:.1f} s"
            + (f" for sleeps of {s.sleep_seconds:g} s." if s.endpoint in ENDPOINTS else ".")
        ),
        "generator": lambda e: (
            f"Our own generator was late: it read answers up to {e.lag:.2f} s after they had "
            "arrived, so this run says little about the server."
        ),
    }
    text = texts[limit](evidence)
    if suggestions:
        best = suggestions[0]
        seconds = f"{best.forecast_seconds:.1f} s"
        if limit in FAILING:
            many = "more" if best.next_limit in FAILING else "all"
            text += f" With {best.title} {many} would be answered, in {seconds}"
        else:
            text += f" {best.title} would take {seconds} instead of {evidence.total:.1f} s"
        text += _next(best.next_limit) + "."
    return text


def _none_sentence(e: Evidence) -> str:
    if len(e.services) < len(e.requests):
        words = Counter(request.failure for request in e.requests if request.failed)
        (word, count), *_ = words.most_common(1) or [("", 0)]
        cause = FAILURES[word].cause if word in FAILURES else word
        return f"No setting made requests wait, but {count} failed ({word}): {cause}."
    return "No request waited for another: nothing in these settings held the run back."


def _collapse_sentence(e: Evidence) -> str:
    s = e.settings
    lost = max(1, (s.pool_capacity or 0) - e.min_in_use())
    where = "" if s.workers == 1 else " in one of the workers"
    return (
        f"{_waited(e.pool_waiters, e)} waited for a connection. {_pool(s)} at a time at first, "
        f"then {e.min_in_use()}{where}: while requests waited, {lost} overflow connections "
        f"were closed and their places were lost ({e.mean_in_use():.1f} in use on average)."
    )


def _backlog_sentence(e: Evidence) -> str:
    # A client may hold a connection for open whose last packet the full queue has dropped
    # (tcp_abort_on_overflow 0): what counts is when a worker had it.
    late = [request for request in e.requests if request.sent > SHORT_SECONDS]
    marks = (mark for request in late for mark in request.marks)
    reached = (mark.at for mark in marks if mark.phase is Phase.HANDLING)
    return (
        f"{len(late)} of {len(e.requests)} requests found the backlog of {e.settings.backlog} "
        "full, and the kernel tried their connections again: the last of them reached a worker "
        f"{max(reached, default=e.total):.1f} s after the release."
    )


def _uneven_sentence(e: Evidence) -> str:
    s = e.settings
    shares = sorted(e.shares.values(), reverse=True)
    shares += [0] * (s.workers - len(shares))
    return (
        f"The workers shared the requests unevenly: {' and '.join(map(str, shares))} of "
        f"{sum(shares)}, where {math.ceil(sum(shares) / s.workers)} each would have been even. "
        "A worker takes connections that it cannot serve yet, and keeps them."
    )


def _next(limit: str) -> str:
    words = {
        NONE: "; nothing would wait then",
        "pool-capacity": "; the next limit is the pool's capacity",
        "overflow-collapse": "; the next limit is the pool, which may lose its overflow",
        "pool-timeout": "; the next limit is pool_timeout",
        "max-connections": "; the next limit is the database's max_connections",
        "sync-workers": "; the next limit is the number of workers",
        "threads": "; the next limit is the number of threads",
        "worker-connections": "; the next limit is worker_connections",
        "blocking-driver": "; the next limit is the driver, which holds the loop",
    }
    return words.get(limit, "")


def _waited(waiters: Sequence[object], e: Evidence) -> str:
    return f"{len(waiters)} of {len(e.requests)} requests"


def _workers(s: Settings) -> str:
    return f"{s.workers} worker{'s' if s.workers > 1 else ''}"


def _pool(s: Settings) -> str:
    total = (s.pool_capacity or 0) * s.workers
    return f"{_workers(s)} x (pool_size {s.pool_size} + max_overflow {s.max_overflow}) = {total}"


def _asked(s: Settings) -> str:
    if s.pool_class == "NullPool":
        return "NullPool, which opens one for each checkout,"
    return f"{_pool(s)} connections"


def evidence_for(limit: str, e: Evidence) -> str:
    """Which requests waited, how long, and what share of all their time that was."""
    by_pool = limit in {"pool-capacity", "overflow-collapse", "pool-timeout"}
    pairs = e.pool_waiters if by_pool else e.queue_waiters
    whole = sum(request.response_seconds or 0.0 for request in e.requests)
    if limit in {NONE, UNKNOWN} or not pairs or not whole:
        return ""
    waits = [service.waited if by_pool else service.queued for service, _ in pairs]
    numbers = sorted(request.seq for _, request in pairs)
    for_what = "a connection" if by_pool else "a thread" if limit == "threads" else "a worker"
    return (
        f"Requests {_ranges(numbers)} waited {min(waits):.1f} to {max(waits):.1f} s for "
        f"{for_what}: {sum(waits):.0f} of {whole:.0f} request-seconds "
        f"({100 * sum(waits) / whole:.0f} %)."
    )


def _ranges(numbers: Sequence[int]) -> str:
    """``16-100``, or the first few ranges where there are many."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [f"{first}-{last}" if last > first else str(first) for first, last in found]
    return ", ".join(texts) if len(texts) <= 4 else ", ".join(texts[:3]) + " and others"
