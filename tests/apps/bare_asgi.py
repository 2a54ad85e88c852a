"""An ASGI callable and nothing else: every way to answer, and wrong ones."""

import asyncio
import time
from urllib.parse import parse_qs

TYPE = (b"content-type", b"text/plain")
COOKIES = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]


async def start(send, status=200, headers=(TYPE, *COOKIES), **more):
    await send({"type": "http.response.start", "status": status, "headers": headers, **more})


async def body(send, text=b"", more=False):
    await send({"type": "http.response.body", "body": text, "more_body": more})


async def read(receive):
    text = b""
    while True:
        message = await receive()
        text += message.get("body", b"")
        if not message.get("more_body"):
            return text


async def slow(scope, receive, send):
    seconds = parse_qs(scope["query_string"].decode()).get("s", ["0.1"])[0]
    await asyncio.sleep(float(seconds))
    await start(send)
    await body(send, b"slept\n")


async def held(scope, receive, send):
    time.sleep(0.2)
    await start(send)
    await body(send, b"held\n")


async def sized(scope, receive, send):
    text = await read(receive) or b"nothing"
    await start(send, headers=[TYPE, *COOKIES, (b"content-length", b"%d" % len(text))])
    await body(send, text)


async def unsized(scope, receive, send):
    await start(send)
    for text in (b"one ", b"", b"two"):
        await body(send, text, more=True)
    await body(send)


async def unread(scope, receive, send):
    await start(send)
    await body(send, b"without reading")


async def empty(scope, receive, send):
    await start(send, 204, [])
    await body(send)


async def unchanged(scope, receive, send):
    await start(send, 304, [(b"etag", b'"x"')])
    await body(send)


async def moved(scope, receive, send):
    await start(send, 307, [(b"location", b"/sized")])
    await body(send)


async def failed(scope, receive, send):
    await start(send, 503)
    await body(send, b"not now")


async def own_timing(scope, receive, send):
    await start(send, headers=[TYPE, (b"server-timing", b"db;dur=3.5")])
    await body(send, b"timed")


async def streaming(scope, receive, send):
    await start(send)
    for number in range(100):
        await body(send, b"%d," % number, more=True)
    await body(send)


async def events(scope, receive, send):
    await start(send, headers=[(b"content-type", b"text/event-stream")])
    for number in range(3):
        await body(send, b"data: %d\n\n" % number, more=True)
        await asyncio.sleep(0.02)
    await body(send)


async def late(scope, receive, send):
    await start(send, 201)
    await asyncio.sleep(0.05)
    await body(send, b"first ", more=True)
    await body(send, b"second")


async def large(scope, receive, send):
    await start(send, headers=[TYPE, (b"content-length", b"1000000")])
    await body(send, b"0123456789" * 100_000)


async def no_headers(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body"})


async def generated_headers(scope, receive, send):
    await start(send, headers=(pair for pair in [TYPE, *COOKIES]))
    await body(send, b"generated")


async def bad_header(scope, receive, send):
    await start(send, headers=[("content-type", "text, not bytes")])
    await body(send, b"never")


async def bad_headers(scope, receive, send):
    await start(send, headers=7)
    await body(send, b"never")


async def twice(scope, receive, send):
    await start(send)
    await start(send, 201)
    await body(send, b"never")


async def headless(scope, receive, send):
    await body(send, b"without a start")


async def silent(scope, receive, send):
    return


async def raising(scope, receive, send):
    raise ZeroDivisionError("in the view")


async def breaking(scope, receive, send):
    await start(send)
    await body(send, b"half", more=True)
    raise OSError("disk")


async def unknown(scope, receive, send):
    await send({"type": "http.response.nonsense"})


async def after(scope, receive, send):
    await start(send)
    await body(send, b"answered")
    await asyncio.sleep(0.01)


async def disconnected(scope, receive, send):
    await read(receive)
    await start(send)
    await body(send, b"waiting", more=True)
    task = asyncio.ensure_future(receive())
    await asyncio.wait([task], timeout=0.05)
    task.cancel()
    await body(send, b" over")


ANSWERS = {
    f"/{answer.__name__}": answer
    for answer in (
        slow, held, sized, unsized, unread, empty, unchanged, moved, failed, own_timing,
        streaming, events, late, large, no_headers, generated_headers, bad_header, bad_headers,
        twice, headless, silent, raising, breaking, unknown, after, disconnected,
    )
}  # fmt: skip


async def websocket(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": "you said " + message["text"]})


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await websocket(scope, receive, send)
    elif scope["type"] == "http":
        await ANSWERS[scope["path"]](scope, receive, send)
    else:
        raise NotImplementedError("no lifespan")
