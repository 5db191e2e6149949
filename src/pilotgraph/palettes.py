"""What every picture looks like, once for light and once for dark pages: configurations of Vega-Lite.

The colours of text and lines are those of `static/style.css`.  Those that tell categories apart hold at
least 3:1 against the page (WCAG 2.2, 1.4.11 <https://www.w3.org/TR/WCAG22/#non-text-contrast>) and differ for
colour-blind readers, after Okabe and Ito <https://jfly.uni-koeln.de/color/>.  A spec may use `paper` (what
lies behind it), `ink`, `soft`, `faint` and `accent` in expressions, and so needs no colour of its own.

The font has the same measures on every machine, since the renderer brings it along; for readers who lack it,
others with these measures come next.
"""

from dataclasses import dataclass

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a page: as in its style sheet, and those that tell categories and amounts apart."""

    suffix: str
    paper: str
    raised: str
    ink: str
    soft: str
    line: str
    accent: str
    categories: tuple[str, ...]
    amounts: tuple[str, str]


LIGHT = Palette(
    suffix=".svg",
    paper="#fbfbf9",
    raised="#ffffff",
    ink="#1b2330",
    soft="#566072",
    line="#d8dce2",
    accent="#0f6b5c",
    categories=("#0067a5", "#c24e00", "#007d5a", "#a04a84", "#7a5c00", "#566072"),
    amounts=("#7fb3d5", "#07406b"),
)
DARK = Palette(
    suffix=".dark.svg",
    paper="#14181e",
    raised="#1b2129",
    ink="#e4e8ee",
    soft="#a3aebc",
    line="#353d49",
    accent="#6cc7b4",
    categories=("#56b4e9", "#f0913f", "#3cc79a", "#dd8fbd", "#d9bf4a", "#a3aebc"),
    amounts=("#2f6f9f", "#a9dcff"),
)
PALETTES = (LIGHT, DARK)


def configuration(palette: Palette) -> dict[str, object]:
    """What Vega-Lite takes as `config`: <https://vega.github.io/vega-lite/docs/config.html>."""
    text = {"labelColor": palette.ink, "titleColor": palette.soft, "titleFontWeight": "normal"}
    sizes = {"labelFontSize": 12, "titleFontSize": 12}
    named = {
        "paper": palette.raised,
        "ink": palette.ink,
        "soft": palette.soft,
        "faint": palette.line,
        "accent": palette.accent,
    }
    return {
        "background": "transparent",
        "font": FONT,
        "padding": 4,
        "params": [{"name": name, "value": value} for name, value in named.items()],
        "view": {"stroke": None, "continuousWidth": 520, "continuousHeight": 320},
        "axis": text
        | sizes
        | {
            "domainColor": palette.soft,
            "gridColor": palette.line,
            "tickColor": palette.line,
            "labelLimit": 320,
            "labelPadding": 6,
            "titlePadding": 10,
        },
        "axisBand": {"grid": False, "ticks": False, "domain": False},
        "header": text | {"labelFontSize": 13, "titleFontSize": 12, "labelFontWeight": "bold"},
        "legend": text | sizes | {"labelLimit": 320, "symbolStrokeColor": palette.ink, "orient": "top"},
        "title": {"color": palette.ink, "subtitleColor": palette.soft, "fontSize": 13, "anchor": "start"},
        "mark": {"color": palette.categories[0]},
        "text": {"color": palette.ink, "fontSize": 12},
        "rule": {"color": palette.soft},
        "geoshape": {"fill": palette.line, "stroke": palette.soft, "strokeWidth": 0.5},
        "range": {
            "category": list(palette.categories),
            "ordinal": list(palette.amounts),
            "ramp": list(palette.amounts),
            "heatmap": list(palette.amounts),
        },
    }
