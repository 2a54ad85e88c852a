"""gunicorn's configuration for somebody else's app: round their own, if they have one."""

from . import gunicorn_hooks as hooks

hooks.await_sqlalchemy()
globals().update(hooks.configuration())
