"""The installed program: it finds its own modules, and nobody else finds them.

In a wheel they lie in ``poolscope/lib``, in a checkout at its root; see docs/adr/0010.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIB = HERE / "lib" if (HERE / "lib").is_dir() else HERE.parent


def main() -> None:
    """Run the command line, with our modules before any others of their names."""
    sys.path.insert(0, str(LIB))
    from dashboard.cli.main import main as run

    run()
