"""gunicorn's configuration for somebody else's app: round their own, if they have one."""

from . import gunicorn_hooks
from .observed import await_libraries
from .told import config

await_libraries(config.pool)
globals().update(gunicorn_hooks.configuration())
