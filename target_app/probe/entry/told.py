"""What the dashboard says to the server that it starts, in one environment variable."""

import json
import os
from typing import Any, Dict, Optional

from ..beacon import Beacon, parse_address

VARIABLE = "POOLSCOPE_PROBE"


class ProbeConfig:
    """What one server is told."""

    def __init__(self, text: str = "") -> None:
        given = json.loads(text) if text else {}
        self.app: str = given.get("app", "")  # module:object, where our module stands in for it
        self.beacon: str = given.get("beacon", "")
        self.token: str = given.get("token", "")
        self.conf: str = given.get("conf", "")  # the app's own configuration, "" for none
        self.green: bool = given.get("green", False)  # psycogreen, where psycopg2 is there
        self.preload: bool = given.get("preload", True)  # False: not even if the app wants to
        self.pool: Optional[Dict[str, Any]] = given.get("pool")  # to be tried instead
        self.tokens: Optional[int] = given.get("tokens")  # of anyio's threads, to be tried instead

    @classmethod
    def of(cls, beacon: str, token: str, tokens: Optional[int] = None) -> "ProbeConfig":
        """What our own target is told otherwise."""
        return cls(json.dumps({"beacon": beacon, "token": token, "tokens": tokens}))

    def tell(self, event: str, **more: Any) -> None:
        """Send the dashboard a notice."""
        if self.beacon:
            notice = {"event": event, "token": self.token, "pid": os.getpid(), **more}
            Beacon(parse_address(self.beacon)).send(json.dumps(notice).encode())


config = ProbeConfig(os.environ.get(VARIABLE, ""))
