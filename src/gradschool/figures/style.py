"""One look for every picture: the palette, the fonts and what keeps text legible.

Colours are seaborn's "colorblind" set, whose members stay apart for readers with any common
colour vision deficiency. No picture may rest on colour alone: pair it with a label, a number,
a mark or a line style.
"""

from typing import Final

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

PALETTE: Final[tuple[str, ...]] = tuple(sns.color_palette("colorblind").as_hex())
BLUE, ORANGE, GREEN, VERMILION, PINK, BROWN, ROSE, GREY, YELLOW, SKY = PALETTE

INK: Final = "#1a1a1a"
QUIET: Final = "#565656"  # 7:1 on white: quieter than INK, still easy to read
LINE: Final = "#8c8c8c"
PALE: Final = "#efefef"
PAPER: Final = "#ffffff"
WRONG: Final = VERMILION  # always together with a ✗ or with words
MARK: Final = "#b34700"  # vermilion, dark enough for a thin outline

# Both fonts come with matplotlib, so that a picture is the same on every machine.
SANS: Final = "DejaVu Sans"
MONO: Final = "DejaVu Sans Mono"

SMALL: Final = 8.0  # points; nothing is set smaller
NORMAL: Final = 9.0
LARGE: Final = 10.5

DPI: Final = 96  # CSS pixels to an inch: at this density a point is a point on the page
WIDEST: Final = 9.4  # inches; the width of a notebook's output area

SHADES: Final[Colormap] = sns.color_palette("crest", as_cmap=True)  # light = low, dark = high


# For numbers with a sign, 0 in the middle: below it orange, above it blue.
SIGNED: Final[Colormap] = LinearSegmentedColormap.from_list("signed", [ORANGE, PAPER, BLUE])


def shade(level: float, colours: Colormap = SHADES) -> str:
    """The colour for a level between 0 (light) and 1 (dark)."""
    return to_hex(colours(min(max(level, 0.0), 1.0)))


def tint(colour: str, strength: float) -> str:
    """The colour thinned with white: strength 1 leaves it as it is, 0 gives white."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(colour))
    return to_hex((red, green, blue))


def ramp(colour: str) -> Colormap:
    """A light-to-dark map in one hue, for pictures where the hue says which item it is."""
    return LinearSegmentedColormap.from_list("ramp", [tint(colour, 0.2), colour])


def deep(colour: str) -> str:
    """The colour darkened until a thin line of it is easy to see on white (3:1)."""
    while contrast(colour, PAPER) < 3:
        red, green, blue = (channel * 0.92 for channel in to_rgb(colour))
        colour = to_hex((red, green, blue))
    return colour


def luminance(colour: str) -> float:
    """The relative luminance of a colour as WCAG 2 defines it, between 0 and 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, from 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on the colour (always at least 4.5:1)."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, colour))


def plot_axes(figure: Figure, x_label: str, y_label: str, place: SubplotSpec | None = None) -> Axes:
    """Axes in seaborn's white-grid style for pictures that plot one quantity against another.

    The style is set on the artists and not with rcParams: ticks made late would miss a
    context manager, and a student's own settings stay as they are. `place` is their place in a
    grid; by default they fill the figure.
    """
    axes = figure.add_subplot() if place is None else figure.add_subplot(place)
    axes.set_axisbelow(True)
    axes.grid(visible=True, color="#dcdcdc", linewidth=0.8)
    axes.tick_params(which="both", length=0, labelsize=SMALL, labelcolor=INK, labelfontfamily=SANS)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(LINE)
    axes.set_xlabel(x_label, fontsize=NORMAL, family=SANS, color=INK)
    axes.set_ylabel(y_label, fontsize=NORMAL, family=SANS, color=INK)
    return axes
