"""What things cost on this machine, in seconds: measured by ``make bench``, table ``costs``."""

from dataclasses import dataclass, field, fields, replace

TRIP_SECONDS = 0.00012  # a round trip to a database beside us, its own work left out


@dataclass(frozen=True)
class Driver:
    """A database driver: computing in Python for a statement, an answer and a new connection."""

    send: float  # from entering SQLAlchemy to the statement on its way
    reply: float  # from the answer to going on, for a statement without rows
    rows: float  # the same for the todos of our endpoints, as JSON
    give_back: float  # from asking for the rollback to the connection in the pool
    connect: float  # the client's part of opening
    open_serial: float  # the server's part that is done for one connection after the other
    open_alone: float  # the server's part beside it
    begins: bool  # whether BEGIN goes to the server on its own


DRIVERS = {
    "psycopg2": Driver(1.2e-4, 8e-5, 2.3e-4, 4e-5, 1.0e-4, 1.5e-3, 3.0e-3, True),
    "psycopg2-green": Driver(1.5e-4, 8e-5, 2.6e-4, 6e-5, 2.0e-4, 1.5e-3, 3.0e-3, True),
    "psycopg": Driver(2.4e-4, 1.4e-4, 3.4e-4, 1e-4, 6.0e-4, 1.5e-3, 3.0e-3, True),
    "pymysql": Driver(1.8e-4, 2.2e-4, 7e-4, 1e-4, 6.0e-4, 2.0e-4, 1.0e-3, False),
    "mysqlconnector": Driver(8e-4, 6e-4, 1.6e-3, 3e-4, 2.0e-3, 2.0e-4, 1.0e-3, False),
    "mysqlclient": Driver(1.2e-4, 8e-5, 3.5e-4, 4e-5, 3.0e-4, 2.0e-4, 1.0e-3, False),
}


@dataclass(frozen=True)
class Costs:
    """Seconds of one core for what every request needs, and what the rest of the machine adds."""

    accept: float = 1.0e-4  # a connection that lay in the kernel's queue
    parse: float = 2.2e-4  # bytes read to entering the app
    view: float = 1.7e-4  # entering the app to asking the pool
    respond: float = 8e-5  # leaving the view to the answer's first byte
    close: float = 1.6e-4  # the answer's last byte, and what the server does after it
    fail: float = 1.5e-3  # an exception on its way to an answer
    first_request: float = 8e-3  # imports and compiled statements, once a worker
    first_connection: float = 8e-3  # what SQLAlchemy asks a server once, in each worker
    trip: float = TRIP_SECONDS
    query: float = 1.5e-4  # the database's work for a short statement
    cold: float = 2.0  # a stretch that begins after a pause takes so many times as long
    switch: float = 0.25  # a stretch takes so much longer while other threads want the GIL
    beside: float = 0.4  # seconds of database and observer for each second of a worker
    jitter: float = 0.15  # standard deviation of the logarithm of a stretch's length
    lateness: float = 3e-4  # mean lateness of whatever was slept for
    opening: float = 3e-5  # the client's time for each connection that it opens
    answer: float = 1.2e-4  # from sent to read by the client
    drivers: dict[str, Driver] = field(default_factory=lambda: DRIVERS)

    def scaled(self, factor: float) -> "Costs":
        """The same on a machine that takes ``factor`` times as long to compute."""
        kept = {"cold", "switch", "beside", "jitter", "drivers"}
        own = {f.name: getattr(self, f.name) * factor for f in fields(self) if f.name not in kept}
        drivers = {
            name: replace(
                driver,
                **{
                    f.name: getattr(driver, f.name) * factor
                    for f in fields(driver)
                    if f.name != "begins"
                },
            )
            for name, driver in self.drivers.items()
        }
        return replace(self, **own, drivers=drivers)
