"""The lock holds whatever pyproject.toml asks for, and no address that only one machine knows."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.txt").read_text().splitlines()
PINNED = re.compile(r"([a-z0-9.-]+)==([a-z0-9.]+)(?: ; [^@:]+)?")
ASKED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra),
]


def test_each_line_of_the_lock_is_one_version() -> None:
    odd = [line for line in LOCK if not line.startswith("#") and not PINNED.fullmatch(line)]
    assert odd == []


@pytest.mark.parametrize("asked", ASKED)
def test_the_lock_holds(asked: str) -> None:
    requirement = Requirement(asked)
    versions = dict(line.split(" ")[0].split("==") for line in LOCK if "==" in line)
    version = versions.get(canonicalize_name(requirement.name))
    assert version is not None, "run `make lock`"
    assert requirement.specifier.contains(version), "run `make lock`"


def test_each_package_has_a_reason() -> None:
    reasons = (ROOT / "docs" / "adr" / "0001-packages.md").read_text().lower()
    names = {Requirement(asked).name.lower() for asked in ASKED}
    names = {name for name in names if not name.startswith("types-")}
    assert sorted(name for name in names if name not in reasons) == []
