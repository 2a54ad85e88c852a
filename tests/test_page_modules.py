"""The page's modules: who may import from whom, what is pure, how large things are."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent / "static"
JS = STATIC / "js"
MOST_FILES = 16  # in one folder
MOST_LINES = 300  # of one file

# From which folders each one may import, besides itself.
LAYERS: dict[str, set[str]] = {
    "lib": set(),
    "dom": set(),
    "model": {"lib"},
    "state": {"lib", "model"},
    "timeline": {"lib", "dom", "model", "state"},
    "panels": {"lib", "dom", "model", "state", "timeline"},
    "": {"lib", "dom", "model", "state", "timeline", "panels"},
}
PURE = ("lib", "model")
VENDOR = "state/socket.js"  # the only module that imports what is not ours

_IMPORT = re.compile(r"""^import\s+(?:[^'"]+?\s+from\s+)?["']([^"']+)["']""", re.MULTILINE)
_COMMENT_OR_TEXT = re.compile(r"""/\*.*?\*/|//[^\n]*|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)
# What only a page or its network has. A property (`row.location`) or a key (`history: `) is none.
_DOM = re.compile(
    r"(?<![.\w-])(?:document|window|globalThis|self|location|history|navigator|screen"
    r"|localStorage|sessionStorage|fetch|matchMedia|getComputedStyle|getSelection|scrollTo"
    r"|addEventListener|requestAnimationFrame|setTimeout|setInterval|queueMicrotask"
    r"|\w*(?:Element|Observer|NodeList)|\w+Event|Node|XMLHttpRequest)"
    r"\b(?!\s*:)"
)


def code(path: Path) -> str:
    """A module without its comments and quoted texts."""
    return _COMMENT_OR_TEXT.sub('""', path.read_text())


def touched(path: Path) -> set[str]:
    """What of the DOM a module names."""
    return set(_DOM.findall(code(path)))


def name(path: Path) -> str:
    return path.relative_to(JS).as_posix()


def layer(module: str) -> str:
    return module.partition("/")[0] if "/" in module else ""


MODULES = {name(path): path for path in sorted(JS.rglob("*.js"))}
IMPORTS = {
    module: [
        (path.parent / target).resolve()
        for target in _IMPORT.findall(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))
    ]
    for module, path in MODULES.items()
}


def test_there_are_modules_in_every_layer() -> None:
    assert {layer(module) for module in MODULES} == set(LAYERS)
    assert sum(map(len, IMPORTS.values())) > len(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_its_layer_or_below(module: str) -> None:
    for target in IMPORTS[module]:
        assert target.is_file()
        if not target.is_relative_to(JS):
            assert module == VENDOR
            continue
        own, other = layer(module), layer(name(target))
        assert other == own or other in LAYERS[own], f"{module} imports {name(target)}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        module: {name(target) for target in targets if target.is_relative_to(JS)}
        for module, targets in IMPORTS.items()
    }
    assert set(TopologicalSorter(graph).static_order()) == set(MODULES)  # CycleError otherwise


@pytest.mark.parametrize("module", [each for each in MODULES if layer(each) in PURE])
def test_pure_modules_touch_no_dom(module: str) -> None:
    assert not touched(MODULES[module])


def test_touching_the_dom_is_noticed(tmp_path: Path) -> None:
    assert touched(JS / "dom" / "elements.js") >= {"document", "HTMLElement"}
    pure = tmp_path / "pure.js"
    pure.write_text('// document\nrow.location = { history: "window" }; /* fetch() */\n')
    assert not touched(pure)
    pure.write_text("const width = window.innerWidth;\nif (x instanceof Element) fetch(y);\n")
    assert touched(pure) == {"window", "Element", "fetch"}


def test_folders_and_files_can_be_taken_in_at_a_glance() -> None:
    ours = [
        path
        for path in STATIC.rglob("*")
        if path.suffix in {".js", ".ts", ".css"} and STATIC / "vendor" not in path.parents
    ]
    folders: dict[Path, int] = {}
    for path in ours:
        folders[path.parent] = folders.get(path.parent, 0) + 1
        assert len(path.read_text().splitlines()) <= MOST_LINES, path
    assert len(folders) > len(LAYERS)
    assert max(folders.values()) <= MOST_FILES, folders
