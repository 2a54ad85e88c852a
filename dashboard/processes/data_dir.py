"""The data directory's part that one dashboard owns while it runs.

Each dashboard claims a numbered directory with a file lock, so that two at once have databases of
their own. The kernel lets go of the lock when the process ends, in whatever way.
"""

import contextlib
import errno
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
        _check_room(data_dir)
        for number in range(1, MOST_INSTANCES + 1):
            lock = _try_lock(data_dir / f"{number}.lock")
            if lock is not None:
                path = data_dir / str(number)
                _make_private(path)
                return Instance(path, lock)
    except OSError as error:
        return _temporary(f"The data directory {data_dir} is not writable ({error.strerror})")
    raise StartError(f"{MOST_INSTANCES} dashboards already use {data_dir}", "Stop one of them")


def _check_room(data_dir: Path) -> None:
    """OSError where the disk is full and the one for temporary files is not."""
    elsewhere = shutil.disk_usage(tempfile.gettempdir()).free
    if shutil.disk_usage(data_dir).free < ROOM_BYTES <= elsewhere:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _temporary(why: str) -> Instance:
    # Nobody else may write where root copies its Postgres to, which is beside the directory.
    folder = Path(tempfile.mkdtemp(prefix="poolscope-"))
    _make_private(folder)
    _make_private(folder / "1")
    return Instance(folder / "1", None, f"{why}: nothing is kept", temporary=folder)


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
