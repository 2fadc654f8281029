"""What plots of points, lines and losses share: checked numbers, looks, and what fits the page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.style import (
    BLUE,
    GREEN,
    INK,
    NORMAL,
    ORANGE,
    PAPER,
    PINK,
    SANS,
    deep,
    tint,
)
from gradschool.figures.values import FigureError, numeric, on_cpu, shape_text

Numbers = NDArray[np.float64]
Look = dict[str, Any]  # keyword arguments of a plotting function

# Colour, dashes and mark: curves are told apart without their colours.
LOOKS: Final[tuple[tuple[str, Any, str], ...]] = (
    (BLUE, "solid", "o"),
    (deep(ORANGE), (0, (6, 2)), "s"),
    (deep(GREEN), (0, (2, 1.5)), "^"),
    (INK, (0, (6, 2, 1.5, 2)), "D"),
    (deep(PINK), (0, (1, 1)), "v"),
)
POINTS: Final = tint(INK, 0.75)


def points(value: object, name: str) -> Numbers:
    """One coordinate of some points: finite real numbers of shape (n,) or (n, 1), at least one."""
    tensor, _ = numeric(value, name)
    shape = tuple(tensor.shape)
    if (
        not shape
        or shape not in ((shape[0],), (shape[0], 1))
        or not shape[0]
        or tensor.is_complex()
    ):
        msg = (
            f"{name} has the shape {shape_text(shape)} and the dtype {tensor.dtype}; points are "
            "real numbers of shape (n,) or (n, 1), at least one."
        )
        raise FigureError(msg)
    found: Numbers = on_cpu(tensor).double().flatten().numpy()
    wrong = int((~np.isfinite(found)).sum())
    if wrong:
        msg = (
            f"{name} has {count_text(wrong, 'number')} that {'is' if wrong == 1 else 'are'} nan or inf and "
            f"no place on an axis. Find out where: torch.isfinite({name})."
        )
        raise FigureError(msg)
    return found


def pairs(x: object, y: object, names: tuple[str, str] = ("x", "y")) -> tuple[Numbers, Numbers]:
    """Both coordinates of some points, as many of one as of the other."""
    across, up = points(x, names[0]), points(y, names[1])
    if len(across) != len(up):
        msg = (
            f"{names[0]} has {count_text(len(across), 'number')} and {names[1]} {len(up)}; "
            "a point needs one of each."
        )
        raise FigureError(msg)
    return across, up


def line(pair: Any, name: str) -> tuple[float, float]:
    """Slope and intercept of a line; they may be nan or inf."""
    try:
        slope, intercept = map(_real, pair)
    except (TypeError, ValueError, RuntimeError):
        msg = f"{name} is {pair!r:.60}; give its slope and intercept: two numbers."
        raise FigureError(msg) from None
    return slope, intercept


def _real(value: Any) -> float:
    # torch warns when a number that requires a gradient is read.
    return float(value.detach() if isinstance(value, Tensor) else value)


def series(values: Any, name: str) -> Numbers:
    """Numbers in a row, one for each step; they may be nan or inf."""
    try:
        found = np.array([_real(value) for value in values], dtype=np.float64)
    except (TypeError, ValueError, RuntimeError):
        msg = f"{name} is {values!r:.60}; give one number for each step: [4.2, 1.3, 0.7]."
        raise FigureError(msg) from None
    if not found.size:
        msg = f"{name} is empty; give at least one number."
        raise FigureError(msg)
    return found


def named(values: Any, what: str, example: str, most: int = len(LOOKS)) -> dict[str, Any]:
    """A mapping from names to what is drawn, not more than can be told apart."""
    if not isinstance(values, Mapping) or not 1 <= len(values) <= most:
        msg = f"{what} is {values!r:.60}; give 1 to {most} of them, each with a name: {example}."
        raise FigureError(msg)
    return {str(name): value for name, value in values.items()}


def mean_squares(across: Numbers, up: Numbers, lines: Sequence[tuple[float, float]]) -> Numbers:
    """The mean squared error of each line; inf or nan for a line that has diverged."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([np.mean((w * across + b - up) ** 2) for w, b in lines])


