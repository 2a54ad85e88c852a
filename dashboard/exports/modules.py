"""The page's ES modules as one import map, so that a file can carry them all.

A module inside a ``data:`` URL has no place that a relative import could start from: each
relative path becomes the bare name ``poolscope/folder/name.js``, which the map leads to its text.
"""

import base64
import posixpath
import re
from pathlib import Path

PREFIX = "poolscope/"
_IMPORT = re.compile(
    r"""^(import\s+|(?:import|export)\s+[\w\s{},*$]+?\s+from\s+)(["'])([^"']+)\2""", re.MULTILINE
)
_RELATIVE = re.compile(r"\.{1,2}/[\w./-]+\.js")


def import_map(folder: Path, entry: str) -> dict[str, str]:
    """Names and ``data:`` URLs of ``entry`` and of all that it imports, by whatever way.

    Names are paths below ``folder``. ValueError when one of them imports something outside it.
    """
    found: dict[str, str] = {}
    wanted = [entry]
    while wanted:
        name = wanted.pop()
        if PREFIX + name in found:
            continue
        imported: list[str] = []
        text = (folder / name).read_text()

        def bare(match: re.Match[str], name: str = name, imported: list[str] = imported) -> str:
            head, quote, target = match.groups()
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            if not _RELATIVE.fullmatch(target) or path.startswith(".."):
                raise ValueError(f"{name} imports {target}, which a file of its own cannot carry")
            imported.append(path)
            return f"{head}{quote}{PREFIX}{path}{quote}"

        code = _IMPORT.sub(bare, text).encode()
        found[PREFIX + name] = "data:text/javascript;base64," + base64.b64encode(code).decode()
        wanted += imported
    return found
