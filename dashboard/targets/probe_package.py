"""The directory that is put on another app's import path: one package, and nothing else.

It is copied from ``target_app/probe`` at the start, so that neither our packages nor our modules
are in sight of the app.
"""

from pathlib import Path

import target_app

NAME = "poolscope_probe"
PROBE = Path(target_app.__file__).parent / "probe"
CONFIGURATION = f"python:{NAME}.entry.gunicorn_conf"
SERVED = f"{NAME}.entry.served:app"


def sources() -> list[Path]:
    """The modules of the probe."""
    return sorted(PROBE.rglob("*.py"))


def write_package(folder: Path) -> Path:
    """Write the package below ``folder``; the path that an app needs to import it."""
    package = folder / NAME
    package.mkdir(parents=True, exist_ok=True)
    for path in (folder, package):
        path.chmod(0o755)  # gunicorn may be configured to change its user
    for source in sources():
        file, text = package / source.relative_to(PROBE), source.read_text()
        file.parent.mkdir(mode=0o755, exist_ok=True)
        if not file.is_file() or file.read_text() != text:
            file.write_text(text)
    return folder
