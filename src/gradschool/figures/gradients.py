"""Gradients as pictures: at right angles to contours, by depth of a layer, and as a matrix."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, describe, widest
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import LOOKS, legend
from gradschool.figures.sheets import CELL, cell_width, paint
from gradschool.figures.slopes import Function, at_point, heights, interval, number, signed
from gradschool.figures.style import (
    DPI,
    INK,
    LARGE,
    MARK,
    NORMAL,
    PAPER,
    QUIET,
    SANS,
    SHADES,
    SIGNED,
    SMALL,
    plot_axes,
)
from gradschool.figures.values import FigureError, numbers, numeric, shape_text, value_texts

_FINE: Final = 56  # points along a side of the contour plot
_ARROWS: Final = 9  # arrows along a side


@for_readers
def gradient_field(
    f: Function,
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    at: Sequence[tuple[float, float]] | None = None,
) -> Figure:
    """Contours of a function of two numbers and its gradient: an arrow at right angles to them.

    Both axes have the same scale, so that a right angle is one on the page. At the points `at` the
    contour through the point is drawn, with the gradient (uphill) and its negative (downhill).

    Args:
        f: takes two 0-d tensors and returns one.
        x_span: from where to where the first one runs.
        y_span: from where to where the second one runs.
        at: points to look at closely, up to six; by default one.

    Returns:
        The figure.

    Raises:
        FigureError: if f returns something else, its result has no graph, or a span is no interval.
    """
    spans = interval(x_span, "x_span"), interval(y_span, "y_span")
    points = _looked_at(at, spans)
    fine = list(np.meshgrid(*(np.linspace(*span, _FINE) for span in spans)))
    levels = heights(f, *fine)
    coarse = [_inner(span) for span in spans]
    sides = spans[0][1] - spans[0][0], spans[1][1] - spans[1][0]
    scale = min(6.4 / sides[0], 4.8 / sides[1])
    figure = Figure(
        figsize=(max(sides[0] * scale + 1.6, 4.2), sides[1] * scale + 1.5),
        dpi=DPI,
        facecolor=PAPER,
        layout="constrained",
    )
    axes = plot_axes(figure, "x", "y")
    axes.set_aspect("equal")
    filled = axes.contourf(*fine, levels, levels=14, cmap=SHADES, alpha=0.55)
    axes.contour(
        *fine, levels, levels=filled.levels, colors=PAPER, linewidths=0.8, linestyles="solid"
    )
    bar = figure.colorbar(filled, ax=axes, shrink=0.9)
    bar.ax.tick_params(labelsize=SMALL, length=0)
    bar.set_label("f(x, y)", fontsize=NORMAL, family=SANS, color=INK)
    _draw_field(axes, f, coarse, sides)
    said = [_draw_point(axes, f, point, fine, levels, sides) for point in points]
    axes.set_xlim(*spans[0])
    axes.set_ylim(*spans[1])
    axes.tick_params(pad=7)  # the axes' numbers meet at the corner
    legend(figure)
    return describe(
        figure,
        f"Contours of a function of x and y with its gradient as arrows, each at right angles to the "
        f"contour through its foot and pointing uphill. {'; '.join(said)}.",
    )


def _inner(span: tuple[float, float]) -> NDArray[np.float64]:
    edge = (span[1] - span[0]) / (2 * _ARROWS)
    return np.linspace(span[0] + edge, span[1] - edge, _ARROWS)


def _looked_at(at: Any, spans: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    if at is None:
        (a, b), (c, d) = spans
        return [(a + 0.3 * (b - a), c + 0.62 * (d - c))]
    points = []
    for point in at:
        try:
            x, y = point
        except (TypeError, ValueError):
            msg = f"A point is {point!r:.60}; give two numbers: at=[(1, 2)]."
            raise FigureError(msg) from None
        points.append((number(x, "x of a point"), number(y, "y of a point")))
    return points


def _draw_field(
    axes: Axes, f: Function, coarse: list[NDArray[np.float64]], sides: tuple[float, float]
) -> None:
    """Draws the field of arrows, the longest as long as the arrows are apart."""
    across, up = np.meshgrid(*coarse)
    slopes = np.array([at_point(f, x, y)[1:] for x, y in zip(across.flat, up.flat, strict=True)])
    lengths = np.hypot(*slopes.T)
    longest = lengths[np.isfinite(lengths)].max(initial=0.0) or 1.0
    reach = 0.9 * min(sides) / _ARROWS / longest
    axes.quiver(
        across,
        up,
        *(reach * slopes.T),
        color=INK,
        alpha=0.75,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.0035,
        pivot="tail",
        gid="field",
        zorder=3,
    )


def _draw_point(
    axes: Axes,
    f: Function,
    point: tuple[float, float],
    fine: list[NDArray[np.float64]],
    levels: NDArray[np.float64],
    sides: tuple[float, float],
) -> str:
    """Draws the contour through a point, the right angle, and the ways up and down."""
    height, *slope = at_point(f, *point)
    gradient = np.array(slope)
    length = float(np.hypot(*gradient))
    words = f"at ({point[0]:g}, {point[1]:g}): gradient ({signed(slope[0])}, {signed(slope[1])})"
    axes.plot(*point, "o", color=INK, markersize=6, markeredgecolor=PAPER, zorder=6)
    if not length:
        return f"{words}, no way is uphill"
    axes.contour(*fine, levels, levels=[height], colors=INK, linewidths=1.6, linestyles="dashed")
    unit = gradient / length
    reach = 0.16 * float(np.sqrt(sides[0] * sides[1]))
    for sign, colour, name in (
        (1, MARK, "gradient: steepest way up"),
        (-1, PAPER, "negative gradient: steepest way down"),
    ):
        end = point[0] + sign * reach * unit[0], point[1] + sign * reach * unit[1]
        axes.annotate(
            "",
            end,
            point,
            arrowprops={
                "arrowstyle": "-|>,head_length=.7,head_width=.35",
                "edgecolor": INK,
                "facecolor": colour,
                "linewidth": 1.6,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=5,
        )
        if axes.get_legend_handles_labels()[1].count(name) == 0:
            axes.plot(
                [], [], color=INK, marker=">", markerfacecolor=colour, markersize=8, label=name
            )
    small, side = 0.2 * reach, np.array([-unit[1], unit[0]])
    corner = np.array([point + small * unit, point + small * (unit + side), point + small * side])
    axes.plot(*corner.T, color=INK, linewidth=1.2, gid="right angle", zorder=5)
    return words


# Size of the gradient by layer


@for_readers
def gradient_norms(
    norms: Mapping[str, Sequence[float] | Tensor] | Sequence[float] | Tensor,
) -> Figure:
    """The size of the gradient layer by layer on a logarithmic axis: vanishing and exploding.

    Args:
        norms: for each network its name and a number for each layer, that of the layer nearest to
            the input first: `{"sigmoid": [...], "relu": [...]}`; or the numbers of one network.

    Returns:
        The figure.

    Raises:
        FigureError: for no numbers, negative ones, or more networks than can be told apart.
    """
    given = norms if isinstance(norms, Mapping) else {"gradient": norms}
    if not 1 <= len(given) <= len(LOOKS):
        msg = f"norms has {len(given)} entries; gradient_norms() draws 1 to {len(LOOKS)}."
        raise FigureError(msg)
    sizes = {str(name): _sizes(values, str(name)) for name, values in given.items()}
    figure = Figure(figsize=(7.6, 4.2), dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "layer (1 is nearest to the input)", "size of the gradient")
    axes.set_yscale("log")
    axes.axhline(1, color=QUIET, linewidth=1)
    said = []
    for (name, values), (colour, dashes, marker) in zip(sizes.items(), LOOKS, strict=False):
        drawn = np.where(np.isfinite(values) & (values > 0), values, np.nan)
        layers = np.arange(1, len(values) + 1)
        label = f"{name}: {values[0]:.1e} at layer 1, {values[-1]:.1e} at layer {len(values)}"
        axes.plot(
            layers,
            drawn,
            color=colour,
            linestyle=dashes,
            marker=marker,
            markersize=5,
            linewidth=1.8,
            label=label,
            gid=f"norms:{name}",
        )
        said.append(label)
        zeros = layers[values == 0]
        if zeros.size:
            height = axes.get_xaxis_transform()
            axes.plot(
                zeros,
                [0.02] * len(zeros),
                "x",
                color=colour,
                markersize=7,
                transform=height,
                gid=f"zeros:{name}",
            )
            axes.text(
                zeros[-1],
                0.06,
                "exactly 0",
                transform=height,
                ha="center",
                fontsize=SMALL,
                family=SANS,
                color=INK,
            )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(figure)
    return describe(
        figure, f"Size of the gradient against the layer, on a logarithmic axis. {'; '.join(said)}."
    )


def _sizes(values: Any, name: str) -> NDArray[np.float64]:
    try:
        sizes = np.array([float(v.detach() if isinstance(v, Tensor) else v) for v in values])
    except (TypeError, ValueError, RuntimeError):
        sizes = np.empty(0)
    if not sizes.size or (sizes < 0).any():
        msg = (
            f"{name} is {values!r:.60}; give the size of the gradient at each layer, none negative."
        )
        raise FigureError(msg)
    return sizes


# The Jacobian

_WRITTEN: Final = 10
_MOST: Final = 64


@for_readers
def jacobian(
    matrix: Tensor | NDArray[Any],
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> Figure:
    """A Jacobian as a grid of coloured cells: row i, column j is the slope of output i in input j.

    Args:
        matrix: two axes: outputs, inputs.
        rows: the names of the outputs; by default y0, y1, ….
        columns: the names of the inputs; by default x0, x1, ….

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, complex numbers, or wrong names.
    """
    data, _ = numeric(matrix, "matrix")
    if data.ndim != 2 or data.is_complex() or not data.numel() or max(data.shape) > _MOST:
        msg = (
            f"matrix has the shape {shape_text(data.shape)} and the dtype {data.dtype}; a Jacobian has two axes, "
            f"outputs and inputs, with 1 to {_MOST} real numbers each. Of tensors with more axes: "
            "J.reshape(y.numel(), x.numel())."
        )
        raise FigureError(msg)
    shape = data.shape[0], data.shape[1]
    outputs, inputs = _names(rows, shape[0], "rows", "y"), _names(columns, shape[1], "columns", "x")
    values = data.double().numpy()
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0)) or 1.0
    levels = 0.5 + 0.5 * np.clip(values / largest, -1, 1)
    written = max(shape) <= _WRITTEN
    texts = value_texts(numbers(data)) if written else None
    canvas = Canvas()
    words = (
        f"Jacobian {shape_text(shape)}: {_count(shape[0], 'output')}, {_count(shape[1], 'input')}"
    )
    canvas.text(0, 0, words, size=LARGE, across="left", bold=True)
    size = (
        (cell_width(texts + inputs, least=0.42), CELL)
        if texts
        else (min(0.3, 4.0 / max(shape)),) * 2
    )
    left = (widest(outputs, SMALL) + 0.16 if written else 0.1) + 0.25
    frame = Frame(left, 0.62 if written else 0.45, shape[1] * size[0], shape[0] * size[1])
    paint(canvas, frame, levels, texts, SIGNED, gid="slope")
    for row, name in enumerate(outputs if written else []):
        canvas.text(
            frame.x - 0.06,
            frame.cell(row, 0, shape).middle[1],
            name,
            size=SMALL,
            across="right",
            gid=f"output:{row}",
        )
    for column, name in enumerate(inputs if written else []):
        canvas.text(
            frame.cell(0, column, shape).middle[0],
            frame.y - 0.03,
            name,
            size=SMALL,
            down="bottom",
            gid=f"input:{column}",
        )
    canvas.axis_down(
        frame.y,
        frame.bottom,
        left - (widest(outputs, SMALL) + 0.14 if written else 0.08),
        "outputs",
    )
    canvas.axis_across(frame.x, frame.right, frame.y - (0.2 if written else 0.06), "inputs")
    zeros = int((data == 0).sum())
    verb = "is" if zeros == 1 else "are"
    canvas.note(
        "blue: the output rises with the input; orange: it falls; white: slope 0",
        f"a row is the gradient of one output; {zeros} of {data.numel()} slopes {verb} 0, the largest size is {largest:.3g}",
    )
    said = (
        "; ".join(
            f"{name}: {', '.join(value_texts(numbers(row)))}"
            for name, row in zip(outputs, data, strict=True)
        )
        if written
        else f"largest size {largest:.3g}"
    )
    return canvas.finish(
        f"A Jacobian with {shape[0]} outputs and {shape[1]} inputs, {zeros} of its {data.numel()} slopes {verb} 0. {said}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _names(names: Sequence[str] | None, count: int, what: str, letter: str) -> list[str]:
    if names is None:
        return [f"{letter}{number}" for number in range(count)]
    found = [str(name) for name in names]
    if len(found) != count:
        msg = f"{what} has {len(found)} names; the matrix has {count} {what}."
        raise FigureError(msg)
    return found
