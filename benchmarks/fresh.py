"""The real parts over a data directory that is gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from config import Environment
from dashboard.runtime import Runtime


@contextmanager
def environment(**given: Any) -> Iterator[Environment]:
    """This machine's environment with a data directory of its own, changed by ``given``."""
    with tempfile.TemporaryDirectory(prefix="ps-") as folder:
        Path(folder).chmod(0o755)  # root's databases run as other users
        yield replace(Environment.read(), data_dir=Path(folder), **given)


@contextmanager
def fresh_runtime() -> Iterator[Runtime]:
    """A runtime of its own."""
    with environment() as own, Runtime(own) as runtime:
        yield runtime
