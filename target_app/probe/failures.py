"""One stable word for each way in which a request can fail.

Standard library only: the words are read off the exceptions' texts, so the same function serves
every driver, also those that are not installed.
"""

from typing import NamedTuple


class Failure(NamedTuple):
    """A machine word with its cause and cure for people."""

    word: str
    cause: str
    cure: str


FAILURES = {
    failure.word: failure
    for failure in (
        Failure(
            "pool-timeout",
            "no connection was returned to the pool within pool_timeout",
            "raise pool_size or pool_timeout, or move max_overflow into pool_size",
        ),
        Failure(
            "too-many-connections",
            "the database refused a connection: max_connections reached",
            "use a QueuePool with a capacity below max_connections, or raise max_connections",
        ),
        Failure(
            "connect-refused",
            "nothing was listening at the address",
            "check that the server is running and listening there",
        ),
        Failure(
            "reset",
            "the connection was closed without an answer: a worker was killed, or the kernel gave "
            "it up after the backlog had been full for too long",
            "look for a killed worker in the server's log; if there is none, raise backlog and "
            "net.core.somaxconn, or send fewer requests at once",
        ),
        Failure(
            "tls-failed",
            "the TLS handshake failed",
            "see the reason in the request's details, and check the certificate",
        ),
        Failure(
            "deadline",
            "no answer arrived before the client's deadline",
            "raise deadline_seconds, or remove the limit that makes requests wait",
        ),
        Failure(
            "login-failed",
            "the database refused the user or the password",
            "correct the user, password or database in the URL",
        ),
        Failure(
            "http-5xx",
            "the application answered with an error",
            "see the last line of the exception in the request's details",
        ),
        Failure(
            "http-4xx",
            "the server refused the request",
            "check the path and what the server expects",
        ),
        Failure("cancelled", "the run was cancelled", "launch it again"),
    )
}

# Postgres: src/backend/libpq/auth.c and postinit.c; MySQL: error 1040, 1044, 1045.
_TEXTS = (
    ("pool-timeout", ("queuepool limit of size", "couldn't get a connection after")),
    (
        "too-many-connections",
        (
            "too many clients already",
            "remaining connection slots are reserved",
            "too many connections",
        ),
    ),
    (
        "login-failed",
        ("authentication failed", "access denied for user", "no pg_hba.conf entry"),
    ),
    (
        "connect-refused",
        (
            "connection refused",
            "can't connect to",
            "connection to server on socket",
        ),
    ),
)


def classify(text: str) -> str:
    """The word of the failure whose message is ``text``: ``http-5xx`` when it is no other."""
    lowered = text.lower()
    for word, needles in _TEXTS:
        if any(needle in lowered for needle in needles):
            return word
    return "http-5xx"


def last_line(error: BaseException) -> str:
    """The last line of the exception's traceback, without SQLAlchemy's SQL; one line always."""
    message = str(getattr(error, "orig", None) or error)
    return "%s: %s" % (type(error).__name__, " ".join(message.split())[:400])
