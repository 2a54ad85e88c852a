"""When a database server of the user's was started: a pool outlives no restart of its server."""

import time

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from config import SECONDS

# MySQL tells whole seconds since its start, so the start itself seems to move by one.
ROUNDING_SECONDS = 2 * SECONDS

_AGES = {
    "postgres": "SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())",
    "mysql": "SHOW GLOBAL STATUS LIKE 'Uptime'",
}


class ServerStartTimes:
    """What is known of the servers' starts."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def of(self, name: str, url: str) -> float:
        """When the server of database ``name`` was started, on ``time.time()``.

        The same number as long as it was not started anew. SQLAlchemyError where it is gone.
        """
        born = time.time() - _age(name, url)
        if abs(born - self._known.get(name, 0.0)) > ROUNDING_SECONDS:
            self._known[name] = round(born, 3)
        return self._known[name]


def _age(name: str, url: str) -> float:
    """Seconds that the server has been up, by its own clock."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        row = connection.execute(text(_AGES[name])).one()
    return float(row[-1])
