"""Arrows point down only: shells, conductor, effects, pure core, language."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    {"config", "target_app.marks", "target_app.failures"},
    {
        "spans",
        "batches",
        "forecast",
        "diagnosis",
        "evidence",
        "remedies",
        "words",
        "report",
        "runs",
        "errors",
        "gauges",
        "record",
        "packing",
        "gate",
        "junit",
        "compare",
        "mix",
        "plan",
        "servertiming",
        "queueing",
        "paths",
        "seen",
        "errorpage",
        "found",
        "paste",
        "app_words",
    },
    {
        "processes",
        "keeper",
        "instance",
        "private",
        "postgres",
        "mariadb",
        "databases",
        "target",
        "burst",
        "tls",
        "exchange",
        "outside",
        "births",
    }
    | {"leftovers", "generator", "receiver", "loose", "client", "monitor"}
    | {"models", "stored", "listing", "schema", "owner", "versions", "history"}
    | {"your_app", "app_look", "app_target", "probe_package"},
    {"conductor", "live_run", "subject", "subjects", "runtime", "matrix"},
    {"api", "live", "wire", "access", "guard", "app", "server", "cli", "__main__"}
    | {
        "pages",
        "api_history",
        "contract",
        "openapi",
        "opened",
        "remote",
        "cli_run",
        "cli_outside",
        "cli_burst",
        "cli_checks",
        "cli_history",
    }
    | {"exports", "cli_app"},
)


def imports(path: Path, package: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = f"{package}." if node.level else ""
            module = node.module or ""
            names = [module] if module else [alias.name for alias in node.names]
            found |= {base + name for name in names}
            found |= {f"{base}{module}.{alias.name}" for alias in node.names if module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def layer_of(module: str) -> int | None:
    short = module.removeprefix("dashboard.")
    return next((n for n, names in enumerate(LAYERS) if short in names), None)


MODULES = sorted(
    [*(ROOT / "dashboard").glob("*.py"), *(ROOT / "dashboard" / "exports").glob("*.py")]
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_dashboard_modules_import_only_from_their_layer_or_below(path: Path) -> None:
    if path.stem == "__init__":
        return
    own = layer_of("exports" if path.parent.name == "exports" else path.stem)
    assert own is not None, f"say in LAYERS where {path.stem} belongs"
    above = {name for name in imports(path, "dashboard") if (layer_of(name) or 0) > own}
    assert not above


def test_every_module_has_its_place_in_the_guide() -> None:
    guide = (ROOT / "docs" / "architecture.md").read_text()
    modules = [*(ROOT / "dashboard").glob("*.py"), *(ROOT / "target_app").glob("*.py")]
    missing = [path.name for path in modules if f"{path.name}`" not in guide]
    assert set(missing) <= {"__init__.py"}


def test_the_target_never_imports_the_dashboard() -> None:
    for path in (ROOT / "target_app").glob("*.py"):
        assert not {name for name in imports(path, "target_app") if name.startswith("dashboard")}


def test_the_probe_needs_the_standard_library_only() -> None:
    for name in ("marks", "beacon", "probe", "pulse"):
        tree = ast.parse((ROOT / "target_app" / f"{name}.py").read_text())
        top = {node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)}
        names = {
            alias.name if isinstance(node, ast.Import) else node.module or ""
            for node in top
            for alias in node.names
            if not (isinstance(node, ast.ImportFrom) and node.level)
        }
        assert names <= {
            "weakref",
            "itertools",
            "json",
            "math",
            "os",
            "socket",
            "threading",
            "contextvars",
            "enum",
        } | {
            "time",
            "typing",
        }


def test_only_config_reads_the_environment() -> None:
    for path in [*(ROOT / "dashboard").glob("*.py"), *(ROOT / "target_app").glob("*.py")]:
        if path.name == "hooks.py":  # it runs in other people's environments, without config
            continue
        assert "environ[" not in path.read_text()
        assert "os.environ" not in path.read_text()
