"""A Quart app, with a view that runs in a thread."""

import asyncio
import time

from quart import Quart

app = Quart(__name__)


@app.get("/orders")
async def orders():
    await asyncio.sleep(0.15)
    return {"orders": []}


@app.get("/blocking")
def blocking():
    time.sleep(0.15)
    return {"slept": 0.15}
