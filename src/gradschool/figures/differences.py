"""The (n,) against (n, 1) mistake: the differences that it makes, and the line fitted with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, describe, text_size, widest
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import (
    LOOKS,
    Look,
    count_text,
    formula,
    legend,
    line,
    mean_squares,
    pairs,
    plot_points,
    short,
)
from gradschool.figures.sheets import CELL, cell_width
from gradschool.figures.style import (
    DPI,
    INK,
    LARGE,
    LINE,
    PALE,
    PAPER,
    QUIET,
    SIGNED,
    SMALL,
    ink_on,
    plot_axes,
)
from gradschool.figures.values import (
    FigureError,
    Numeric,
    numbers,
    numeric,
    on_cpu,
    shape_text,
    value_texts,
)

_MOST: Final = 200
_WRITTEN: Final = 10  # rows up to which the numbers are written in
_SIDE: Final = 3.2  # inches of a matrix without numbers


@dataclass(frozen=True)
class _Differences:
    """What `prediction - target` gives, as a grid.

    Attributes:
        shapes: of the two and of the result.
        grid: the differences, (n, n) or (n, 1).
        down: what changes from row to row, and its numbers.
        across: what changes from column to column; nothing if there is one column.
        meant: the mean of the squares of the n differences that pair item with item.
    """

    shapes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    grid: Tensor
    down: tuple[str, list[str]]
    across: tuple[str, list[str]]
    meant: float

    @property
    def code(self) -> str:
        one, other, result = map(shape_text, self.shapes)
        return f"prediction {one} - target {other} → {result}"

    @property
    def square(self) -> bool:
        """Whether every prediction met every target."""
        return self.grid.shape[1] > 1

    @property
    def written(self) -> bool:
        """Whether there is room for the numbers."""
        return len(self.grid) <= _WRITTEN

    @property
    def corner(self) -> tuple[float, float]:
        """Where the grid begins: right of what its rows are, below what its columns are."""
        height = len(self.grid) * CELL if self.written else _SIDE
        words = text_size(self.down[0], SMALL)[0]
        heads = widest(self.down[1], SMALL) + 0.16 if self.written else 0.1
        left = heads + (0.22 if words <= height else words + 0.1)
        return left, (0.78 if self.written else 0.6) if self.square else 0.3

    @property
    def levels(self) -> NDArray[np.float64]:
        """0 for the lowest difference, 0.5 for none, 1 for the highest; NaN for NaN."""
        values = self.grid.numpy()
        finite = np.abs(values[np.isfinite(values)])
        largest = float(finite.max()) if finite.size else 0.0
        scaled: NDArray[np.float64] = 0.5 + 0.5 * np.clip(values / (largest or 1.0), -1, 1)
        return scaled

    @property
    def verdicts(self) -> list[str]:
        n = len(self.grid)
        if not self.square:
            return [f"mean of the {n} square{'' if n == 1 else 's'}: {self.meant:.4g}"]
        return [
            f"mean of all {self.grid.numel()} squares: {float(self.grid.square().mean()):.4g}",
            f"mean of the {n} that were meant, on the diagonal: {self.meant:.4g}",
        ]


@for_readers
def residual_matrix(prediction: Numeric, target: Numeric) -> Figure:
    """`prediction - target` where one has the shape (n,) and the other (n, 1): n × n differences.

    The n differences that were meant, each prediction with its own target, lie on the diagonal and
    have a thick outline. If both shapes agree, only those n are there.

    Args:
        prediction: a tensor or an array of shape (n,) or (n, 1).
        target: likewise.

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, complex numbers, or more than 200 of them.
    """
    made = _differences(prediction, target)
    canvas = Canvas()
    canvas.code(0, 0, [(made.code, True)], size=LARGE)
    frame = _draw_grid(canvas, made)
    _draw_sides(canvas, made, frame)
    y = canvas.bottom + 0.14
    for verdict in made.verdicts:
        y = canvas.text(0, y, verdict, across="left", down="top", bold=True).bottom + 0.03
    canvas.note("blue: the prediction is too high; orange: too low; white: it is right", gap=0.06)
    pairs = "every prediction meets every target" if made.square else "each meets its own target"
    return canvas.finish(
        f"{made.code[0].upper()}{made.code[1:]}: {pairs}. {'; '.join(made.verdicts)}."
    )


def _differences(prediction: object, target: object) -> _Differences:
    one, other = _column(prediction, "prediction"), _column(target, "target")
    if one.numel() != other.numel():
        msg = (
            f"prediction has {one.numel()} numbers and target {other.numel()}; residual_matrix() needs "
            "one of each for every item."
        )
        raise FigureError(msg)
    # Bool has no minus, and what float16 loses is not the point here.
    difference = on_cpu(one).double() - on_cpu(other).double()
    grid = difference if difference.ndim == 2 else difference[:, None]
    shapes = tuple(one.shape), tuple(other.shape), tuple(difference.shape)
    sides = [
        (f"prediction {shape_text(one.shape)}", value_texts(numbers(one))),
        (f"target {shape_text(other.shape)}", value_texts(numbers(other))),
    ]
    # The column shape runs down the rows, the other one across the columns.
    down, across = sides if one.ndim == 2 else sides[::-1]
    if one.shape == other.shape or grid.shape[1] == 1:
        pairs = zip(sides[0][1], sides[1][1], strict=True)
        down, across = ("item by item", [f"{p} - {t}" for p, t in pairs]), ("", [])
    meant = on_cpu(one).double().flatten() - on_cpu(other).double().flatten()
    return _Differences(shapes, grid, down, across, float(meant.square().mean()))


def _column(value: object, name: str) -> Tensor:
    """One side of the difference, checked; (n,) or (n, 1)."""
    tensor, _ = numeric(value, name)
    n = _length(tensor)
    if n is None or tensor.is_complex():
        msg = (
            f"{name} has the shape {shape_text(tensor.shape)} and the dtype {tensor.dtype}; residual_matrix() "
            "draws real numbers of shape (n,) or (n, 1)."
        )
        raise FigureError(msg)
    if not 1 <= n <= _MOST:
        msg = (
            f"{name} has {n} numbers; residual_matrix() draws 1 to {_MOST}. Pass some: {name}[:8]."
        )
        raise FigureError(msg)
    return tensor


def _length(tensor: Tensor) -> int | None:
    """n, if the shape is (n,) or (n, 1)."""
    shape = tuple(tensor.shape)
    return shape[0] if shape and shape in ((shape[0],), (shape[0], 1)) else None


def _draw_grid(canvas: Canvas, made: _Differences) -> Frame:
    """Draws the differences, with their numbers if there is room; returns where they are."""
    rows, columns = made.grid.shape
    if not made.written:
        frame = Frame(*made.corner, max(_SIDE * columns / rows, 0.2), _SIDE)
        canvas.image(frame, _colours(made.levels), gid="residuals")
        canvas.rectangle(frame)
        if made.square:
            ends = (frame.x, frame.y), (frame.right, frame.bottom)
            canvas.line(*ends, colour=INK, width=2.4, gid="meant")
        return frame
    texts = value_texts(numbers(made.grid))
    width = cell_width(texts + made.across[1], least=0.4)
    frame = Frame(*made.corner, columns * width, rows * CELL)
    fills = _colours(made.levels)
    for number, text in enumerate(texts):
        row, column = divmod(number, columns)
        cell = frame.cell(row, column, (rows, columns))
        fill = to_hex(fills[row, column])
        name = f"residual:{row},{column}"
        canvas.rectangle(cell, fill=fill, edge=LINE, width=0.5, gid=name)
        canvas.text(*cell.middle, text, size=SMALL, colour=ink_on(fill), gid=name)
        if row == column or not made.square:
            canvas.rectangle(cell.grown(-0.01), width=2.4, above=4, gid=f"meant:{row},{column}")
    return frame


def _colours(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    colours = np.asarray(SIGNED(np.nan_to_num(levels, nan=0.5)), dtype=np.float64)
    colours[np.isnan(levels)] = to_rgba(PALE)
    return colours


def _draw_sides(canvas: Canvas, made: _Differences, frame: Frame) -> None:
    """Writes at the sides which numbers meet in a cell; in a large matrix only whose they are."""
    rows, columns = made.grid.shape
    beside, above = (widest(made.down[1], SMALL) + 0.14, 0.22) if made.written else (0.08, 0.08)
    for row, text in enumerate(made.down[1] if made.written else []):
        y = frame.cell(row, 0, (rows, columns)).middle[1]
        canvas.text(frame.x - 0.06, y, text, size=SMALL, across="right", colour=QUIET)
    canvas.axis_down(frame.y, frame.bottom, frame.x - beside, made.down[0])
    if not made.square:
        return
    for column, text in enumerate(made.across[1] if made.written else []):
        x = frame.cell(0, column, (rows, columns)).middle[0]
        canvas.text(x, frame.y - 0.03, text, size=SMALL, down="bottom", colour=QUIET)
    canvas.axis_across(frame.x, frame.right, frame.y - above, made.across[0])


# Lines


@for_readers
def fitted_lines(x: Numeric, y: Numeric, lines: Mapping[str, tuple[float, float]]) -> Figure:
    """Points and lines through them, each with its mean squared error, which is computed here.

    Args:
        x: where the points are: a tensor or an array, (n,) or (n, 1).
        y: how high they are, as many.
        lines: for each line its name, and its slope and intercept: `{"fitted": (w, b)}`.

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, no points, no line, or more lines than can be told apart.
    """
    across, up = pairs(x, y)
    if not isinstance(lines, Mapping) or not 1 <= len(lines) <= len(LOOKS):  # type: ignore[redundant-expr]
        msg = (
            f"lines is {lines!r:.60}; fitted_lines() draws 1 to {len(LOOKS)} lines, each with a name: "
            '{"fitted": (slope, intercept)}.'
        )
        raise FigureError(msg)
    figure = Figure(figsize=(7.4, 4.2), dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "x", "y")
    middle, reach = (across.min() + across.max()) / 2, np.ptp(across) / 2 or 0.5
    ends = np.array([middle - reach, middle + reach])
    said = []
    for (name, pair), (colour, dashes, _) in zip(lines.items(), LOOKS, strict=False):
        slope, intercept = line(pair, f"The line {name!r}")
        (error,) = mean_squares(across, up, [(slope, intercept)])
        said.append(f"{name}: {formula(slope, intercept)}, mean squared error {short(error)}")
        with np.errstate(over="ignore", invalid="ignore"):
            height = slope * ends + intercept
        if not np.isfinite(height).all():
            height, said[-1] = np.full(2, np.nan), f"{said[-1]} ✗ nothing to draw"
        look: Look = {"color": colour, "linestyle": dashes, "linewidth": 2.2}
        axes.plot(ends, height, label=said[-1], gid=f"line:{name}", **look)
    plot_points(axes, across, up)
    legend(figure)
    count = count_text(len(up), "point")
    return describe(
        figure,
        f"A plot of {count} and {count_text(len(said), 'line')}. {'; '.join(said)}.",
    )
