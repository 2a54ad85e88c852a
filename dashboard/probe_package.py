"""The directory that is put on another app's import path: one package, and nothing else.

It is copied from ``target_app`` at the start, so that neither our packages nor our modules are
in sight of the app.
"""

from pathlib import Path

import target_app

NAME = "poolscope_probe"
# What each module of the package is called here; `by_hand` is the package itself.
MODULES = {
    "__init__": "by_hand",
    "marks": "marks",
    "failures": "failures",
    "beacon": "beacon",
    "probe": "probe",
    "pools": "pools",
    "pulse": "pulse",
    "hooks": "hooks",
    "around": "around",
}
CONFIGURATION = f"python:{NAME}.around"


def source_of(name: str) -> str:
    """The source of one module of ``target_app``."""
    return (Path(target_app.__file__).parent / f"{name}.py").read_text()


def write_package(folder: Path) -> Path:
    """Write the package below ``folder``; the path that an app needs to import it."""
    package = folder / NAME
    package.mkdir(parents=True, exist_ok=True)
    for path in (folder, package):
        path.chmod(0o755)  # gunicorn may be configured to change its user
    for name, original in MODULES.items():
        file, source = package / f"{name}.py", source_of(original)
        if not file.is_file() or file.read_text() != source:
            file.write_text(source)
    return folder
