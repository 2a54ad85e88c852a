"""What uvicorn loads: ``MODE=asyncio-threads uvicorn target_app.asgi:app``."""

from config import TargetConfig
from target_app.probe.entry.told import ProbeConfig

from .asgi_app import create_asgi_app

config = TargetConfig.from_environ()
app = create_asgi_app(config)
if config.beacon:
    from target_app.probe.entry.observed import await_libraries
    from target_app.probe.entry.worker import watched

    await_libraries()
    told = ProbeConfig.of(config.beacon, config.token, config.thread_tokens or None)
    app = watched(app, told)
