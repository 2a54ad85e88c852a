"""The probe goes into other people's Pythons: 3.9 and newer, with the standard library alone."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.targets.probe_package import PROBE, sources, write_package


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_every_line_is_python_39(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Match), "match came with Python 3.10"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = (node.left, node.right)
            assert not any(isinstance(side, ast.Constant) and side.value is None for side in sides)
            assert not any(
                isinstance(side, ast.Name) and side.id[:1].isupper() for side in sides
            ), "X | Y as a type came with Python 3.10"
        if isinstance(node, ast.Call):
            named = {keyword.arg for keyword in node.keywords}
            assert not (isinstance(node.func, ast.Name) and node.func.id == "zip" and named)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_nothing_but_the_standard_library_is_imported_at_the_top(path: Path) -> None:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").partition(".")[0] in sys.stdlib_module_names


def test_the_directory_on_the_import_path_holds_one_package_and_nothing_else(
    tmp_path: Path,
) -> None:
    folder = write_package(tmp_path / "probe")
    assert [each.name for each in folder.iterdir()] == ["poolscope_probe"]
    package = folder / "poolscope_probe"
    assert {path.relative_to(package) for path in package.rglob("*.py")} == {
        path.relative_to(PROBE) for path in sources()
    }


BY_HAND = """
from poolscope_probe import watch

def app(environ, start_response):
    start_response("200 OK", [])
    return [b"x"]

answers = []
watch(app)({"HTTP_X_POOLSCOPE": "t/1"}, lambda *given: answers.append(given))
body = watch(app)({"HTTP_X_POOLSCOPE": "t/1"}, lambda *given: answers.append(given))
assert list(body) == [b"x"]
assert [name for name, _ in answers[-1][1]] == ["Server-Timing"], answers
import sys
assert not {"flask", "config", "target_app", "dashboard"} & sys.modules.keys()
"""


def test_by_hand_it_is_one_line_of_middleware(tmp_path: Path) -> None:
    folder = write_package(tmp_path)
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", BY_HAND],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
