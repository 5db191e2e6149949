"""Pictures have the colours of the pages that they stand on, and these can be seen and told apart."""

import re
from itertools import combinations
from pathlib import Path

import pytest

import pilotgraph
from pilotgraph.palettes import DARK, LIGHT, PALETTES, Palette, configuration

STYLE = (Path(pilotgraph.__file__).parent / "static/style.css").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """Relative luminance, as <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance> has it."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("palette", "place"), [(LIGHT, 0), (DARK, 1)])
@pytest.mark.parametrize("name", ["paper", "raised", "ink", "soft", "line", "accent"])
def test_colours_are_those_of_the_style_sheet(palette: Palette, place: int, name: str) -> None:
    assert re.findall(rf"--{name}: (#[0-9a-f]{{6}});", STYLE)[place] == getattr(palette, name)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.suffix)
def test_colours_can_be_seen_on_the_page(palette: Palette) -> None:
    for colour in (*palette.categories, palette.accent):
        assert contrast(colour, palette.raised) >= 3, colour
        assert contrast(colour, palette.paper) >= 3, colour
    for colour in (palette.ink, palette.soft):
        assert contrast(colour, palette.raised) >= 4.5, colour


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.suffix)
def test_the_first_categories_differ_without_red_and_green(palette: Palette) -> None:
    # Without one of the two there is blue against yellow, and light against dark.
    for one, other in combinations(palette.categories[:3], 2):
        blue = abs(int(one[5:], 16) - int(other[5:], 16)) / 255
        assert blue > 0.2 or contrast(one, other) > 1.5, (one, other)


def test_a_configuration_names_colours_for_specs() -> None:
    for palette in PALETTES:
        named = configuration(palette)["params"]
        assert isinstance(named, list)
        assert [each["name"] for each in named] == ["paper", "ink", "soft", "faint", "accent"]
