"""Words placed inside axes where they hide nothing and nothing hides them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from gradschool.figures.canvas import Frame, Horizontal, text_size
from gradschool.figures.plotting import Look, Numbers
from gradschool.figures.style import INK, PAPER, QUIET, SANS, SMALL

_NEAR: Final = 7.0  # points from the middle of a mark to a text beside it
_SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_ROW: Final = 0.17  # inches from one row of words to the next


class Label(NamedTuple):
    """Words and the points beside which they may stand, the best one first.

    Attributes:
        text: what to write.
        anchors: data coordinates.
        distances: how far away, in points.
        gid: names the text.
    """

    text: str
    anchors: Sequence[tuple[float, float]]
    distances: Sequence[float] = (_NEAR, 16.0, 28.0, 42.0)
    gid: str = ""


class Places:
    """The room inside some axes: what is taken, and what can still be written where.

    Lay the figure out before; what is written here does not change its layout.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        figure = axes.figure
        self._inch = figure.dpi
        box = axes.get_window_extent()
        self._room = Frame(
            *(float(v) / self._inch for v in (box.x0, box.y0, box.width, box.height))
        )
        self._taken: list[Frame] = []
        self._crossed: list[Frame] = []

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the data is, in inches from the left lower corner of the figure."""
        across, up = self.axes.transData.transform((x, y)) / self._inch
        return float(across), float(up)

    def take(self, points: Iterable[tuple[float, float]], size: float = 0.11) -> None:
        """Keeps words away from these points of the data."""
        for x, y in (self.point(*point) for point in points):
            self._taken.append(Frame(x - size / 2, y - size / 2, size, size))

    def cross(self, xs: Numbers, ys: Numbers) -> None:
        """Keeps words off this line."""
        with np.errstate(invalid="ignore"):
            ends = self.axes.transData.transform(np.column_stack([xs, ys])) / self._inch
        for start, end in pairwise(ends):
            if not np.isfinite([start, end]).all():
                continue
            steps = max(2, min(400, int(np.hypot(*(end - start)) / 0.05)))
            self._crossed += [
                Frame(x - 0.02, y - 0.02, 0.04, 0.04)
                for x, y in np.linspace(start, end, steps).tolist()
            ]

    def write(self, label: Label) -> bool:
        """Writes a label at the first of its places that is free; False if none is.

        Away from its point it has a thin line to it.
        """
        w, h = text_size(label.text, SMALL)
        for distance in label.distances:
            for anchor in label.anchors:
                x, y = self.point(*anchor)
                for side in _SIDES:
                    frame = _beside((x, y), side, distance / 72, (w, h))
                    clear = self._clear((x, y), side, distance / 72)
                    if clear and self._free(frame):
                        self._taken.append(frame)
                        self._annotate(label, anchor, side, distance)
                        return True
        return False

    def _clear(self, point: tuple[float, float], side: tuple[int, int], distance: float) -> bool:
        """Whether the line from a point to its words meets no other mark and no other words."""
        away = [0.11 + 0.03 * step for step in range(int(max(distance - 0.11, 0.0) / 0.03))]
        spots = [Frame(point[0] + side[0] * d, point[1] + side[1] * d, 0, 0) for d in away]
        return not any(_meet(spot, other) for spot in spots for other in self._taken)

    def _free(self, frame: Frame) -> bool:
        inside = (
            frame.x >= self._room.x
            and frame.right <= self._room.right
            and frame.y >= self._room.y
            and frame.bottom <= self._room.bottom
        )
        return inside and not any(_meet(frame, other) for other in (*self._taken, *self._crossed))

    def _annotate(
        self, label: Label, anchor: tuple[float, float], side: tuple[int, int], distance: float
    ) -> None:
        across: Horizontal = ("center", "left", "right")[side[0]]
        offset: Look = {
            "xytext": (side[0] * distance, side[1] * distance),
            "textcoords": "offset points",
        }
        look: Look = {"fontsize": SMALL, "family": SANS, "color": INK, "ha": across, "zorder": 6}
        text = self.axes.annotate(
            label.text,
            anchor,
            va=("center", "bottom", "top")[side[1]],
            parse_math=False,
            gid=label.gid,
            **offset,
            **look,
        )
        text.set_in_layout(False)
        if distance > label.distances[0]:
            line: Look = {"arrowstyle": "-", "color": QUIET, "linewidth": 0.7, "shrinkA": 0}
            thread = self.axes.annotate("", anchor, arrowprops={**line, "shrinkB": 5}, **offset)
            thread.set_in_layout(False)

    def rule(self, x: float, row: int, words: str, gid: str) -> None:
        """Writes words beside an upright line at x, so many rows above the horizontal axis."""
        w, h = text_size(words, SMALL)
        at = self.point(x, self.axes.get_ylim()[0])
        left = at[0] + 0.06 + w > self._room.right
        bottom = 0.04 + row * _ROW
        frame = Frame(at[0] - 0.06 - w if left else at[0] + 0.06, at[1] + bottom, w, h)
        self._taken.append(frame)
        look: Look = {"fontsize": SMALL, "family": SANS, "color": INK, "zorder": 6}
        text = self.axes.annotate(
            words,
            (x, 0),
            xycoords=self.axes.get_xaxis_transform(),
            xytext=(-4.3 if left else 4.3, bottom * 72),
            textcoords="offset points",
            ha="right" if left else "left",
            va="bottom",
            parse_math=False,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5},
            gid=gid,
            **look,
        )
        text.set_in_layout(False)


def room_for_rules(rows: int, inches: float) -> float:
    """Which part of axes so many inches high the rows of `Places.rule` fill."""
    return (0.1 + rows * _ROW) / inches


def _beside(
    point: tuple[float, float], side: tuple[int, int], distance: float, size: tuple[float, float]
) -> Frame:
    # Inches upwards: the frame's y is its lower side.
    x, y = point[0] + side[0] * distance, point[1] + side[1] * distance
    return Frame(x - size[0] * (1 - side[0]) / 2, y - size[1] * (1 - side[1]) / 2, size[0], size[1])


def _meet(one: Frame, other: Frame, gap: float = 0.015) -> bool:
    return (
        one.x < other.right + gap
        and other.x < one.right + gap
        and one.y < other.bottom + gap
        and other.y < one.bottom + gap
    )


def logarithmic(axes: Axes, across: Any, up: Any) -> None:
    """Makes both axes logarithmic, with a number at the powers of ten only.

    Args:
        axes: the axes; their limits are set already.
        across: turns a number on the horizontal axis into words.
        up: likewise for the vertical one.
    """
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis, words in ((axes.xaxis, across), (axes.yaxis, up)):
        axis.set_major_locator(LogLocator(numticks=10))
        axis.set_major_formatter(FuncFormatter(lambda value, _, words=words: words(value)))
        axis.set_minor_formatter(NullFormatter())
