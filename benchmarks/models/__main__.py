"""What a library of models takes for the import of a run of 10,000 requests: docs/adr/0012."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
import pydantic

from target_app.probe.marks import PHASES

REQUESTS = 10_000
TIMES = 5
WORDS = tuple(phase.value for phase in PHASES)


class WithMsgspec(msgspec.Struct):
    """A mark of a file."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=REQUESTS)]
    phase: Literal[WORDS]  # type: ignore[valid-type]
    at: Annotated[float, msgspec.Meta(ge=0, le=1e6)]
    worker: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    lane: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0
    connection: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0


class WithPydantic(pydantic.BaseModel):
    """The same."""

    model_config = pydantic.ConfigDict(strict=True)

    seq: Annotated[int, pydantic.Field(ge=1, le=REQUESTS)]
    phase: Literal[WORDS]  # type: ignore[valid-type]
    at: Annotated[float, pydantic.Field(ge=0, le=1e6)]
    worker: Annotated[int, pydantic.Field(ge=0, le=2**31 - 1)] = 0
    lane: Annotated[int, pydantic.Field(ge=0, le=2**62)] = 0
    connection: Annotated[int, pydantic.Field(ge=0, le=2**31 - 1)] = 0
    status: Annotated[int, pydantic.Field(ge=0, le=999)] = 0


def marks() -> list[bytes]:
    """Six marks of each request, as lines of a file."""
    return [
        json.dumps({"seq": seq, "phase": phase, "at": seq / 1000, "worker": 7, "lane": 3}).encode()
        for seq in range(1, REQUESTS + 1)
        for phase in WORDS[:6]
    ]


def best(work: Callable[[], object]) -> float:
    """The shortest of a few times, in seconds: what else the machine does only adds."""
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def import_seconds(name: str) -> float:
    """How long a fresh Python takes to import ``name``."""
    code = f"import time; a = time.perf_counter(); import {name}; print(time.perf_counter() - a)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(TIMES))


def main() -> None:
    """Print the times."""
    lines = marks()
    decode = msgspec.json.Decoder(WithMsgspec).decode
    validate = WithPydantic.model_validate_json
    print(f"{len(lines)} lines of marks, best of {TIMES}:")
    print(f"  json.loads alone       {best(lambda: [json.loads(line) for line in lines]):.3f} s")
    print(f"  msgspec                {best(lambda: [decode(line) for line in lines]):.3f} s")
    print(f"  pydantic               {best(lambda: [validate(line) for line in lines]):.3f} s")
    print(f"import msgspec           {import_seconds('msgspec'):.3f} s")
    print(f"import pydantic.main     {import_seconds('pydantic.main'):.3f} s")


if __name__ == "__main__":
    main()
