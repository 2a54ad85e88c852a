"""What things cost on this machine, in seconds: measured by ``make bench``, table ``costs``."""

from dataclasses import dataclass, field, replace

TRIP_SECONDS = 0.00006  # a round trip to a database beside us, its own work left out


@dataclass(frozen=True)
class Driver:
    """A database driver: computing in Python for a statement, an answer and a new connection."""

    send: float  # from entering SQLAlchemy to the statement on its way
    reply: float  # from the answer to going on, for a statement without rows
    rows: float  # the same for the todos of our endpoints, as JSON
    give_back: float  # from asking for the rollback to the connection in the pool
    connect: float  # the client's part of opening
    login: float  # the same once the server has answered
    close: float  # the client's part of closing
    open_serial: float  # the server's part that is done for one connection after the other
    open_alone: float  # the server's part beside it
    begins: bool  # whether BEGIN goes to the server on its own
    late: float  # by how much the server's own sleep is too long


DRIVERS = {
    "psycopg2": Driver(1.1e-4, 6e-5, 4.8e-4, 6e-5, 6e-5, 1e-4, 1e-4, 9.5e-4, 2e-3, True, 1.2e-3),
    "psycopg2-green": Driver(
        1.1e-4, 6e-5, 5.2e-4, 6e-5, 6e-5, 1e-4, 1e-4, 9.5e-4, 2e-3, True, 1.2e-3
    ),
    "psycopg": Driver(1.8e-4, 1.0e-4, 5.5e-4, 1e-4, 2e-4, 2e-4, 1e-4, 9.5e-4, 2e-3, True, 1.2e-3),
    "pymysql": Driver(1.4e-4, 1.1e-4, 7.2e-4, 8e-5, 1e-4, 2e-4, 1e-4, 1e-4, 1e-3, False, 2e-4),
    "mysqlconnector": Driver(6e-4, 5e-4, 1.8e-3, 3e-4, 1e-3, 1e-3, 2e-4, 1e-4, 1e-3, False, 2e-4),
    "mysqlclient": Driver(1.1e-4, 6e-5, 5.5e-4, 6e-5, 1e-4, 1e-4, 1e-4, 1e-4, 1e-3, False, 2e-4),
}


@dataclass(frozen=True)
class Costs:
    """Seconds of one core for what every request needs, and what the rest of the machine adds."""

    accept: float = 6e-5  # a connection that lay in the kernel's queue
    accept_busy: float = 2.5e-5  # the same where a thread is there for it already
    accept_thread: float = 2.3e-4  # or has to be started
    parse: float = 1.7e-4  # bytes read to entering the app
    view: float = 2e-4  # entering the app to asking the pool
    respond: float = 6e-5  # leaving the view to the answer's first byte
    close: float = 1.3e-4  # the answer's last byte, and what the server does after it
    fail: float = 4e-4  # an exception on its way to an answer
    first_step: float = 5e-4  # imports and compiled statements: each stretch's first, by worker
    first_connection: float = 6e-3  # what SQLAlchemy asks a server once, in each worker
    trip: float = TRIP_SECONDS
    query: float = 1.5e-4  # the database's work for a short statement
    word: float = 3e-5  # its work for BEGIN and ROLLBACK
    cool: float = 1.4  # a stretch after a wait in which nothing else ran takes so much longer
    cold: float = 2.2  # the same where the wait was longer than a few milliseconds
    switch: float = 0.4  # a stretch takes so much longer while other threads want the GIL
    beside: float = 0.25  # seconds of client and observer for each second of a worker
    database: float = 0.3  # seconds of the database, where it works while the worker goes on
    jitter: float = 0.15  # standard deviation of the logarithm of a stretch's length
    database_jitter: float = 0.6  # the same of the database's work
    lateness: float = 3e-4  # mean lateness of whatever was slept for
    opening: float = 2.5e-5  # the client's time for each connection that it opens
    answer: float = 1.2e-4  # from sent to read by the client
    late_jitter: float = 0.3  # standard deviation of the lateness's logarithm
    drivers: dict[str, Driver] = field(default_factory=lambda: DRIVERS)

    def scaled(self, speed: float, database: float = 1.0) -> "Costs":
        """The same where Python takes ``speed`` times as long, and the database ``database``."""
        own = {name: getattr(self, name) * speed for name in _COMPUTING}
        own |= {name: getattr(self, name) * database for name in _DATABASES}
        drivers = {
            name: replace(
                driver,
                **{field: getattr(driver, field) * speed for field in _DRIVERS_COMPUTING},
                open_serial=driver.open_serial * database,
                open_alone=driver.open_alone * database,
            )
            for name, driver in self.drivers.items()
        }
        return replace(self, **own, drivers=drivers)


_COMPUTING = (
    "accept",
    "accept_busy",
    "accept_thread",
    "parse",
    "view",
    "respond",
    "close",
    "fail",
    "first_step",
)
_DATABASES = ("query", "word", "first_connection")
_DRIVERS_COMPUTING = ("send", "reply", "rows", "give_back", "connect", "login", "close")
