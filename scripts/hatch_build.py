"""Tells hatchling what a wheel holds below ``poolscope/lib``; an editable install needs no copy.

Under ``force-include`` an editable install gets the files as well, and keeps them as they were.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LibraryHook(BuildHookInterface[Any]):
    """Puts each name of ``lib`` in pyproject.toml into the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files of a real wheel, whose ``version`` is "standard"."""
        if version == "standard":
            lib = {name: f"poolscope/lib/{name}" for name in self.config["lib"]}
            build_data["force_include"].update(lib)
