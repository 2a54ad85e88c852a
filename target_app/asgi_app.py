"""The target under ASGI: the same endpoints, served in the three ways that asyncio knows.

``asyncio-blocking``: ``async def`` that calls a blocking driver. ``asyncio-threads``: ``def``,
which Starlette runs in one of anyio's threads. ``asyncio``: ``async def`` and an async driver.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from config import TargetConfig
from target_app.probe.failures import classify, last_line

from . import asgi_views, asgi_views_async
from .seconds import BadSeconds

View = Callable[[Request], Any]
AsyncView = Callable[[Request], Awaitable[Any]]
PATHS = ("/sleep/python/", "/sleep/postgres/", "/sleep/mysql/", "/create_data/")


def create_asgi_app(config: TargetConfig) -> Starlette:
    """The app for ``config``; its engines connect on the first request that needs them."""
    if config.mode == "asyncio":
        views = [_awaited(view) for view in asgi_views_async.views(config)]
    elif config.mode == "asyncio-threads":
        views = [_in_thread(view) for view in asgi_views.views(config)]
    else:
        views = [_blocking(view) for view in asgi_views.views(config)]
    routes = [Route(path, view) for path, view in zip(PATHS, views, strict=True)]
    return Starlette(routes=[*routes, Route("/healthz", _healthz)])


def _in_thread(view: View) -> View:
    def endpoint(request: Request) -> JSONResponse:
        try:
            return JSONResponse(view(request))
        except Exception as error:  # noqa: BLE001  every failure of a request is an answer
            return _failure(error)

    return endpoint


def _blocking(view: View) -> AsyncView:
    answer = _in_thread(view)

    async def endpoint(request: Request) -> JSONResponse:
        return answer(request)  # type: ignore[no-any-return]

    return endpoint


def _awaited(view: AsyncView) -> AsyncView:
    async def endpoint(request: Request) -> JSONResponse:
        try:
            return JSONResponse(await view(request))
        except Exception as error:  # noqa: BLE001  every failure of a request is an answer
            return _failure(error)

    return endpoint


def _failure(error: Exception) -> JSONResponse:
    """400 with the allowed range, or 500 with the failure's stable word."""
    if isinstance(error, BadSeconds):
        return JSONResponse({"error": "bad-request", "message": str(error)}, 400)
    message = last_line(error)
    return JSONResponse({"error": classify(message), "message": message}, 500)


async def _healthz(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
