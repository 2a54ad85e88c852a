"""static/css/tokens.css: every colour can be seen on every ground, in both themes."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.page

STATIC = Path(__file__).parents[2] / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)")
COLORS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}
LIGHT, DARK = 0, 1

GRAPHICS = 3.0  # WCAG 2.2, 1.4.11: parts of graphics and controls
TEXT = 4.5  # WCAG 2.2, 1.4.3: text


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["page", "band", "panel", "field"])
@pytest.mark.parametrize(
    ("token", "least"),
    [
        ("queued", GRAPHICS), ("waiting", GRAPHICS), ("executing", GRAPHICS), ("unknown", GRAPHICS),
        ("forecast", GRAPHICS), ("now", GRAPHICS), ("control", GRAPHICS), ("accent", GRAPHICS),
        ("failed", TEXT), ("ink", TEXT), ("muted", TEXT),
    ],
)  # fmt: skip
def test_contrast(theme: int, ground: str, token: str, least: float) -> None:
    assert contrast(COLORS[token][theme], COLORS[ground][theme]) >= least


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_words_on_the_main_button_can_be_read(theme: int) -> None:
    assert contrast(COLORS["on-accent"][theme], COLORS["accent"][theme]) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_waiting_and_executing_differ_in_lightness_too(theme: int) -> None:
    assert contrast(COLORS["waiting"][theme], COLORS["executing"][theme]) >= 1.25


def test_no_other_file_has_colours_of_its_own() -> None:
    sheets = set((STATIC / "css").glob("*.css")) - {STATIC / "css" / "tokens.css"}
    sources = [*(STATIC / "js").rglob("*.js"), *sheets]
    found = {path.name: re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text()) for path in sources}
    assert not {name: colors for name, colors in found.items() if colors}
