"""gunicorn's configuration for somebody else's app: round their own, if they have one."""

from . import gunicorn_hooks, told
from .observed import await_libraries

await_libraries(told.config.pool)  # not imported by its name, which is a setting of gunicorn's
globals().update(gunicorn_hooks.configuration())
