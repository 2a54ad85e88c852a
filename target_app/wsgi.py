"""What gunicorn loads: ``PSYCOGREEN=true gunicorn target_app.wsgi:app -k gevent``."""

from config import TargetConfig

from .app import create_app

config = TargetConfig.from_environ()
if config.psycogreen:
    # Process-wide, so only here: in the worker, after gunicorn's gevent worker has patched.
    from psycogreen.gevent import patch_psycopg

    patch_psycopg()
app = create_app(config)
