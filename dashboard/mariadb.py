"""A MariaDB or MySQL of our own: the machine's server program on a unix socket."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pymysql

from config import SECONDS

from .errors import StartError
from .processes import Children

START_TIMEOUT = 60 * SECONDS
INSTALL = (
    "Debian/Ubuntu: sudo apt install mariadb-server; Fedora: sudo dnf install mariadb-server; "
    "macOS: brew install mariadb. One that is installed must be on the PATH (often /usr/sbin). "
    "Or set MYSQL_URL"
)


def find_server(path: str) -> Path | None:
    """The server program on ``path``, MariaDB's or MySQL's."""
    for name in ("mariadbd", "mysqld"):
        found = shutil.which(name, path=path)
        if found:
            return Path(found)
    return None


class PrivateMariadb:
    """The server in ``directory``, started by ``ensure`` and stopped by ``stop``."""

    def __init__(self, directory: Path, children: Children, path: str) -> None:
        self._directory = directory
        self._data = directory / "data"
        self._socket = directory / "mysql.sock"
        self._children = children
        self._program = find_server(path)
        self._process: subprocess.Popen[bytes] | None = None
        self._user = _plain_user() if os.geteuid() == 0 else None
        self._max_connections = 0

    @property
    def pid(self) -> int | None:
        """The server's pid while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    @property
    def missing(self) -> str:
        """How to get a server, where there is none."""
        return "" if self._program else f"No MySQL server on this machine. {INSTALL}"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of our database, without a driver's name."""
        return f"mysql://poolscope@localhost/poolscope?unix_socket={self._socket}"

    @property
    def admin_url(self) -> str:
        """The same as root, for whom one connection is always kept."""
        return f"mysql://root@localhost/poolscope?unix_socket={self._socket}"

    def ensure(self, max_connections: int) -> bool:
        """Have the server run with ``max_connections``; True when it had to be started.

        StartError when there is none or it cannot start, with the end of its log.
        """
        if self._max_connections == max_connections and self.pid is not None and self._listens():
            return False
        self.stop()
        if self._program is None:
            raise StartError("No MySQL server on this machine", INSTALL)
        self._prepare()
        if not (self._data / "mysql").exists():
            self._initialise()
        self._socket.unlink(missing_ok=True)  # what a killed server left
        with (self._directory / "log").open("wb") as log:
            self._process = self._children.start(
                [
                    self._program,
                    "--no-defaults",
                    f"--datadir={self._data}",
                    f"--socket={self._socket}",
                    f"--pid-file={self._directory / 'pid'}",
                    "--skip-networking",
                    # One more for the monitor, so that the wall stands where it was asked for.
                    f"--max-connections={max_connections + 1}",
                    # A burst of logins must meet max_connections, not a full listen queue.
                    "--back-log=4096",
                    # Twice the connections in threads are cached, as servers in use have them.
                    "--thread-cache-size=256",
                ],
                user=self._user,
                stdout=log,
                stderr=log,
                cwd=self._directory,
            )
        self._max_connections = max_connections
        self._wait()
        return True

    def stop(self) -> None:
        """Stop the server and its connections."""
        if self._process is not None:
            self._children.stop(self._process, patience=10 * SECONDS)
            self._process = None

    def _prepare(self) -> None:
        self._directory.mkdir(exist_ok=True)
        if len(os.fsencode(self._socket)) > 100:  # sun_path holds 104 to 108 bytes, see unix(7)
            raise StartError(
                f"The path {self._directory} is too long for a unix socket",
                "Set POOLSCOPE_DATA_DIR to a shorter path",
            )
        if self._user:
            shutil.chown(self._directory, self._user)
        self._directory.chmod(0o700)

    def _initialise(self) -> None:
        # Whoever is killed in between leaves no directory that looks complete.
        partial = self._directory / "data.partial"
        for path in (partial, self._data):
            shutil.rmtree(path, ignore_errors=True)
        installer = shutil.which("mariadb-install-db") or shutil.which("mysql_install_db")
        if installer:
            command = [
                installer,
                "--no-defaults",
                f"--datadir={partial}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ]
        else:  # Oracle's MySQL makes its own files
            command = [str(self._program), "--no-defaults", "--initialize-insecure"]
            command.append(f"--datadir={partial}")
        code, written = self._children.run(command, user=self._user, cwd=self._directory)
        if code:
            raise StartError(
                "The private MySQL server could not create its files",
                f"Check that {self._directory} has room and can be written",
                written[-2000:],
            )
        partial.rename(self._data)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                if self._listens():  # PyMySQL leaks its socket where it cannot connect
                    self._create_database()
                    return
            except pymysql.err.OperationalError:
                pass  # it listens, but is not ready
            if self.pid is None or time.monotonic() > deadline:
                log = (self._directory / "log").read_text(errors="replace")[-2000:]
                self.stop()
                raise StartError(
                    "The private MySQL server did not start",
                    f"Read its last lines below; deleting {self._directory} starts afresh",
                    log,
                )
            time.sleep(0.05)

    def _listens(self) -> bool:
        """Whether connections are taken: a server of many threads takes a moment to die."""
        with socket.socket(socket.AF_UNIX) as sock:
            # It speaks first. A connect alone says nothing: the kernel accepts for a dying server.
            sock.settimeout(2 * SECONDS)
            try:
                sock.connect(str(self._socket))
                return bool(sock.recv(1))
            except OSError:
                return False

    def _create_database(self) -> None:
        """Our database for a plain user, so that limits apply as to anybody's app."""
        connection = pymysql.connect(unix_socket=str(self._socket), user="root", autocommit=True)
        with connection, connection.cursor() as cursor:
            cursor.execute("SHOW DATABASES LIKE 'poolscope'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE USER IF NOT EXISTS poolscope@localhost")
                cursor.execute("CREATE DATABASE poolscope CHARACTER SET utf8mb4")
                cursor.execute("GRANT ALL ON poolscope.* TO poolscope@localhost")


def _plain_user() -> str:
    """A user for the server when we are root: the package's own, else nobody."""
    try:
        return pwd.getpwnam("mysql").pw_name
    except KeyError:
        return "nobody"
