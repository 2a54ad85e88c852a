"""What a target is started with, whoever's app it serves."""

from pathlib import Path
from typing import Protocol

from dashboard.errors import StartError


class Spec(Protocol):
    """One way to serve a target: while it stays the same, the target keeps running."""

    @property
    def workers(self) -> int:
        """Worker processes."""

    @property
    def cwd(self) -> Path:
        """The directory that it is started in."""

    @property
    def ready_path(self) -> str:
        """A path that answers 200 without doing anything, "" where none is known."""

    @property
    def start_seconds(self) -> float:
        """How long it may take to come up."""

    def argv(self, timeout_seconds: int) -> list[str]:
        """gunicorn's command line."""

    def environ(self, beacon: str, token: str) -> dict[str, str]:
        """Its environment, with where its notices go to and what they carry."""

    def failure(self, what: str, log: str) -> StartError:
        """Why it did not come up."""
