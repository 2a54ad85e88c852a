"""A driver waits for the database in C and holds gevent's event loop."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import holds_loop
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.phrases import holder, waited, workers
from dashboard.analysis.limits.values import concurrent_mode
from settings import TargetKind


def _detect(evidence: Evidence) -> bool:
    return holds_loop(evidence.model) and bool(evidence.queue_waiters) and evidence.serial()


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    where = f": {holder(evidence)}" if evidence.held else ""
    return (
        f"{waited(evidence.queue_waiters, evidence)} waited for gevent's event loop: "
        f"{model.driver} blocks in C while it waits for the database, so "
        f"{workers(model)} x 1 request = {model.workers} at a time, although "
        f"worker_connections allows {model.worker_connections}{where}."
    )


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    if model.kind is TargetKind.APP:
        return [concurrent_mode(model)]
    return [{"driver": "pymysql" if model.database == "mysql" else "psycopg2-green"}]


LIMIT = Limit(
    word="blocking-driver",
    precedence=80,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the driver, which blocks the event loop",
)
