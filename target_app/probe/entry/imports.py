"""Calls us when somebody else's app has imported a module, whenever that is."""

import importlib.util
import sys
import traceback
from typing import Any, Callable, Dict, List

Arrived = Callable[[Any], None]  # gets the module


class Finder:
    """Watches for the import of modules, and then tells.

    Whenever that is: while the app is loaded, in a master that preloads it, or with a request.
    """

    def __init__(self) -> None:
        self._awaited: Dict[str, Arrived] = {}
        self._looking = False

    def await_module(self, name: str, arrived: Arrived) -> None:
        """Have ``arrived`` called after the import of ``name``, or now if it is imported."""
        if name in sys.modules:
            arrived(sys.modules[name])
        else:
            self._awaited[name] = arrived

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        """The spec that the other finders have, with our call after its import."""
        if name not in self._awaited or self._looking:
            return None
        self._looking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking = False
        if spec is None or spec.loader is None:
            return spec
        execute: Callable[[Any], None] = spec.loader.exec_module

        def execute_and_tell(module: Any) -> None:
            execute(module)
            try:
                self._awaited[name](module)
            except Exception:  # noqa: BLE001  the app must run all the same
                traceback.print_exc()

        spec.loader.exec_module = execute_and_tell  # type: ignore[method-assign]
        return spec


finder = Finder()


def await_module(name: str, arrived: Arrived) -> None:
    """Have ``arrived`` called with module ``name`` as soon as somebody has imported it."""
    finders: List[Any] = sys.meta_path
    if finder not in finders:
        finders.insert(0, finder)
    finder.await_module(name, arrived)
