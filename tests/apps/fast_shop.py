"""A FastAPI shop as people write it: an async session, a ``def`` endpoint, and its own mistakes."""

import asyncio
import os
import time
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

url = make_url(os.environ["DATABASE_URL"])  # postgresql+psycopg2://user@/name?host=...
host = url.query["host"]
PLAIN = f"host={host} user={url.username} dbname={url.database}"
engine = create_async_engine(
    url.set(drivername="postgresql+asyncpg").difference_update_query(["application_name"]),
    pool_size=2,
    max_overflow=1,
)
blocking = create_engine(url, pool_size=2, max_overflow=0)
pools = {}


@asynccontextmanager
async def lifespan(app):
    pools["asyncpg"] = await asyncpg.create_pool(
        host=host, user=url.username, database=url.database, min_size=1, max_size=2
    )
    pools["async"] = AsyncConnectionPool(PLAIN, min_size=1, max_size=2, open=False)
    await pools["async"].open()
    pools["sync"] = ConnectionPool(PLAIN, min_size=1, max_size=2, open=True)
    yield {"started": True}
    await pools["asyncpg"].close()
    await pools["async"].close()
    pools["sync"].close()


app = FastAPI(lifespan=lifespan)


@app.get("/orders")
async def orders(s: float = 0.15):
    async with engine.connect() as connection:
        await connection.execute(text("select pg_sleep(:s)"), {"s": s})
    return {"orders": []}


@app.get("/stock")
def stock(s: float = 0.15):
    with blocking.connect() as connection:
        connection.execute(text("select pg_sleep(:s)"), {"s": s})
    return {"stock": []}


@app.get("/thread")
def thread(s: float = 0.15):
    time.sleep(s)
    return {"slept": s}


@app.get("/executor")
async def executor(s: float = 0.15):
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, s)
    return {"slept": s}


@app.get("/held")
async def held(s: float = 0.15):
    time.sleep(s)  # HOLDS
    return {"slept": s}


@app.get("/asyncpg")
async def with_asyncpg(s: float = 0.15):
    async with pools["asyncpg"].acquire() as connection:
        await connection.fetchval("select pg_sleep($1)", s)
    return {"slept": s}


@app.get("/psycopg")
async def with_psycopg(s: float = 0.15):
    async with pools["async"].connection() as connection:
        await connection.execute("select pg_sleep(%s)", [s])
    return {"slept": s}


@app.get("/psycopg-sync")
def with_psycopg_sync(s: float = 0.15):
    with pools["sync"].connection() as connection:
        connection.execute("select pg_sleep(%s)", [s])
    return {"slept": s}
