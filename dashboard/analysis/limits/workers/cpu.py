"""The workers were busy computing."""

from dashboard.analysis.evidence import Evidence
from dashboard.analysis.limits.limit import Limit
from dashboard.analysis.limits.pool.waits import waited_for_pool
from dashboard.analysis.limits.values import MOST_WORKERS
from settings import TargetKind

from . import blocking_driver, sync_workers, threads, worker_connections

BUSY_SHARE = 0.6  # of one core, that the busiest worker computed
PLACES = (sync_workers, threads, blocking_driver, worker_connections)


def _detect(evidence: Evidence) -> bool:
    if evidence.cpu_share >= BUSY_SHARE:
        return True
    if evidence.cpu_share < BUSY_SHARE / 2 or waited_for_pool(evidence):
        return False
    # Requests waited although there were places: the workers were too busy to take them.
    lacked_places = any(module.LIMIT.detect(evidence) for module in PLACES)
    return bool(evidence.queue_waiters) and not lacked_places


def _explain(evidence: Evidence) -> str:
    model = evidence.model
    slept = f" for sleeps of {model.sleep_seconds:g} s" if model.kind is TargetKind.EXAMPLE else ""
    return (
        f"The workers were busy computing, not waiting: the busiest used "
        f"{evidence.cpu_share * 100:.0f}% of one core, and the run took {evidence.total:.1f} s"
        f"{slept}."
    )


LIMIT = Limit(
    word="cpu",
    precedence=40,
    detect=_detect,
    explain=_explain,
    suggest=lambda evidence: [{"workers": min(MOST_WORKERS, 2 * evidence.model.workers)}],
)
