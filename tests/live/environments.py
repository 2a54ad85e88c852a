"""The virtual environments of other people's apps: `make test` creates them, else the first use."""

import subprocess
import sys
from functools import cache
from pathlib import Path

APPS = Path(__file__).resolve().parent.parent / "apps"
FOLDER = APPS.parent.parent / ".venv-apps"


@cache
def python_of(name: str) -> Path:
    """The interpreter of environment ``name``, which does not have Poolscope."""
    python = FOLDER / name / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER / name)], check=True)
        listed = APPS / f"requirements-{name}.txt"
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(listed)], check=True)
    return python
