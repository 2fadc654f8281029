"""A drawing board for pictures made of boxes, words and arrows.

It is measured in inches with y running downwards, as rows of a tensor do. It notes how far
everything put on it reaches, words included, and cuts the figure to that size: nothing can be
clipped, and a point on the board is a point on the page.
"""

import textwrap
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Polygon, Rectangle
from matplotlib.textpath import text_to_path
from numpy.typing import NDArray

from gradschool.figures.style import DPI, INK, MARK, MONO, NORMAL, PAPER, QUIET, SANS, SMALL

Horizontal = Literal["left", "center", "right"]
Vertical = Literal["top", "center", "bottom"]

MARGIN: Final = 0.12
_LONGEST_NOTE: Final = 110  # characters
_HINTING: Final = 1.06  # at few pixels to the inch letters are set wider than they are designed
_LINE_HEIGHT: Final = 1.25  # of the font size; what matplotlib leaves between lines


class Frame(NamedTuple):
    """A rectangle on the board: its left upper corner, width and height in inches."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.h

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle."""
        return self.x + self.w / 2, self.y + self.h / 2

    def moved(self, dx: float, dy: float) -> "Frame":
        """The same rectangle elsewhere."""
        return Frame(self.x + dx, self.y + dy, self.w, self.h)

    def grown(self, by: float) -> "Frame":
        """The rectangle with a border of that width around it (negative: inside it)."""
        return Frame(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def cell(self, row: int, column: int, shape: tuple[int, int]) -> "Frame":
        """One cell of the rectangle cut into `shape` rows and columns."""
        w, h = self.w / max(shape[1], 1), self.h / max(shape[0], 1)
        return Frame(self.x + column * w, self.y + row * h, w, h)


@lru_cache(maxsize=4096)
def text_size(
    text: str, size: float = NORMAL, *, bold: bool = False, mono: bool = False
) -> tuple[float, float]:
    """Width and height in inches of a text as it will be drawn, several lines included."""
    font = FontProperties(family=MONO if mono else SANS, size=size, weight=_weight(bold))
    lines = text.split("\n")
    widths = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines
    ]
    return max(widths) / 72 * _HINTING, len(lines) * size * _LINE_HEIGHT / 72


def widest(texts: Iterable[str], size: float = NORMAL, *, bold: bool = False) -> float:
    """The width in inches of the longest of some texts; 0 if there are none."""
    return max((text_size(text, size, bold=bold)[0] for text in texts), default=0.0)


def flow(
    sizes: Sequence[tuple[float, float]], width: float, gap: tuple[float, float]
) -> list[tuple[float, float]]:
    """Where to put things of these sizes, as words are put on a page.

    Args:
        sizes: width and height of each thing.
        width: how wide a line may become; a single wider thing has a line of its own.
        gap: the space between neighbours and the space between lines.

    Returns:
        The left upper corner of each; things on one line hang from a common height.
    """
    lines: list[list[int]] = []
    used = 0.0
    for number, (w, _) in enumerate(sizes):
        if lines and used + gap[0] + w <= width:
            lines[-1].append(number)
            used += gap[0] + w
        else:
            lines.append([number])
            used = w
    corners: list[tuple[float, float]] = []
    y = 0.0
    for line in lines:
        height = max(sizes[number][1] for number in line)
        x = 0.0
        for number in line:
            corners.append((x, y))
            x += sizes[number][0] + gap[0]
        y += height + gap[1]
    return corners


def _weight(bold: bool) -> str:  # noqa: FBT001 - passes a keyword on
    return "bold" if bold else "normal"


