"""A Starlette app made by a factory."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def orders(request):
    await asyncio.sleep(0.15)
    return PlainTextResponse("orders")


def create_app(debug=False):
    return Starlette(debug=debug, routes=[Route("/orders", orders)])
