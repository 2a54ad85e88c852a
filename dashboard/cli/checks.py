"""What the commands check before anything is started."""

from pathlib import Path

from settings import FIELDS, SettingsError

SOME_FAILED = 1


class writable:  # noqa: N801  reads as a statement
    """Refuse a file that cannot be written before anything is started."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self) -> None:
        if self._path is not None:
            try:
                self._path.open("a").close()
            except OSError as error:
                raise SettingsError(
                    [("marks", f"{self._path} is not writable: {error.strerror}")]
                ) from error

    def __exit__(self, *_: object) -> None:
        return None


def parsed(name: str, given: str) -> int | float:
    """``given`` as the number of the setting ``name``; SettingsError with the range."""
    try:
        return FIELDS[name].parse(given)  # type: ignore[no-any-return]
    except ValueError as error:
        raise SettingsError([(name, str(error))]) from error
