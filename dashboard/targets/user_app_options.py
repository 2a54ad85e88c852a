"""Your own app in place of ours: what the command line says of it, checked before it starts.

Nothing of this is a setting: a browser can neither name a program, a file or an address, nor
read what the command line said.
"""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.workload.mix import RequestSpec
from settings import SettingsError

_MODULE = re.compile(r"[A-Za-z_][\w.]*(:[^\s].*)?")
_VARIABLE = re.compile(r"[A-Za-z_]\w*")
_PYTHONS = (".venv/bin/python", "venv/bin/python")  # beside an app, as people make them
SHORTEST_SECRET = 4  # characters from which on a value is looked for in texts


@dataclass(frozen=True)
class App:
    """A WSGI app as gunicorn takes it, and the requests that a run sends to it.

    ``module`` is ``package.module:object`` or ``package.module:factory()``, ``python`` the
    interpreter of the app's own environment, ``config`` its gunicorn configuration, "" for the
    ``gunicorn.conf.py`` in ``chdir``, if there is one.
    """

    module: str
    python: Path
    chdir: Path
    request_specs: tuple[RequestSpec, ...]
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    config: str = ""

    def redact(self, text: str) -> str:
        """The text without the values of ``--env``, and without passwords inside of them."""
        for name, value in self.env:
            password = re.search(r"://[^/@\s]*:([^/@\s]+)@", value)
            for secret in (value, password[1] if password else ""):
                if len(secret) >= SHORTEST_SECRET:
                    text = text.replace(secret, f"({name})")
        return text


def read_app(  # noqa: PLR0913
    module: str,
    request_specs: Sequence[RequestSpec],
    *,
    python: str = "",
    chdir: str = "",
    env: Sequence[str] = (),
    config: str = "",
) -> App:
    """The app that the options name; SettingsError with cause and cure for each that is wrong."""
    errors: list[tuple[str, str]] = []
    folder = Path(chdir or ".").absolute()
    if not folder.is_dir():
        errors.append(("chdir", f"--chdir {chdir} is no directory: name the one of your app"))
    if not _MODULE.fullmatch(module) or module.endswith(".py"):
        why = (
            f"--app {module} is not what gunicorn takes: write package.module:object, as "
            "shop.wsgi:app, or package.module:factory(), without .py and slashes"
        )
        errors.append(("app", why))
    program = _python(python, folder)
    if program is None:
        why = (
            f"--python {python} is no Python interpreter: name the one of your app's environment, "
            "as .venv/bin/python"
        )
        errors.append(("python", why))
    pairs = []
    for pair in env:
        name, equals, value = pair.partition("=")
        if not equals or not _VARIABLE.fullmatch(name) or "\0" in value:
            errors.append(("env", f"--env takes KEY=VALUE, and {name[:40]!r} is no such pair"))
        elif name.startswith("POOLSCOPE_"):
            errors.append(("env", f"--env {name}: names with POOLSCOPE_ are Poolscope's own"))
        else:
            pairs.append((name, value))
    if config and not config.startswith("python:"):
        found = folder / config.removeprefix("file:")
        config = str(found)
        if not found.is_file():
            errors.append(("gunicorn-conf", f"--gunicorn-conf {found} is no file"))
    if errors:
        raise SettingsError(errors)
    return App(
        module, program or Path(sys.executable), folder, tuple(request_specs), tuple(pairs), config
    )


def _python(given: str, folder: Path) -> Path | None:
    """The interpreter that was named, or that of the environment beside the app, or our own."""
    if not given:
        beside = [folder / each for each in _PYTHONS]
        return next((each for each in beside if _runs(each)), Path(sys.executable))
    # Not resolved: a virtual environment is known by the link that is its interpreter.
    found = Path(given).expanduser().absolute()
    candidates = (found, found / "bin" / "python")
    return next((each for each in candidates if _runs(each)), None)


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
