"""How many connections the kernel queues for a listener at most, whatever that asks for."""

from pathlib import Path

SOMAXCONN = Path("/proc/sys/net/core/somaxconn")  # listen(2)


def listen_limit() -> dict[str, int]:
    """``{"somaxconn": 4096}``; {} where the kernel does not tell."""
    try:
        return {"somaxconn": int(SOMAXCONN.read_text())}
    except (OSError, ValueError):
        return {}
