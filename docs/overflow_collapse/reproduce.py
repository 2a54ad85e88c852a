"""100 requests through a pool: reproduce.py gevent|threads|asyncio SIZE OVERFLOW SECONDS"""

import sys

if sys.argv[1] == "gevent":
    __import__("gevent.monkey").monkey.patch_all()
import asyncio
import threading
import time
from collections import Counter

from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool
from sqlalchemy.util import await_only, greenlet_spawn


class Connection:  # a database that does nothing: what matters is who gets a connection when
    commit = rollback = close = lambda _: None


def request(sleep):
    connection = pool.connect()
    sleep(seconds)
    connection.close()
    ends[round((time.monotonic() - began) / seconds)] += 1


async def gather(sleep=lambda seconds: await_only(asyncio.sleep(seconds))):
    await asyncio.gather(*(greenlet_spawn(request, sleep) for _ in range(100)))


kind = AsyncAdaptedQueuePool if sys.argv[1] == "asyncio" else QueuePool
pool = kind(Connection, pool_size=int(sys.argv[2]), max_overflow=int(sys.argv[3]))
seconds, ends, began = float(sys.argv[4]), Counter(), time.monotonic()
threads = [threading.Thread(target=request, args=[time.sleep]) for _ in range(100)]
if sys.argv[1] == "asyncio":
    asyncio.run(gather())
else:
    _ = [each.start() for each in threads], [each.join() for each in threads]
print(*ends.values(), f"{time.monotonic() - began:.2f} s")
