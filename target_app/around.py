"""gunicorn's configuration for somebody else's app: round their own, if they have one."""

from . import hooks

hooks.await_sqlalchemy()
globals().update(hooks.configuration())
