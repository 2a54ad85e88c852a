"""The page's colours, read from its own style sheet: no other file has a colour value."""

import re
from functools import cache

from config import ROOT

TOKENS = ROOT / "static" / "css" / "tokens.css"
_TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);", re.IGNORECASE)


@cache
def light() -> dict[str, str]:
    """``{"executing": "#0A5FA8", ...}`` as on light paper."""
    return {name: colour for name, colour, _dark in _TOKEN.findall(TOKENS.read_text())}
