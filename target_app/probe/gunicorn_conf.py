"""gunicorn's configuration for somebody else's app: round their own, if they have one."""

from . import gunicorn_hooks

gunicorn_hooks.await_sqlalchemy()
globals().update(gunicorn_hooks.configuration())
