"""SQLAlchemy's QueuePool as rules, without connections, threads and clocks.

Source: sqlalchemy/pool/impl.py (``QueuePool._do_get``, ``_do_return_conn``) and
sqlalchemy/util/queue.py (``Queue.get``, ``Queue.put``), 2.1.
"""

from collections import deque
from typing import Generic, TypeVar

# What a pool says to somebody who does not get a connection's number, all of which are above 0:
OPEN = 0  # open a new one, which the pool has counted already
WAIT = -1  # until a connection comes back
REFUSED = -2  # pool_timeout is over

Waiter = TypeVar("Waiter")


class QueuePool(Generic[Waiter]):
    """One pool: who asks gets a connection's number, OPEN, WAIT or REFUSED.

    ``waiters`` are those in ``Queue.get``, the longest waiting first, as its condition wakes them.
    """

    __slots__ = ("_lifo", "idle", "max_overflow", "overflow", "size", "waiters")

    def __init__(self, size: int, max_overflow: int, lifo: bool = False) -> None:
        self.size = size
        self.max_overflow = -1 if size == 0 else max_overflow
        self._lifo = lifo
        self.overflow = -size
        self.idle: deque[int] = deque()
        self.waiters: deque[Waiter] = deque()

    @property
    def checked_out(self) -> int:
        """Connections that are out, or being opened."""
        return self.size - len(self.idle) + self.overflow

    def ask(self) -> int:
        """A connection's number, OPEN or WAIT; who is told to wait joins ``waiters``.

        Whoever asks while a connection lies there gets it, also before those that were woken.
        """
        if self.idle:
            return self.wake()
        if self.max_overflow == -1 or self.overflow < self.max_overflow:
            self.overflow += 1
            return OPEN
        return WAIT

    def wake(self) -> int:
        """What somebody finds who was woken: a number, or WAIT when another was faster."""
        if not self.idle:
            return WAIT
        return self.idle.pop() if self._lifo else self.idle.popleft()

    def time_out(self) -> int:
        """What somebody gets whose time is over: a number, OPEN, or REFUSED.

        Who gave up waiting may open one where others were closed meanwhile.
        """
        answer = self.ask()
        return REFUSED if answer == WAIT else answer

    def give_back(self, connection: int) -> bool:
        """Take a connection back: True when it is kept, and one waiter has to be woken.

        Beyond ``size`` it is closed, which wakes nobody.
        """
        if self.size > 0 and len(self.idle) >= self.size:
            self.overflow -= 1
            return False
        self.idle.append(connection)
        return True

    def not_opened(self) -> None:
        """Forget a connection that could not be opened; this wakes nobody either."""
        self.overflow -= 1


class NullPool(Generic[Waiter]):
    """The pool that opens a connection for each checkout, and closes it afterwards."""

    __slots__ = ("checked_out", "waiters")

    def __init__(self) -> None:
        self.checked_out = 0
        self.waiters: deque[Waiter] = deque()  # nobody, ever

    def ask(self) -> int:
        """OPEN."""
        self.checked_out += 1
        return OPEN

    wake = time_out = ask

    def give_back(self, _connection: int) -> bool:
        """False: it is closed."""
        self.checked_out -= 1
        return False

    def not_opened(self) -> None:
        """Forget it."""
        self.checked_out -= 1
