"""The app that uvicorn, granian and hypercorn are given: somebody else's, with the probe round it.

They know no hooks, so this module stands in for the app's: ``poolscope_probe.entry.served:app``.
"""

from typing import Any

from .loading import load
from .observed import await_libraries
from .told import config


def _app() -> Any:
    from .worker import watched

    await_libraries(config.pool)
    return watched(load(config.app), config)


if config.app:
    app = _app()