class Canvas:
    """The board. Put things on it, then `finish` it with a description."""

    def __init__(self) -> None:
        self.figure = Figure(dpi=DPI, facecolor=PAPER)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self._xs: list[float] = []
        self._ys: list[float] = []

    @property
    def top(self) -> float:
        """The highest place used up to now."""
        return min(self._ys, default=0.0)

    @property
    def bottom(self) -> float:
        """The lowest place used up to now."""
        return max(self._ys, default=0.0)

    def reserve(self, *points: tuple[float, float]) -> None:
        """Makes the board reach these points."""
        self._xs += [x for x, _ in points]
        self._ys += [y for _, y in points]

    def rectangle(
        self,
        frame: Frame,
        *,
        fill: str = "none",
        edge: str = INK,
        width: float = 0.8,
        dashed: bool = False,
        hatch: str | None = None,
        above: float = 1,
        gid: str | None = None,
    ) -> None:
        """Draws a rectangle; `gid` names it, so that a test (or a reader of the SVG) finds it."""
        patch = Rectangle(
            (frame.x, frame.y),
            frame.w,
            frame.h,
            facecolor=fill,
            edgecolor=edge,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "solid",
            hatch=hatch,
            zorder=above,
            gid=gid,
        )
        self.axes.add_patch(patch)
        self.reserve((frame.x, frame.y), (frame.right, frame.bottom))

    def polygon(
        self, *points: tuple[float, float], fill: str, edge: str = INK, gid: str | None = None
    ) -> None:
        """Draws a filled shape with straight sides through the points."""
        self.axes.add_patch(
            Polygon(points, facecolor=fill, edgecolor=edge, linewidth=0.8, zorder=1, gid=gid)
        )
        self.reserve(*points)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = NORMAL,
        across: Horizontal = "center",
        down: Vertical = "center",
        colour: str = INK,
        bold: bool = False,
        mono: bool = False,
        upright: bool = False,
        gid: str | None = None,
    ) -> Frame:
        """Writes a text at a point.

        Args:
            x: the point's x.
            y: the point's y.
            text: what to write; a new line starts a new line, `$` is an ordinary character.
            size: in points.
            across: which side of the text lies on the point.
            down: which end of the text lies on the point.
            colour: of the text.
            bold: whether in bold.
            mono: whether in the font for code.
            upright: turned to read upwards; `across` and `down` then hold for the turned text.
            gid: names the text for tests.

        Returns:
            The frame that the text fills.
        """
        w, h = text_size(text, size, bold=bold, mono=mono)
        w, h = (h, w) if upright else (w, h)
        frame = Frame(
            x - {"left": 0.0, "center": w / 2, "right": w}[across],
            y - {"top": 0.0, "center": h / 2, "bottom": h}[down],
            w,
            h,
        )
        self.axes.text(
            x,
            y,
            text,
            fontsize=size,
            family=MONO if mono else SANS,
            weight=_weight(bold),
            color=colour,
            ha=across,
            va=down,
            rotation=90 if upright else 0,
            parse_math=False,
            zorder=6,
            gid=gid,
        )
        self.reserve((frame.x, frame.y), (frame.right, frame.bottom))
        return frame

    def code(
        self, x: float, y: float, parts: Sequence[tuple[str, bool]], *, size: float = NORMAL
    ) -> None:
        """Writes code from the point (left, middle) on, with the marked parts in bold."""
        for text, bold in parts:
            self.text(x, y, text, size=size, across="left", bold=bold, mono=True)
            # Every character of the font is as wide as every other, spaces included.
            x += len(text) * text_size("0", size, bold=bold, mono=True)[0] / _HINTING

    def image(self, frame: Frame, colours: NDArray[np.float64], *, gid: str | None = None) -> None:
        """Fills a rectangle with coloured cells (rows, columns, 4): quicker than boxes."""
        picture = AxesImage(
            self.axes,
            extent=(frame.x, frame.right, frame.bottom, frame.y),
            origin="upper",
            interpolation="nearest",
            zorder=1,
        )
        picture.set_data(colours)
        picture.set_gid(gid)
        self.axes.add_image(picture)
        self.reserve((frame.x, frame.y), (frame.right, frame.bottom))

    def line(
        self,
        *points: tuple[float, float],
        colour: str = INK,
        width: float = 1.0,
        dashed: bool = False,
        above: float = 2,
        gid: str | None = None,
    ) -> None:
        """Draws a line through the points."""
        line = Line2D(
            [x for x, _ in points],
            [y for _, y in points],
            color=colour,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "solid",
            solid_capstyle="butt",
            zorder=above,
            gid=gid,
        )
        self.axes.add_line(line)
        self.reserve(*points)

    def arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str = QUIET,
        width: float = 1.0,
        turned: bool = False,
        above: float = 2,
        gid: str | None = None,
    ) -> None:
        """Draws an arrow from one point to another; `turned` starts upright and ends level."""
        arrow = FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>,head_length=4,head_width=2",
            connectionstyle="angle3,angleA=90,angleB=0" if turned else "arc3",
            color=colour,
            linewidth=width,
            shrinkA=0,
            shrinkB=0,
            mutation_scale=1,
            zorder=above,
            gid=gid,
        )
        self.axes.add_patch(arrow)
        self.reserve(start, end)

    def axis_across(
        self, x: float, right: float, y: float, label: str, *, below: bool = False
    ) -> None:
        """An arrow to the right at height y with its label above it: which way an axis runs."""
        self.arrow((x, y), (max(right, x + 0.3), y))
        self.text(
            x,
            y + (0.03 if below else -0.03),
            label,
            size=SMALL,
            across="left",
            down="top" if below else "bottom",
            colour=QUIET,
        )

    def axis_down(self, y: float, bottom: float, x: float, label: str) -> None:
        """A downward arrow at x with its label to the left of it, set upright if there is room."""
        bottom = max(bottom, y + 0.3)
        self.arrow((x, y), (x, bottom))
        upright = text_size(label, SMALL)[0] <= bottom - y
        self.text(
            x - 0.05,
            (y + bottom) / 2,
            label,
            size=SMALL,
            across="right",
            colour=QUIET,
            upright=upright,
        )

    def cross(self, x: float, y: float, *, size: float = 16, gid: str | None = None) -> None:
        """A ✗ that says: here it goes wrong. It has a white ground to stand out on any fill."""
        half = size / 72 * 0.42
        for sign in (1, -1):
            for colour, width, above in ((PAPER, 5.0, 4.0), (MARK, 2.6, 5.0)):
                self.line(
                    (x - half, y - sign * half),
                    (x + half, y + sign * half),
                    colour=colour,
                    width=width * size / 16,
                    above=above,
                    gid=gid if above > 4 else None,
                )

    def note(self, *lines: str, x: float = 0.0, gap: float = 0.14) -> None:
        """Writes quiet lines below everything drawn up to now; long ones are broken."""
        y = self.bottom + gap
        for line in lines:
            for part in textwrap.wrap(line, _LONGEST_NOTE):
                written = self.text(x, y, part, size=SMALL, across="left", down="top", colour=QUIET)
                y = written.bottom + 0.02

    def finish(self, description: str) -> Figure:
        """Cuts the board to what is on it and attaches the description.

        Returns:
            The figure; one inch of it is one unit of its axes.
        """
        left, right = min(self._xs) - MARGIN, max(self._xs) + MARGIN
        top, bottom = min(self._ys) - MARGIN, max(self._ys) + MARGIN
        self.figure.set_size_inches(right - left, bottom - top)
        self.axes.set_xlim(left, right)
        self.axes.set_ylim(bottom, top)
        self.axes.set_aspect("auto")
        return describe(self.figure, description)


def describe(figure: Figure, description: str) -> Figure:
    """Attaches the text that stands for the figure where it cannot be seen."""
    figure.set_label(description)
    return figure
