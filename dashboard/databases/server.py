"""What the databases of our own have in common: a folder, a server process, and a log."""

import shutil
import signal
import subprocess
from pathlib import Path

from config import SECONDS
from dashboard.errors import StartError
from dashboard.processes.children import Children

START_TIMEOUT = 60 * SECONDS
LOG_CHARACTERS = 2000


class PrivateServer:
    """A server process over ``directory``, as ``user`` where that is not ourselves."""

    title = "database server"
    stop_signal = signal.SIGTERM
    stop_patience = 5 * SECONDS

    def __init__(self, directory: Path, children: Children, user: str | None) -> None:
        self._directory = directory
        self._data = directory / "data"
        self._children = children
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._max_connections = 0
        self.times_created = 0  # how often its files were made, each time without a table

    @property
    def pid(self) -> int | None:
        """The server's pid while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def stop(self) -> None:
        """Stop the server and its connections."""
        if self._process is not None:
            self._children.stop(self._process, self.stop_signal, patience=self.stop_patience)
            self._process = None

    def _start(self, command: list[str | Path]) -> None:
        with (self._directory / "log").open("wb") as log:
            self._process = self._children.start(
                command, user=self._user, stdout=log, stderr=log, cwd=self._directory
            )

    def _fill(self, command: list[str | Path], partial: Path) -> None:
        """Have ``command`` make the server's files in ``partial``, which then become its data.

        Whoever is killed in between leaves no directory that looks complete.
        """
        for path in (partial, self._data):
            shutil.rmtree(path, ignore_errors=True)
        code, written = self._children.run(command, user=self._user, cwd=self._directory)
        if code:
            raise StartError(
                f"The {self.title} could not create its files",
                f"Check that {self._directory} is writable and has free space",
                written[-LOG_CHARACTERS:],
            )
        partial.rename(self._data)
        self.times_created += 1

    def _refuse_path(self) -> None:
        raise StartError(
            f"The path {self._directory} is too long for a unix socket",
            "Set POOLSCOPE_DATA_DIR to a shorter path",
        )

    def _log(self) -> str:
        return (self._directory / "log").read_text(errors="replace")[-LOG_CHARACTERS:]

    def _failure(self) -> StartError:
        return StartError(
            f"The {self.title} did not start",
            f"See its last lines below; deleting {self._directory} starts over",
            self._log(),
        )
