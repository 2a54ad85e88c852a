"""SQLAlchemy's QueuePool as rules, without connections, threads and clocks.

Source: sqlalchemy/pool/impl.py (``QueuePool._do_get``, ``_do_return_conn``) and
sqlalchemy/util/queue.py (``Queue.get``, ``Queue.put``), 2.1.
"""

from collections import deque
from enum import Enum


class Answer(Enum):
    """What a pool says to somebody who asks and does not get a connection at once."""

    OPEN = "open"  # a new connection, which the pool has counted already
    WAIT = "wait"  # until a connection comes back
    REFUSED = "refused"  # waited for longer than pool_timeout


class QueuePool:
    """One pool: who asks gets a connection's number, or an ``Answer``.

    ``waiters`` are those in ``Queue.get``, the longest waiting first, as its condition wakes them.
    """

    __slots__ = ("_lifo", "idle", "max_overflow", "overflow", "size", "waiters")

    def __init__(self, size: int, max_overflow: int, lifo: bool = False) -> None:
        self.size = size
        self.max_overflow = -1 if size == 0 else max_overflow
        self._lifo = lifo
        self.overflow = -size
        self.idle: deque[int] = deque()
        self.waiters: deque[object] = deque()

    @property
    def checked_out(self) -> int:
        """Connections that are out, or being opened."""
        return self.size - len(self.idle) + self.overflow

    def ask(self) -> int | Answer:
        """A connection's number, OPEN or WAIT; who is told to wait joins ``waiters``.

        Whoever asks while a connection lies there gets it, also before those that were woken.
        """
        if self.idle:
            return self.idle.pop() if self._lifo else self.idle.popleft()
        if self.max_overflow == -1 or self.overflow < self.max_overflow:
            self.overflow += 1
            return Answer.OPEN
        return Answer.WAIT

    def wake(self) -> int | Answer:
        """What somebody finds who was woken: a connection, or WAIT when another was faster."""
        if self.idle:
            return self.idle.pop() if self._lifo else self.idle.popleft()
        return Answer.WAIT

    def time_out(self) -> int | Answer:
        """What somebody gets whose time is over: a connection, OPEN, or REFUSED.

        Who gave up waiting may open one where others were closed meanwhile.
        """
        if self.idle:
            return self.idle.pop() if self._lifo else self.idle.popleft()
        if self.overflow >= self.max_overflow:
            return Answer.REFUSED
        self.overflow += 1
        return Answer.OPEN

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


class NullPool:
    """The pool that opens a connection for each checkout, and closes it afterwards."""

    __slots__ = ("checked_out", "waiters")

    def __init__(self) -> None:
        self.checked_out = 0
        self.waiters: deque[object] = deque()

    def ask(self) -> int | Answer:
        """OPEN."""
        self.checked_out += 1
        return Answer.OPEN

    def wake(self) -> int | Answer:
        """Nobody waits here."""
        raise AssertionError("nobody waits for a NullPool")

    time_out = wake

    def give_back(self, _connection: int) -> bool:
        """False: it is closed."""
        self.checked_out -= 1
        return False

    def not_opened(self) -> None:
        """Forget it."""
        self.checked_out -= 1
