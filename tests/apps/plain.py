"""A plain WSGI app on SQLAlchemy alone, 1.4 or 2.x; one engine is made with its first request."""

import os
from urllib.parse import parse_qs

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

URL = os.environ["DATABASE_URL"]
engine = create_engine(URL, pool_size=2, max_overflow=0)
_late = []


def late_engine():
    if not _late:
        _late.append(create_engine(URL, poolclass=NullPool))
    return _late[0]


def app(environ, start_response):
    seconds = float(parse_qs(environ["QUERY_STRING"]).get("s", ["0.1"])[0])
    chosen = late_engine() if environ["PATH_INFO"] == "/late" else engine
    with chosen.connect() as connection:
        connection.execute(text("select pg_sleep(:s)"), {"s": seconds})
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"slept\n"]
