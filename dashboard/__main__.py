"""``python -m dashboard`` is the ``poolscope`` command."""

from .cli import main

main()
