"""A driver waits for the database in C and holds gevent's event loop."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import holds_loop
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.phrases import waited, workers
from dashboard.analysis.limits.values import concurrent_mode
from settings import APP


def _detect(evidence: Evidence) -> bool:
    return holds_loop(evidence.settings) and bool(evidence.queue_waiters) and evidence.serial()


def _explain(evidence: Evidence) -> str:
    settings = evidence.settings
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited for gevent's event loop: "
        f"{settings.database_driver} waits for the database in C and holds the loop, so "
        f"{workers(settings)} x 1 request = {settings.workers} at a time, although "
        f"{settings.worker_connections} could be open."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    settings = evidence.settings
    if settings.endpoint == APP:
        return [concurrent_mode(settings)]
    return [{"driver": "pymysql" if settings.database == "mysql" else "psycopg2-green"}]


LIMIT = Limit(
    word="blocking-driver",
    precedence=80,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the driver, which holds the loop",
)
