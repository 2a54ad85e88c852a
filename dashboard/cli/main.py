"""The command line: one thin command per capability.

Exit codes: 0 all answered 200, 1 some failed, 2 bad arguments, 3 a part could not start,
4 an assertion failed.
"""

import io
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from config import LOOPBACK, Environment
from dashboard.errors import StartError
from dashboard.runs.assertions import MEASURES, parse_all
from dashboard.runs.record import Record
from dashboard.runtime import Runtime
from dashboard.web.access import grant
from dashboard.web.server import listen, serve
from fields import Field
from settings import FIELDS, Settings, SettingsError, read_settings

from .app_options import (
    APP_OPTIONS,
    BEFORE_INSPECTION,
    app_of,
    app_options,
    app_settings,
    request_options,
    request_specs_of,
)
from .burst import burst_command, client_command
from .checks import writable
from .history import export_command, history_command, import_command
from .matrix import matrix_command
from .remote import Server
from .run import judge, run_app, run_here, run_there
from .standalone import create_data_command, databases_command, probe_command
from .terminal import tell, tell_text
from .url_options import server_of, url_option

BAD_ARGUMENTS = 2
CANNOT_START = 3

OPTION_NAMES = {"sleep_seconds": "sleep", "deadline_seconds": "deadline"}


def main() -> None:
    """Run the command line; what the system asks of us ends it as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        _tell_usage(error)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except SettingsError as error:
        _stop(BAD_ARGUMENTS, *(message for _, message in error.errors))
    except StartError as error:
        _stop(CANNOT_START, f"{error.cause}.", error.cure, error.log)


def _stop(code: int, *texts: str) -> NoReturn:
    for text in texts:
        if text:
            tell_text(text)
    sys.exit(code)


def _tell_usage(error: click.ClickException) -> None:
    shown = io.StringIO()
    error.show(file=shown)
    tell_text(shown.getvalue())


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="poolscope")
@click.option(
    "--server", default="", metavar="URL", help="Run on this running dashboard (with `run`)."
)
@click.option(
    "--token",
    default=lambda: Environment.read().server_token,
    show_default="POOLSCOPE_SERVER_TOKEN",
    help="Token of the dashboard given by --server.",
)
@click.pass_context
def commands(context: click.Context, server: str, token: str) -> None:
    """Show where each request of a burst waits, and which setting is the limit."""
    context.obj = (server, token)
    if server and context.invoked_subcommand != "run":
        raise SettingsError(
            [("server", "--server only works with run: poolscope --server URL run")]
        )


OTHERS = (
    *(history_command, export_command, import_command, burst_command, client_command),
    *(matrix_command, create_data_command, probe_command, databases_command),
)
for command in OTHERS:
    commands.add_command(command)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each settings field, described by the field itself."""
    for field in reversed(FIELDS.values()):
        name = OPTION_NAMES.get(field.name, field.name)
        flags = ["-n", "--requests"] if name == "requests" else [f"--{name.replace('_', '-')}"]
        text = f"{field.help} ({field.allowed})" if field.kind != "choice" else field.help
        option = click.option(
            *flags, field.name, metavar=_metavar(field), help=f"{text} [{field.default}]"
        )
        command = option(command)
    return command


def _metavar(field: Field) -> str:
    return "|".join(field.choices) if field.choices else field.kind.upper()


def _settings(given: dict[str, Any]) -> Settings:
    return read_settings({name: text for name, text in given.items() if text is not None})


@commands.command("serve")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="Address to bind; non-loopback requires a token.",
)
@click.option("--token", default="", help="Token the page requires; generated if needed.")
@app_options
@request_options
@url_option
def serve_command(  # noqa: PLR0913, PLR0917  one per option
    port: int,
    no_browser: bool,
    host: str,
    token: str,
    requested: tuple[str, ...],
    header: tuple[str, ...],
    body_file: Path | None,
    urls: tuple[str, ...],
    **given_app: Any,
) -> None:
    """Serve the dashboard (as `make run` does)."""
    access = grant(host, token)
    external = server_of(urls, requested, header, body_file, given_app["module"])
    if (requested or header or body_file) and not urls and not given_app["module"]:
        why = "--path, --header and --body-file need --app or --url"
        raise SettingsError([("path", why)])
    app = app_of(request_specs_of(requested, header, body_file), **given_app)
    sock = listen(port, host)
    with Runtime(Environment.read(), app, external) as runtime:
        if runtime.instance.note:
            tell(f"Note: {runtime.instance.note}")
        serve(runtime, sock, open_browser=not no_browser, access=access)


@commands.command("run")
@app_options
@request_options
@url_option
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--marks",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the event log to FILE as JSON lines.",
)
@click.option("--label", default="", metavar="TEXT", help="Name of the run in the history.")
@click.option("--no-keep", is_flag=True, help="Do not save the run in the history.")
@click.option(
    *("--assert", "expressions"),
    multiple=True,
    metavar="EXPR",
    help=f"Exit with status 4 unless true, e.g. failed==0. Available: {', '.join(MEASURES)}.",
)
@click.option(
    *("--junit", "junit_file"),
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the assertion results to FILE as JUnit XML.",
)
@click.pass_obj
def run_command(  # noqa: PLR0913, PLR0917  one per option
    dashboard: tuple[str, str],
    /,
    as_json: bool,
    marks: Path | None,
    label: str,
    no_keep: bool,
    expressions: tuple[str, ...],
    junit_file: Path | None,
    requested: tuple[str, ...],
    header: tuple[str, ...],
    body_file: Path | None,
    urls: tuple[str, ...],
    **given: Any,
) -> None:
    """Do one run without a browser: start the target, send the burst, stop the target."""
    external = server_of(urls, requested, header, body_file, given["module"] or dashboard[0])
    if external is not None and given["endpoint"]:
        why = f"--url already says what is requested of {external.origin}: drop --endpoint"
        raise SettingsError([("endpoint", why)])
    of_app = {name: given.pop(name) for name in APP_OPTIONS}
    app = app_of(request_specs_of(requested, header, body_file), **of_app)
    settings = app_settings(BEFORE_INSPECTION, given) if app else _settings(given)
    assertions = parse_all(expressions)
    server = Server(*dashboard) if dashboard[0] else None
    if server is not None and app is not None:
        why = "the dashboard given by --server decides which app it serves: drop --app"
        raise SettingsError([("app", why)])
    if server is not None and (requested or header or body_file):
        why = "the dashboard given by --server decides what is requested: drop --path"
        raise SettingsError([("path", why)])

    def do() -> tuple[Record, str]:
        if server is not None:
            return run_there(server, settings, label, not no_keep)
        if app is not None:
            return run_app(app, given, label, not no_keep)
        request_specs = request_specs_of(requested, header, body_file) if requested else ()
        return run_here(settings, label, not no_keep, external, request_specs)

    with writable(marks), writable(junit_file):
        code = judge(do, assertions, as_json, marks, junit_file)
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
