"""What the generator is told: where one burst goes, and the bytes of each of its requests."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from target_app.probe.marks import RUN_HEADER, run_header, traceparent

from .mix import Ask, ask_of_json, deal

BODILESS = {"GET", "HEAD", "OPTIONS"}  # their requests have a length only where they have a body


@dataclass(frozen=True)
class Plan:
    """One burst of ``requests``, dealt out among ``asks``, at one server."""

    host: str  # as the server is called, in Host and in its certificate
    port: int
    asks: tuple[Ask, ...]
    requests: int
    token: str
    deadline_seconds: float = 60.0
    cold: bool = False  # open each connection only at the release
    address: str = ""  # what ``host`` resolves to, where it is a name
    tls: bool = False
    outside: bool = False  # a server that somebody else runs: tell all that its answers say
    any_status: bool = False  # a refusal (4xx) is an answer too: what was asked for is not ours

    def to_json(self) -> bytes:
        """The plan as the generator reads it."""
        asks = [ask.as_json() for ask in self.asks]
        return json.dumps(asdict(self) | {"asks": asks}).encode() + b"\n"

    @classmethod
    def of_json(cls, line: bytes) -> "Plan":
        """The plan that ``to_json`` wrote."""
        given: dict[str, Any] = json.loads(line)
        asks = tuple(ask_of_json(ask) for ask in given.pop("asks"))
        return cls(asks=asks, **given)

    @property
    def authority(self) -> str:
        """Host and port as ``Host`` has them: the scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    def payloads(self) -> list[tuple[Ask, bytes]]:
        """Each request's ask, and the request on the wire, in order of number."""
        heads = [self._head(ask) for ask in self.asks]
        found = []
        for seq, index in enumerate(deal(self.asks, self.requests), 1):
            ours = (
                f"{RUN_HEADER}: {run_header(self.token, seq)}\r\n"
                f"traceparent: {traceparent(self.token, seq)}\r\n\r\n"
            )
            ask = self.asks[index]
            found.append((ask, heads[index] + ours.encode("latin-1") + ask.body))
        return found

    def _head(self, ask: Ask) -> bytes:
        theirs = {name.lower() for name, _ in ask.headers}
        lines = [f"{ask.method} {ask.path} HTTP/1.1", f"Host: {self.authority}"]
        for name, value in (("User-Agent", "poolscope"), ("Accept", "*/*")):
            if name.lower() not in theirs:
                lines.append(f"{name}: {value}")
        lines.append("Connection: close")
        if ask.body or ask.method not in BODILESS:
            lines.append(f"Content-Length: {len(ask.body)}")
        lines += [f"{name}: {value}" for name, value in ask.headers]
        return ("\r\n".join(lines) + "\r\n").encode("latin-1")
