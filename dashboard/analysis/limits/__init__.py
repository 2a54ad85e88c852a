"""The limits that can hold a run back: one file each, found by what lies in these folders."""

import importlib
import pkgutil

from dashboard.analysis.evidence import Evidence

from .limit import Limit


def _load() -> dict[str, Limit]:
    modules = (
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(__path__, f"{__name__}.")
    )
    limits = [module.LIMIT for module in modules if hasattr(module, "LIMIT")]
    return {limit.word: limit for limit in sorted(limits, key=lambda limit: limit.precedence)}


LIMITS = _load()  # by word, in the order in which they are looked for


def find_limit(evidence: Evidence) -> Limit:
    """The limit that held the run back; of several the innermost."""
    return next(limit for limit in LIMITS.values() if limit.detect(evidence))
