"""The database refuses connections."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import usable_connections
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.phrases import pool
from dashboard.analysis.limits.values import room
from settings import APP, FIELDS, Settings

MOST = int(FIELDS["postgres_max_connections"].maximum)
SPARE = 10  # connections for others than the run


def _explain(evidence: Evidence) -> str:
    settings = evidence.settings
    return (
        f"{evidence.failed('too-many-connections')} of {settings.requests} requests were refused a "
        f"connection by the database: it gives {usable_connections(settings)}, and "
        f"{_asked(settings)} asked for more."
    )


def _asked(settings: Settings) -> str:
    if settings.pool_class == "NullPool":
        return "NullPool, which opens one for each checkout,"
    return f"{pool(settings)} connections"


def _suggest(evidence: Evidence) -> list[Change]:
    settings = evidence.settings
    fitting = {"pool_class": "QueuePool", "pool_size": room(settings), "max_overflow": 0}
    return [fitting] if settings.endpoint == APP else [fitting, _more_connections(settings)]


def _more_connections(settings: Settings) -> Change:
    mysql = settings.database == "mysql"
    name = "mysql_max_connections" if mysql else "postgres_max_connections"
    return {name: min(MOST, settings.requests + SPARE)}


LIMIT = Limit(
    word="max-connections",
    precedence=10,
    detect=lambda evidence: evidence.mostly_failed("too-many-connections"),
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the database's max_connections",
    fails_requests=True,
)
