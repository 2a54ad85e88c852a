"""Says whether somebody's app is WSGI or ASGI: run in its environment, one JSON line.

The only argument is the app's name. It is imported for that, as its server will do.
"""

import json
import os
import sys
import traceback
from typing import Dict

from ..asgi import is_asgi
from .loading import load


def interface_of(name: str) -> Dict[str, str]:
    """``interface`` is WSGI or ASGI, "" for an app that cannot be loaded, and why."""
    try:
        return {"interface": "ASGI" if is_asgi(load(name)) else "WSGI"}
    except BaseException:  # noqa: BLE001  an app may end the process
        return {"interface": "", "error": traceback.format_exc()[-2000:]}


if __name__ == "__main__":
    print("\npoolscope " + json.dumps(interface_of(sys.argv[1])), flush=True)
    os._exit(0)  # whatever threads the app has started
