"""The table of the built-in settings, or a part of it.

``python -m benchmarks.truth --measured FILE [NAME ...]`` measures only what FILE does not have yet.
"""

import argparse
from pathlib import Path

from .builtin import main

parser = argparse.ArgumentParser(prog="python -m benchmarks.truth")
parser.add_argument("names", nargs="*")
parser.add_argument("--rounds", type=int, default=1)
parser.add_argument("--measured", type=Path)
asked = parser.parse_args()
main(asked.rounds, asked.names, asked.measured)
