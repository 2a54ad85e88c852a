"""What the import contracts in pyproject.toml (`make lint`) cannot say of the house."""

import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
MOST_FILES = 16  # in one folder
MOST_LINES = 300  # of one file
MOST_LEVELS = 13  # of packages that import each other


def sources() -> list[Path]:
    """The project's own Python; static/ has a test of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    found = [ROOT / name for name in listed if not name.startswith("tests/")]
    assert len(found) > 100
    return [path for path in found if path.is_file()]


def test_no_file_is_long_and_no_folder_full() -> None:
    files = sources()
    assert [path for path in files if len(path.read_text().splitlines()) > MOST_LINES] == []
    folders = Counter(path.parent for path in files)
    assert [folder for folder, count in folders.items() if count > MOST_FILES] == []


def test_packages_import_each_other_downwards_in_few_levels() -> None:
    graph = grimp.build_graph("dashboard", "target_app")
    for package in [*graph.find_children("dashboard"), *graph.find_children("target_app")]:
        graph.squash_module(package)

    @cache
    def level(module: str) -> int:
        below = graph.find_modules_directly_imported_by(module) - {module}
        return 1 + max((level(each) for each in below), default=0)

    # A circle would end this in a RecursionError.
    assert max(level(module) for module in graph.modules) <= MOST_LEVELS


def test_only_config_reads_the_environment() -> None:
    for path in [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "target_app").rglob("*.py")]:
        # The probe's hooks run in other people's environments, without config.
        if path.name != "told.py":
            assert "environ[" not in path.read_text()
            assert "os.environ" not in path.read_text()
