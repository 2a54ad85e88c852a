"""The commands for a target that you start yourself: its databases, its data, the probe."""

import threading

import click

from config import Environment
from dashboard.errors import StartError
from dashboard.runtime import Runtime
from dashboard.targets.probe_package import write_package
from dashboard.text import counted

from .terminal import say, tell


@click.command("create-data")
def create_data_command() -> None:
    """Create the todo tables and fill empty ones."""
    with Runtime(Environment.read()) as runtime:
        for name, rows in runtime.databases.create_data(_say).items():
            made = f"{counted(rows, 'todo')} created" if rows else "has its todos already"
            say(f"{name}: {made}")


@click.command("probe")
def probe_command() -> None:
    """Print the import path of the probe, for a server you start yourself."""
    folder = Environment.read().data_dir / "probe"
    try:
        say(str(write_package(folder)))
    except OSError as error:
        raise StartError(
            f"{folder} is not writable ({error.strerror})",
            "Use another directory: POOLSCOPE_DATA_DIR=~/poolscope poolscope probe",
        ) from error


@click.command("databases")
def databases_command() -> None:
    """Run the databases for a target you start yourself, until Ctrl-C."""
    with Runtime(Environment.read()) as runtime:
        runtime.databases.create_data(_say)
        for name, url in runtime.databases.urls()._asdict().items():
            if url:
                say(f"export {name.upper()}_URL='{url}'")
        tell("Databases are running. Press Ctrl-C to stop them.")
        threading.Event().wait()


def _say(step: str) -> None:
    tell(f"{step} ...")
