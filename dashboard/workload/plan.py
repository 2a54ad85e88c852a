"""The generator's plan: where a burst goes, and the bytes of each request."""

from dataclasses import dataclass

import msgspec

from target_app.probe.marks import RUN_HEADER, run_header, traceparent

from .mix import RequestSpec, assign_requests

BODILESS = {"GET", "HEAD", "OPTIONS"}  # their requests have a length only where they have a body


@dataclass(frozen=True)
class Plan:
    """One burst of ``requests``, dealt out among ``asks``, at one server."""

    host: str  # as the server is called, in Host and in its certificate
    port: int
    request_specs: tuple[RequestSpec, ...]
    requests: int
    token: str
    deadline_seconds: float = 60.0
    cold: bool = False  # open each connection only at the release
    address: str = ""  # what ``host`` resolves to, where it is a name
    tls: bool = False
    external: bool = False  # a server that somebody else runs: tell all that its answers say
    any_status: bool = False  # a refusal (4xx) is an answer too: what was asked for is not ours

    def to_json(self) -> bytes:
        """The plan as the generator reads it."""
        return msgspec.json.encode(self) + b"\n"

    @classmethod
    def of_json(cls, line: bytes) -> "Plan":
        """The plan that ``to_json`` wrote; ValueError for anything else."""
        return msgspec.json.decode(line, type=cls)

    @property
    def authority(self) -> str:
        """Host and port as ``Host`` has them: the scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    def payloads(self) -> list[tuple[RequestSpec, bytes]]:
        """Each request's ask, and the request on the wire, in order of number."""
        heads = [self._head(request_spec) for request_spec in self.request_specs]
        found = []
        for seq, index in enumerate(assign_requests(self.request_specs, self.requests), 1):
            ours = (
                f"{RUN_HEADER}: {run_header(self.token, seq)}\r\n"
                f"traceparent: {traceparent(self.token, seq)}\r\n\r\n"
            )
            request_spec = self.request_specs[index]
            found.append((request_spec, heads[index] + ours.encode("latin-1") + request_spec.body))
        return found

    def _head(self, request_spec: RequestSpec) -> bytes:
        theirs = {name.lower() for name, _ in request_spec.headers}
        lines = [f"{request_spec.method} {request_spec.path} HTTP/1.1", f"Host: {self.authority}"]
        for name, value in (("User-Agent", "poolscope"), ("Accept", "*/*")):
            if name.lower() not in theirs:
                lines.append(f"{name}: {value}")
        lines.append("Connection: close")
        if request_spec.body or request_spec.method not in BODILESS:
            lines.append(f"Content-Length: {len(request_spec.body)}")
        lines += [f"{name}: {value}" for name, value in request_spec.headers]
        return ("\r\n".join(lines) + "\r\n").encode("latin-1")