def reach(values: Numbers, pad: float = 0.06) -> tuple[float, float]:
    """From where to where an axis must run so that all the numbers are on it."""
    low, high = float(values.min()), float(values.max())
    room = pad * (high - low) or 0.5 * max(abs(low), 1.0)
    return low - room, high + room


def clipped(
    pair: tuple[float, float], across: tuple[float, float], up: tuple[float, float]
) -> tuple[tuple[tuple[float, float], tuple[float, float]] | None, str]:
    """The part of a line that is in a picture.

    Args:
        pair: slope and intercept.
        across: from where to where the picture's x runs.
        up: from where to where its y runs.

    Returns:
        Its two ends, left one first, and nothing; or None and why no line can be seen.
    """
    slope, intercept = pair
    if not np.isfinite(pair).all():
        return None, "no line: nan or inf"
    with np.errstate(over="ignore"):
        heights = slope * np.array(across) + intercept
    if (heights > up[1]).all() or (heights < up[0]).all():
        return None, f"the line is {'above' if heights[0] > up[1] else 'below'} the picture"
    # A little beyond the picture, so that the ends of a thick line are not seen.
    room = up[1] - up[0]
    ends = np.clip(heights, up[0] - room, up[1] + room)
    places = np.array(across)
    if slope and (ends != heights).any():
        cut = (ends - intercept) / slope
        places = np.where(ends == heights, places, np.clip(cut, *across))
    (x0, x1), (y0, y1) = places.tolist(), ends.tolist()
    return ((x0, y0), (x1, y1)), ""


def spread(count: int, most: int) -> list[int]:
    """Up to `most` of the steps 0 to count - 1, dense at the beginning; first and last included."""
    if count <= most:
        return list(range(count))
    # Rounding makes early ones coincide, so that more are asked for than are wanted.
    tries = [
        {round(float(mark)) - 1 for mark in np.geomspace(1, count, asked)}
        for asked in range(most, 8 * most)
    ]
    found = len(max(tries, key=lambda marks: len(marks) if len(marks) <= most else 0))
    return sorted(next(marks for marks in tries if len(marks) == found))


def legend(figure: Figure, columns: int = 1) -> Legend:
    """A legend above the axes, where it hides nothing; what has the same name stands there once."""
    entries = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries.update(dict(zip(labels, handles, strict=True)))
    made = figure.legend(
        entries.values(),
        entries.keys(),
        loc="outside upper left",
        frameon=False,
        prop={"family": SANS, "size": NORMAL},
        handlelength=3.2,
        labelcolor=INK,
        ncols=columns,
    )
    for text in made.get_texts():
        text.set_parse_math(False)
    return made


def point_scale(count: int) -> float:
    """How large so many points may be drawn, next to a few."""
    return 1.0 if count <= 60 else 0.75 if count <= 300 else 0.5


def plot_points(axes: Axes, across: Numbers, up: Numbers, size: float = 5, **more: Any) -> None:
    """Plots data points above everything else, smaller ones if they are many."""
    size, edge = size * point_scale(len(up)), 0.6 * point_scale(len(up))
    look: Look = {"color": POINTS, "markersize": size, "markeredgecolor": PAPER, "zorder": 4}
    label: Look = {"label": f"data, {count_text(len(up), 'point')}", "gid": "points"}
    axes.plot(across, up, "o", markeredgewidth=edge, **{**look, **label, **more})


def formula(slope: float, intercept: float) -> str:
    """A line as an equation: `y = 3 x - 0.5`."""
    sign = "-" if intercept < 0 else "+"
    return f"y = {short(slope)} x {sign} {short(abs(intercept))}"


def short(value: float) -> str:
    """A number with three digits, never `-0`: `0.54`, `2e-8`, `inf`."""
    text = f"{value:.3g}"
    mantissa, mark, exponent = text.partition("e")
    text = f"{mantissa}e{int(exponent)}" if mark else text
    return "0" if text == "-0" else text


def count_text(count: int, what: str) -> str:
    """So many of something: `1 point`, `3 points`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
