"""Fava over one ledger, read when the app is imported, as a deployment would have it."""

import os

from fava.application import create_app

# The polling watcher has no thread of its own, which a fork would lose.
app = create_app([os.environ["LEDGER"]], load=True, read_only=True, poll_watcher=True)
