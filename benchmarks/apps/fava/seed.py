"""Write three years of an invented household's bookkeeping, the same every time."""

import os
import subprocess
import sys
from pathlib import Path

years = ["--date-begin=2022-01-01", "--date-end=2024-12-31", "--date-birth=1980-05-12"]
program = Path(sys.executable).parent / "bean-example"
ledger = Path(os.environ["LEDGER"])
ledger.parent.mkdir(parents=True, exist_ok=True)
subprocess.run([program, "--seed=1", *years, "--output", ledger], check=True)
