"""Prints the requirements of one extra of pyproject.toml, a line each: extra.py NAME."""

import sys
import tomllib
from pathlib import Path

project = Path(__file__).resolve().parent.parent / "pyproject.toml"
extras = tomllib.loads(project.read_text())["project"]["optional-dependencies"]
print("\n".join(extras[sys.argv[1]]))
