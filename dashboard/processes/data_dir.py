"""The data directory's part that one dashboard owns while it runs.

Each dashboard claims a numbered directory with a file lock, so that two at once have databases of
their own. The kernel lets go of the lock when the process ends, in whatever way.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from dashboard.errors import StartError

MOST_INSTANCES = 16
ROOM_BYTES = 300 * 2**20  # what two fresh databases and a run need


class Instance:
    """A claimed directory ``data_dir/N``, held until ``release``."""

    def __init__(
        self, path: Path, lock: IO[str] | None, note: str = "", temporary: Path | None = None
    ) -> None:
        self.path = path
        self.note = note
        self._lock = lock
        self._temporary = temporary

    def restore(self) -> bool:
        """Recreate the directory if it was deleted; True if it was gone.

        StartError when another dashboard has taken its place meanwhile.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        held = lock_path(self.path.parent, self.path.name)
        is_ours = self._lock is None or _is_file(self._lock, held)
        if is_ours and self.path.is_dir():
            return False
        if self._lock is not None and not is_ours:
            lock = _try_lock(held)
            if lock is None:
                cause = f"{self.path} was deleted, and another dashboard uses it now"
                raise StartError(cause, "Restart this dashboard")
            self._lock.close()
            self._lock = lock
        _make_private(self.path)
        return True

    def release(self) -> None:
        """Let another dashboard claim the directory; a temporary one is removed."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def claim(data_dir: Path) -> Instance:
    """Claim the first free directory below ``data_dir``.

    Where the data directory cannot be written or its disk is full, a temporary one is used and
    ``note`` says so. OSError when more than ``MOST_INSTANCES`` run at once.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if _lacks_room(data_dir):
            room = f"{ROOM_BYTES // 2**20} MiB"
            return _temporary(f"The disk of {data_dir} has less than {room} left")
        for number in range(1, MOST_INSTANCES + 1):
            lock = _try_lock(lock_path(data_dir, str(number)))
            if lock is not None:
                path = data_dir / str(number)
                _make_private(path)
                return Instance(path, lock)
    except OSError as error:
        return _temporary(f"The data directory {data_dir} is not writable ({error.strerror})")
    raise StartError(f"{MOST_INSTANCES} dashboards already use {data_dir}", "Stop one of them")


def lock_path(data_dir: Path, name: str) -> Path:
    """The lock file of the claimed directory ``name``."""
    return data_dir / f"{name}.lock"


def _lacks_room(data_dir: Path) -> bool:
    """Whether the disk is full and the one for temporary files is not."""
    elsewhere = shutil.disk_usage(tempfile.gettempdir()).free
    return shutil.disk_usage(data_dir).free < ROOM_BYTES <= elsewhere


def _temporary(why: str) -> Instance:
    # Nobody else may write where root copies its Postgres to, which is beside the directory.
    folder = Path(tempfile.mkdtemp(prefix="poolscope-"))
    _make_private(folder)
    _make_private(folder / "1")
    note = f"{why}, so the databases are in {folder} and are deleted when Poolscope ends."
    return Instance(folder / "1", None, note, temporary=folder)


def _is_file(opened: IO[str], path: Path) -> bool:
    """Whether the file at ``path`` is still the one that is open."""
    try:
        return os.path.samestat(os.fstat(opened.fileno()), path.stat())
    except OSError:
        return False


def _try_lock(path: Path) -> IO[str] | None:
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _make_private(path: Path) -> None:
    path.mkdir(exist_ok=True)
    # Root's databases run as another user, who must pass through to a directory of its own.
    with contextlib.suppress(PermissionError):
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
