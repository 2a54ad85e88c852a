"""Twenty runs each of a pool without overflow and of the handing pool: compare.py gevent|asyncio"""

import statistics
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
HANDING = """
import runpy, sys
if sys.argv[1] == "gevent":
    from gevent import monkey
    monkey.patch_all()
import sqlalchemy.pool
from handing_pool import HandingAsyncPool, HandingQueuePool
sqlalchemy.pool.QueuePool = HandingQueuePool
sqlalchemy.pool.AsyncAdaptedQueuePool = HandingAsyncPool
runpy.run_path("reproduce.py")
"""


def seconds(*argv: str) -> float:
    """The seconds that one reproduction took."""
    command = [sys.executable, *argv]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER)
    return float(done.stdout.split()[-2])


def main(kind: str) -> None:
    """Print the ratio of each pair of runs, and the largest."""
    ratios = []
    for _ in range(20):
        plain = seconds("reproduce.py", kind, "15", "0", "0.5")
        ratios.append(seconds("-c", HANDING, kind, "5", "10", "0.5") / plain)
    print(kind, f"median {statistics.median(ratios):.3f}, largest {max(ratios):.3f} of 20")


if __name__ == "__main__":
    main(*sys.argv[1:2])
