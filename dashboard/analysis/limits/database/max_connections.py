"""The database refuses connections."""

from dashboard.analysis.effective_model import EffectiveModel
from dashboard.analysis.evidence import Evidence
from dashboard.analysis.forecast import usable_connections
from dashboard.analysis.limits.limit import Change, Limit
from dashboard.analysis.limits.phrases import of_all, pool
from dashboard.analysis.limits.values import room
from settings import FIELDS, TargetKind

MOST = int(FIELDS["postgres_max_connections"].maximum)
REFUSED_SHARE = 0.05  # of the requests, which no run has by chance
SPARE = 10  # connections for others than the run


def _detect(evidence: Evidence) -> bool:
    """Whether it refused a part of the requests, whatever became of the others."""
    refused = evidence.failed("too-many-connections")
    share = refused / len(evidence.requests) if refused else 0.0
    return share >= REFUSED_SHARE or evidence.mostly_failed("too-many-connections")


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    return (
        f"{of_all(evidence.failed('too-many-connections'), evidence)} got no connection from "
        f"the database: it allows {usable_connections(model)}, and "
        f"{_asked(model)} asked for more."
    )


def _asked(model: EffectiveModel) -> str:
    if model.pool_class == "NullPool":
        return "NullPool, which opens one for each checkout,"
    return f"{pool(model)} connections"


def _suggest(evidence: Evidence) -> list[Change]:
    model = evidence.model
    fitting = {"pool_class": "QueuePool", "pool_size": room(model), "max_overflow": 0}
    return [fitting] if model.kind is TargetKind.APP else [fitting, _more_connections(model)]


def _more_connections(model: EffectiveModel) -> Change:
    mysql = model.database == "mysql"
    name = "mysql_max_connections" if mysql else "postgres_max_connections"
    return {name: min(MOST, model.requests + SPARE)}


LIMIT = Limit(
    word="max-connections",
    precedence=10,
    detect=_detect,
    explain=_explain,
    suggest=_suggest,
    as_next="the next limit is the database's max_connections",
    fails_requests=True,
)
