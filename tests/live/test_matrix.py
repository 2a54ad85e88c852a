"""The matrix on real servers: which drivers block which worker classes."""

import pytest

from dashboard import matrix
from dashboard.runtime import Runtime

pytestmark = pytest.mark.live

COOPERATIVE = {"psycopg2-green", "psycopg", "pymysql", "mysqlconnector"}
BLOCKING = {"psycopg2", "mysqlclient"}


def test_every_driver_behaves_as_its_reputation_says(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "SLEEP_SECONDS", 0.25)  # eight of the cells take five of them
    cells = matrix.measure(runtime.conductor, lambda _: None)
    found = {(cell.worker_class, cell.driver): cell for cell in cells}
    assert [cell for cell in cells if cell.verdict in {"failed", "not run"}] == []
    for driver in COOPERATIVE | BLOCKING:
        alone = "one at a time"
        if driver != "psycopg2-green":
            assert found["sync", driver].verdict == alone
            assert found["gthread", driver].verdict == "together"
        expected = "together" if driver in COOPERATIVE else alone
        assert found["gevent", driver].verdict == expected
    assert ("sync", "psycopg2-green") not in found
    assert ("gthread", "psycopg2-green") not in found
