"""``python -m poolscope`` is the ``poolscope`` command."""

from poolscope import main

main()
