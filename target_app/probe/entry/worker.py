"""Puts the probe round the app that a worker has loaded. Import it in a worker only."""

import threading
from typing import Any, Callable, Optional

from .. import heartbeat, loop
from ..asgi import AsgiProbe, is_asgi
from ..beacon import Beacon, Gathering, parse_address
from ..pools import on_new_pool, pool_states
from ..threads import anyio_tokens, watch_executors
from ..wsgi import Probe
from .observed import observed
from .told import ProbeConfig

LIFESPAN_SECONDS = 1.0  # by which a server has begun with an app's lifespan, if it will


def watched(app: Any, config: ProbeConfig) -> Any:
    """The app with the probe round it; the dashboard is told of this worker from now on."""
    beacon = Beacon(parse_address(config.beacon))
    if not is_asgi(app):
        tell_found = found_teller(config)
        begin_pulse(config, tell_found)
        tell_found()
        config.tell("worker-ready")
        return Probe(beacon).wrap(app)
    worker = _AsgiWorker(config)
    watch_executors()
    worker.await_lifespan()
    return AsgiProbe(worker.gathering, worker.started, worker.ready).wrap(app)


def found_teller(config: ProbeConfig) -> Callable[[], None]:
    """What tells the dashboard what the app uses; it is called for every new pool, too."""

    def tell_found() -> None:
        config.tell("found", **observed())

    on_new_pool(tell_found)
    return tell_found


def begin_pulse(config: ProbeConfig, again: Optional[Callable[[], None]] = None) -> None:
    """Beat in a thread, which is a greenlet of the loop where gevent has patched."""
    beacon = Beacon(parse_address(config.beacon))
    watchdog = loop.gevent_watchdog(lambda hold: beacon.send(loop.encode(hold, config.token)))
    pulse = heartbeat.Pulse(beacon, config.token, pool_states, again)
    if watchdog is None:
        heartbeat.start(pulse)
    else:
        heartbeat.start(pulse, watchdog.beat)
        watchdog.start()


class _AsgiWorker:
    """What one worker tells of its loop, and when it is ready."""

    def __init__(self, config: ProbeConfig) -> None:
        self._config = config
        self._beacon = Beacon(parse_address(config.beacon))
        self.gathering = Gathering(self._beacon)
        self._has_loop = threading.Event()
        self._tokens: Optional[int] = None
        on_new_pool(self._tell_found)

    def started(self) -> None:
        """Beat in the loop that runs now."""
        self._has_loop.set()
        pulse = heartbeat.Pulse(self._beacon, self._config.token, pool_states, self._tell_found)
        loop.watch_asyncio(pulse, self._tell_hold, self.gathering.flush)

    def ready(self) -> None:
        """Tell that the app has come up."""
        # After the app's own lifespan, which may have set them.
        self._tokens = anyio_tokens(self._config.tokens)
        self._tell_ready()

    def await_lifespan(self) -> None:
        """Tell that the worker is ready also where its server leaves the lifespan alone."""

        def look() -> None:
            if not self._has_loop.is_set():
                self._tell_ready()

        late = threading.Timer(LIFESPAN_SECONDS, look)
        late.daemon = True
        late.start()

    def _tell_ready(self) -> None:
        self._tell_found()
        self._config.tell("worker-ready")

    def _tell_found(self) -> None:
        self._config.tell("found", **observed(), tokens=self._tokens)

    def _tell_hold(self, hold: loop.Hold) -> None:
        self._beacon.send(loop.encode(hold, self._config.token))
