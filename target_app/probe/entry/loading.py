"""Imports somebody's app by its name, as gunicorn takes it."""

import ast
import importlib
import sys
from pathlib import Path
from typing import Any


def load(module_and_object: str) -> Any:
    """The object that ``package.module:object`` or ``package.module:factory()`` names."""
    module_name, _, named = module_and_object.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    module = importlib.import_module(module_name)
    call = ast.parse(named or "app", mode="eval").body
    given, options = [], {}
    if isinstance(call, ast.Call):
        given = [ast.literal_eval(each) for each in call.args]
        options = {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg}
    found: Any = module
    name = call.func if isinstance(call, ast.Call) else call
    for part in ast.unparse(name).split("."):
        if not hasattr(found, part):
            raise AttributeError("Failed to find attribute %r in %r." % (part, module_name))
        found = getattr(found, part)
    return found(*given, **options) if isinstance(call, ast.Call) else found
