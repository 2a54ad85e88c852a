"""A MariaDB or MySQL of our own: the machine's server program on a unix socket."""

import os
import pwd
import shutil
import socket
import time
from pathlib import Path

import pymysql

from config import SECONDS
from dashboard.errors import StartError
from dashboard.processes.children import Children

from .server import START_TIMEOUT, PrivateServer

INSTALL = (
    "Debian/Ubuntu: sudo apt install mariadb-server; Fedora: sudo dnf install mariadb-server; "
    "macOS: brew install mariadb. One that lies elsewhere must be on the PATH. Or set MYSQL_URL"
)
# Where packages put server programs, which Debian has on root's PATH only, and Fedora on none.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/libexec")


def find_server(path: str) -> Path | None:
    """The server program on ``path`` or where systems keep theirs, MariaDB's or MySQL's."""
    return _find_program(path, "mariadbd", "mysqld")


def _find_program(path: str, *names: str) -> Path | None:
    folders = os.pathsep.join([path, *SYSTEM_FOLDERS])
    found = (shutil.which(name, path=folders) for name in names)
    return next((Path(each) for each in found if each), None)


class PrivateMariadb(PrivateServer):
    """The server in ``directory``, started by ``ensure`` and stopped by ``stop``."""

    title = "private MySQL server"
    stop_patience = 10 * SECONDS

    def __init__(self, directory: Path, children: Children, path: str) -> None:
        super().__init__(directory, children, _plain_user() if os.geteuid() == 0 else None)
        self._socket = directory / "mysql.sock"
        self._program = find_server(path)
        self._installer = _find_program(path, "mariadb-install-db", "mysql_install_db")

    @property
    def missing(self) -> str:
        """How to install a server."""
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
        self._start(
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
            ]
        )
        self._max_connections = max_connections
        self._wait()
        return True

    def _prepare(self) -> None:
        self._directory.mkdir(exist_ok=True)
        if len(os.fsencode(self._socket)) > 100:  # sun_path holds 104 to 108 bytes, see unix(7)
            self._refuse_path()
        if self._user:
            shutil.chown(self._directory, self._user)
        self._directory.chmod(0o700)

    def _initialise(self) -> None:
        partial = self._directory / "data.partial"
        command: list[str | Path] = [str(self._program), "--no-defaults", "--initialize-insecure"]
        if self._installer:  # Oracle's MySQL makes its own files
            command = [self._installer, "--no-defaults"]
            command += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        self._fill([*command, f"--datadir={partial}"], partial)

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
                failure = self._failure()
                self.stop()
                raise failure
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
