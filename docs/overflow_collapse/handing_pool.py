"""An experiment: pools that hand a connection to whoever waits, where QueuePool would close it.

``QueuePool._do_return_conn`` closes what does not fit into its queue of pool_size and lowers the
overflow count, which wakes nobody. These two put the connection into the queue all the same while
somebody waits for one whom no earlier return has woken, and wake that one: the queue then holds
more than pool_size for as long as the woken need to run. They read private attributes of
SQLAlchemy 2.1 and of the standard library, so they show the idea and are not for production.
"""

from typing import Any

from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool


class HandingQueuePool(QueuePool):
    """For threads and greenlets: waiters stand in the queue's condition."""

    def _do_return_conn(self, record: Any) -> None:
        queue: Any = self._pool
        with queue.mutex:  # reentrant
            if queue.not_empty._waiters:
                queue._put(record)
                queue.not_empty.notify()
                return
            if queue._qsize() < queue.maxsize:
                queue.put(record, False)
                return
        record.close()
        self._dec_overflow()


class HandingAsyncPool(AsyncAdaptedQueuePool):
    """For asyncio: waiters are the futures of ``asyncio.Queue.get``."""

    def _do_return_conn(self, record: Any) -> None:
        queue: Any = self._pool._queue  # type: ignore[attr-defined]
        if any(not getter.done() for getter in queue._getters):
            queue._put(record)
            queue._wakeup_next(queue._getters)
        else:
            super()._do_return_conn(record)
