#!/usr/bin/env python3
"""Copies the pinned browser libraries from their npm packages into static/vendor/.

Run it only to change a version: what it copies is committed, so neither serving nor testing
needs npm.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package at one version, with the sha256 of every file that is taken from it."""

    name: str
    version: str
    files: dict[str, str]


PACKAGES = (
    Package(
        name="socket.io-client",
        version="4.8.4",
        files={
            "dist/socket.io.esm.min.js": (
                "771c3872e7d9bf81020615fda67ef0fd2aa61fcaf1990100714a46fa2c39f8a1"
            ),
            "LICENSE": "73cb68c437d59e066f9386ef97be57298df4db119fdbd7d7150817c6dbd9f189",
        },
    ),
)


class VendorError(Exception):
    """A package could not be fetched, or is not what was pinned."""


def pack(package: Package, folder: Path) -> Path:
    """Downloads the package's tarball into the folder with `npm pack` and returns its path."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    try:
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise VendorError(
            "npm is not installed; install it (apt install npm) and try again"
        ) from error
    except subprocess.CalledProcessError as error:
        raise VendorError(f"{' '.join(command)} failed:\n{error.stderr.strip()}") from error
    return folder / done.stdout.split()[-1]


def verified_files(package: Package, tarball: Path) -> dict[str, bytes]:
    """Returns the pinned files' bytes by path; raises VendorError when one differs."""
    found: dict[str, bytes] = {}
    with tarfile.open(tarball) as archive:
        for path, pinned in package.files.items():
            member = archive.extractfile(f"package/{path}")
            if member is None:
                raise VendorError(f"{package.name} {package.version} has no file {path}")
            content = member.read()
            actual = hashlib.sha256(content).hexdigest()
            if actual != pinned:
                raise VendorError(
                    f"{path} of {package.name} {package.version}: sha256 {actual}, pinned {pinned}"
                )
            found[path] = content
    return found


def copy(package: Package, files: dict[str, bytes]) -> Path:
    """Writes the files and a VERSION file under static/vendor/<name>/ and returns that folder."""
    folder = VENDOR / package.name
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)
    (folder / "VERSION").write_text(f"{package.version}\n", encoding="utf-8")
    return folder


def main() -> int:
    for package in PACKAGES:
        try:
            with tempfile.TemporaryDirectory() as scratch:
                files = verified_files(package, pack(package, Path(scratch)))
        except VendorError as error:
            print(f"fetch_vendor: {error}", file=sys.stderr)
            return 1
        print(f"{package.name} {package.version} -> {copy(package, files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
