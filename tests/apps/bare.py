"""A WSGI callable and nothing else: every way to answer that PEP 3333 allows, and wrong ones."""

import io
import sys
import time
from urllib.parse import parse_qs

TYPE = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def slow(environ, start_response):
    time.sleep(float(parse_qs(environ["QUERY_STRING"]).get("s", ["0.1"])[0]))
    start_response("200 OK", TYPE)
    return [b"slept\n"]


def sized(environ, start_response):
    body = environ["wsgi.input"].read() or b"nothing"
    start_response("200 OK", [*TYPE, ("Content-Length", str(len(body)))])
    return [body]


def unsized(environ, start_response):
    start_response("200 OK", TYPE)
    return [b"one ", b"", b"two"]


def empty(environ, start_response):
    start_response("204 No Content", [])
    return []


def unchanged(environ, start_response):
    start_response("304 Not Modified", [("ETag", '"x"')])
    return []


def own_timing(environ, start_response):
    start_response("200 OK", [*TYPE, ("Server-Timing", "db;dur=3.5")])
    return [b"timed"]


def streaming(environ, start_response):
    start_response("200 OK", TYPE)
    return (b"%d," % n for n in range(100))


def late(environ, start_response):
    start_response("201 Created", TYPE)
    yield b"first "
    yield b"second"


def writing(environ, start_response):
    write = start_response("200 OK", TYPE)
    write(b"written ")
    write(b"twice ")
    return [b"and returned"]


def mended(environ, start_response):
    start_response("200 OK", TYPE)
    try:
        raise LookupError("found too late")
    except LookupError:
        start_response("500 Oops", [("Content-Type", "text/plain")], sys.exc_info())
    return [b"sorry"]


def twice(environ, start_response):
    start_response("200 OK", TYPE)
    start_response("201 Created", TYPE)  # without exc_info: the server refuses
    return [b"never"]


def bad_header(environ, start_response):
    try:
        start_response("200 OK", [("Content-Type", "text/plain\r\nX-Evil: 1")])
    except Exception:
        start_response("500 Refused", [("Content-Type", "text/plain")], sys.exc_info())
    return [b"refused"]


def silent(environ, start_response):
    return [b"without a start"]


def raising(environ, start_response):
    start_response("200 OK", TYPE)
    raise ZeroDivisionError("in the view")


def breaking(environ, start_response):
    start_response("200 OK", TYPE)

    def body():
        yield b"half"
        raise OSError("disk")

    return body()


class Closing:
    closed = 0

    def __iter__(self):
        return iter([b"closed before: %d" % Closing.closed])

    def close(self):
        Closing.closed += 1


def closing(environ, start_response):
    start_response("200 OK", TYPE)
    return Closing()


def file(environ, start_response):
    body = io.BytesIO(b"of a file " * 1000)
    start_response("200 OK", [*TYPE, ("Content-Length", "10000")])
    return environ["wsgi.file_wrapper"](body)


def real_file(environ, start_response):
    start_response("200 OK", TYPE)
    return environ["wsgi.file_wrapper"](open(__file__, "rb"))


ANSWERS = {
    f"/{answer.__name__}": answer
    for answer in (
        slow, sized, unsized, empty, unchanged, own_timing, streaming, late, writing, mended,
        twice, bad_header, silent, raising, breaking, closing, file, real_file,
    )
}  # fmt: skip


def app(environ, start_response):
    return ANSWERS[environ["PATH_INFO"]](environ, start_response)
