"""Marks how long a request's blocking code waits for one of a thread pool's threads.

There are three such pools in the ASGI world: anyio's, which Starlette and FastAPI run ``def``
endpoints in (40 threads unless an app says otherwise), asyncio's default executor, and asgiref's
executors, which Django uses. The last two are executors of the standard library.
"""

import functools
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

from .marks import Phase
from .trail import Trail, current, current_trail

Call = Callable[..., Any]


def queued(trail: Trail, call: Call) -> Call:
    """``call`` as the pool gets it: the request waits from now until a thread begins with it.

    Then it goes on with what it did before, unless something else has been marked meanwhile: not
    everything that is given to a thread is waited for.
    """
    before = trail.marks[-1]
    phase = trail.view if before.phase is Phase.THREAD_QUEUED else before.phase
    trail.enter(Phase.THREAD_QUEUED, before.connection)
    waiting = trail.marks[-1]

    def taken(*given: Any, **named: Any) -> Any:
        trail.resume(waiting, phase, before.connection)
        return call(*given, **named)

    return taken


def watch_executors() -> None:
    """Mark the waits for threads of the standard library's executors; twice changes nothing.

    The request goes along into the thread, which ``loop.run_in_executor`` alone would not do.
    """
    submit: Any = ThreadPoolExecutor.submit
    if getattr(submit, "poolscope", False):
        return

    @functools.wraps(submit)
    def marked_submit(self: Any, fn: Call, /, *given: Any, **named: Any) -> Any:
        trail = current()
        if trail is None or trail.over:
            return submit(self, fn, *given, **named)
        taken = queued(trail, fn)

        def carried(*given: Any, **named: Any) -> Any:
            current_trail.set(trail)
            try:
                return taken(*given, **named)
            finally:
                current_trail.set(None)  # the thread will serve others

        return submit(self, carried, *given, **named)

    marked_submit.poolscope = True  # type: ignore[attr-defined]
    ThreadPoolExecutor.submit = marked_submit  # type: ignore[method-assign]


def watch_anyio(module: Any) -> None:
    """Mark the waits for anyio's limiter; ``module`` is ``anyio.to_thread``, just imported."""
    run_sync = module.run_sync
    if getattr(run_sync, "poolscope", False):
        return

    @functools.wraps(run_sync)
    async def marked_run_sync(func: Call, *given: Any, **options: Any) -> Any:
        trail = current()
        if trail is None or trail.over:
            return await run_sync(func, *given, **options)
        return await run_sync(queued(trail, func), *given, **options)

    marked_run_sync.poolscope = True  # type: ignore[attr-defined]
    module.run_sync = marked_run_sync


def anyio_tokens(wanted: Optional[int] = None) -> Optional[int]:
    """How many of anyio's threads may run at once, set to ``wanted`` first; None without anyio.

    Call it in the event loop: the limiter is the loop's.
    """
    module: Any = sys.modules.get("anyio.to_thread")
    if module is None:
        return None
    limiter = module.current_default_thread_limiter()
    if wanted is not None:
        limiter.total_tokens = wanted
    return int(min(limiter.total_tokens, 1_000_000))  # it may be math.inf
