"""``python -m dashboard`` is the ``poolscope`` command."""

from dashboard.cli.main import main

main()
