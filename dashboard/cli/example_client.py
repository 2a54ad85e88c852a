"""The original example's client: a few requests at once for each endpoint of a running server."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

import requests

from config import MINUTES
from dashboard.runs import report
from settings import ENDPOINTS

TIMEOUT_SECONDS = 10 * MINUTES
EXAMPLE_ENDPOINTS = ("python", "postgres")


def run_client(base_url: str, count: int, say: Callable[[str], None]) -> bool:
    """Ask both endpoints ``count`` times at once; True when all answered 200.

    ``say`` gets the original example's lines. requests.ConnectionError when nothing listens there.
    """
    total = 0.0
    good = True
    for endpoint in EXAMPLE_ENDPOINTS:
        url = base_url.rstrip("/") + ENDPOINTS[endpoint]
        say(report.example_heading(count, url))
        start = time.monotonic()
        with ThreadPoolExecutor(max_workers=count) as threads:
            sent = [
                threads.submit(requests.get, url, timeout=TIMEOUT_SECONDS) for _ in range(count)
            ]
            for answer in as_completed(sent):
                status = answer.result().status_code
                good = good and status == 200
                say(report.example_line(time.monotonic() - start, str(status)))
        spent = time.monotonic() - start
        total += spent
        say(report.example_total(spent))
    say(report.RULE)
    say(report.example_sum(total))
    return good
