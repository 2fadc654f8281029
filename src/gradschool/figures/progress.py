"""A fit that moves through its epochs: as panels side by side, and as an animation."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from gradschool.figures.canvas import describe
from gradschool.figures.display import for_readers
from gradschool.figures.moving import Animated, Moment, Point
from gradschool.figures.plotting import (
    Look,
    Numbers,
    clipped,
    count_text,
    formula,
    legend,
    line,
    mean_squares,
    pairs,
    plot_points,
    point_scale,
    reach,
    short,
    spread,
)
from gradschool.figures.style import (
    BLUE,
    DPI,
    INK,
    LINE,
    MARK,
    NORMAL,
    PAPER,
    SANS,
    SMALL,
    plot_axes,
    tint,
)
from gradschool.figures.values import FigureError, Numeric

_PANELS: Final = 6
_MOST_PANELS: Final = 12
_ACROSS: Final = 3
_MOMENTS: Final = 64
_STILLS: Final = 5  # lines in the still picture of an animation
_STEMS: Final = 250  # points up to which their distances to the line are drawn

Line = tuple[float, float]
Lines = Sequence[Line]


@for_readers
def fit_steps(
    x: Numeric,
    y: Numeric,
    lines: Lines | Tensor,
    every: int | Sequence[int] | None = None,
    *,
    unit: str = "epoch",
) -> Figure:
    """A fit as it moves: one panel for each of some epochs, with the lines before it as shadows.

    Args:
        x: where the points are: a tensor or an array, (n,) or (n, 1).
        y: how high they are, as many.
        lines: slope and intercept by epoch, the start first.
        every: draws each so-many-th epoch and the last one, or exactly these epochs; by default six
            epochs, close together at the beginning, where most happens.
        unit: what to call an epoch: "step".

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, no lines, or too many panels.
    """
    across, up = pairs(x, y)
    given = _lines(lines)
    chosen = _chosen(every, len(given), unit)
    losses = mean_squares(across, up, [given[epoch] for epoch in chosen])
    view = _view(across, up, [given[epoch] for epoch in chosen])
    columns = min(_ACROSS, len(chosen))
    rows = -(-len(chosen) // columns)
    size = max(2.75 * columns, 4.6), 2.2 * rows + 0.5 + 0.2 * (columns < _ACROSS)
    figure = Figure(figsize=size, dpi=DPI, facecolor=PAPER, layout="constrained")
    grid = figure.add_gridspec(rows, columns)
    said = []
    for number, (epoch, loss) in enumerate(zip(chosen, losses, strict=True)):
        row, column = divmod(number, columns)
        lowest = number + columns >= len(chosen)
        axes = plot_axes(figure, "x" if lowest else "", "" if column else "y", grid[row, column])
        axes.set(xlim=reach(across), ylim=view)
        axes.tick_params(labelbottom=lowest, labelleft=not column)
        for before in chosen[:number]:
            look: Look = {"color": tint(BLUE, 0.35), "linewidth": 1.2, "label": "lines before"}
            _draw_line(axes, given[before], gid=f"before:{epoch}", **look)
        words = _draw_panel(axes, across, up, given[epoch], f"{epoch}")
        title = f"{unit} {epoch}: loss {short(loss)}"
        axes.set_title(title, loc="left", fontsize=NORMAL, family=SANS, color=INK, weight="bold")
        said.append(f"{title}, {formula(*given[epoch])}{words}")
    legend(figure, columns=4 if columns == _ACROSS else 2)
    return describe(
        figure,
        f"The same {count_text(len(up), 'point')} in {count_text(len(chosen), 'panel')}, each with the "
        f"line of one {unit} and its mean squared error. {'; '.join(said)}{_trend(losses)}.",
    )


def _lines(lines: Any) -> list[Line]:
    try:
        given = [line(pair, f"Line {number}") for number, pair in enumerate(lines)]
    except TypeError:
        given = []
    if not given:
        msg = (
            f"lines is {lines!r:.60}; give slope and intercept for each epoch: "
            "[(0.0, 0.0), (1.2, 0.4)]."
        )
        raise FigureError(msg)
    return given


def _chosen(every: Any, count: int, unit: str) -> list[int]:
    """The epochs that get a panel, in order."""
    if every is None:
        return spread(count, _PANELS)
    chosen: list[int] = []
    if isinstance(every, int) and every >= 1:
        chosen = sorted({*range(0, count, every), count - 1})
    elif isinstance(every, Sequence) and all(
        isinstance(epoch, int) and -count <= epoch < count for epoch in every
    ):
        chosen = sorted({epoch % count for epoch in every})
    if not chosen:
        msg = (
            f"every is {every!r:.60}; give a number of {unit}s of at least 1, or a list of "
            f"{unit}s out of 0 to {count - 1}."
        )
        raise FigureError(msg)
    if len(chosen) > _MOST_PANELS:
        msg = (
            f"every={every!r:.60} asks for {len(chosen)} panels; fit_steps() draws up to "
            f"{_MOST_PANELS}. Leave it out, or give every={-(-(count - 1) // (_MOST_PANELS - 1))}."
        )
        raise FigureError(msg)
    return chosen


def _view(across: Numbers, up: Numbers, lines: Lines) -> tuple[float, float]:
    """From where to where y runs: all points, and of the lines what is not too far from them."""
    low, high = reach(up, 0.08)
    room = 0.6 * (high - low)
    ends = np.array([across.min(), across.max()])
    with np.errstate(all="ignore"):
        heights = np.array([slope * ends + intercept for slope, intercept in lines]).ravel()
    near = heights[(heights >= low - room) & (heights <= high + room)]
    rim = 0.04 * (high - low)  # no line lies on the border
    return (
        float(min(low, near.min(initial=high) - rim)),
        float(max(high, near.max(initial=low) + rim)),
    )


def _draw_line(axes: Axes, pair: Line, **look: Any) -> str:
    """Draws a line as far as it is in the picture.

    Returns:
        Why no line can be seen; nothing if one can.
    """
    ends, problem = clipped(pair, axes.get_xlim(), axes.get_ylim())
    if ends is not None:
        axes.plot(*zip(*ends, strict=True), **look)
    return problem


def _draw_panel(axes: Axes, across: Numbers, up: Numbers, pair: Line, name: str) -> str:
    look: Look = {"color": BLUE, "linewidth": 2.4, "label": "line now"}
    problem = _draw_line(axes, pair, gid=f"line:{name}", zorder=3, **look)
    few = len(up) <= _STEMS
    plot_points(axes, across, up, 3.6)
    if problem:
        axes.text(
            0.5,
            0.06,
            f"✗ {problem}",
            transform=axes.transAxes,
            ha="center",
            fontsize=SMALL,
            family=SANS,
            color=MARK,
            weight="bold",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 2},
            zorder=6,
        )
        return f" ({problem})"
    if few:
        low, high = axes.get_ylim()
        with np.errstate(over="ignore"):
            heights = np.clip(pair[0] * across + pair[1], low - 1, high + 1)
        colour = tint(MARK, 0.45)
        thin = 1.4 * point_scale(len(up))
        label = "error of a point"
        axes.vlines(across, up, heights, color=colour, linewidth=thin, label=label, zorder=2)
    return ""


def _trend(losses: Numbers) -> str:
    """Says it in words if the fit got worse."""
    if np.isfinite(losses[-1]) and losses[-1] <= losses[0]:
        return ""
    return "; the loss is larger at the end than at the start: the fit diverges"


# The animation


@for_readers
def fit_animation(x: Numeric, y: Numeric, lines: Lines | Tensor, *, unit: str = "epoch") -> Figure:
    """A fit that moves: the line among the points, and the loss beside it, with a button to play.

    `figures.show` makes it move in a notebook. The still picture, which is all there is where scripts
    do not run, has several of the lines, the later the darker.

    Args:
        x: where the points are: a tensor or an array, (n,) or (n, 1).
        y: how high they are, as many.
        lines: slope and intercept by epoch, the start first. Of many epochs some are shown, close
            together at the beginning, where most happens.
        unit: what to call an epoch: "step".

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, or no lines.
    """
    across, up = pairs(x, y)
    given = _lines(lines)
    losses = mean_squares(across, up, given)
    shown, stills = spread(len(given), _MOMENTS), spread(len(given), _STILLS)
    figure = Animated(figsize=(8.6, 3.9), dpi=DPI, facecolor=PAPER, layout="constrained")
    grid = figure.add_gridspec(1, 2, width_ratios=(1.35, 1))
    left = plot_axes(figure, "x", "y", grid[0])
    left.set(xlim=reach(across), ylim=_view(across, up, [given[epoch] for epoch in shown]))
    right = plot_axes(figure, unit, "loss (mean squared error)", grid[1])
    _draw_losses(right, losses)
    said = _draw_stills(figure, given, losses, stills, unit)
    plot_points(left, across, up)
    figure.only_still.append(legend(figure, columns=_STILLS + 1))
    figure.data = list(zip(across.tolist(), up.tolist(), strict=True)) if len(up) <= _STEMS else []
    figure.moments = [
        _moment(figure, epoch, given[epoch], float(losses[epoch]), unit) for epoch in shown
    ]
    return describe(
        figure,
        f"A line that moves among {count_text(len(up), 'point')} in "
        f"{count_text(len(given) - 1, unit)}; beside it the loss, on a logarithmic axis. "
        f"{'; '.join(said)}{_trend(losses)}.",
    )


def _draw_losses(axes: Axes, losses: Numbers) -> None:
    axes.set_yscale("log")
    drawn = np.where(np.isfinite(losses) & (losses > 0), losses, np.nan)
    axes.plot(drawn, color=LINE, linewidth=1.8, gid="losses")
    axes.set_xlim(-0.04 * len(losses), 1.04 * len(losses))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def _draw_stills(
    figure: Animated, given: Lines, losses: Numbers, epochs: Sequence[int], unit: str
) -> list[str]:
    """Draws some of the lines, the later the darker, and their losses; returns them in words."""
    left, right = figure.axes
    said = []
    for number, epoch in enumerate(epochs):
        strength = 0.3 + 0.7 * (number + 1) / len(epochs)
        colour = tint(BLUE, strength)
        look: Look = {"color": colour, "linewidth": 0.8 + 2 * strength, "label": f"{unit} {epoch}"}
        problem = _draw_line(left, given[epoch], gid=f"line:{epoch}", **look)
        dot = _dot(epoch, float(losses[epoch]))
        if dot:
            mark: Look = {"color": colour, "markersize": 8, "markeredgecolor": PAPER}
            figure.only_still += right.plot(*dot, "o", gid=f"loss:{epoch}", **mark)
        words = f"{unit} {epoch}: loss {short(losses[epoch])}, {formula(*given[epoch])}"
        said.append(f"{words} ({problem})" if problem else words)
    figure.only_still += left.lines
    return said


def _dot(epoch: int, loss: float) -> Point | None:
    """The place of a loss on a logarithmic axis, if it has one."""
    return (float(epoch), loss) if np.isfinite(loss) and loss > 0 else None


def _moment(figure: Animated, epoch: int, pair: Line, loss: float, unit: str) -> Moment:
    left = figure.axes[0]
    ends, problem = clipped(pair, left.get_xlim(), left.get_ylim())
    words = f"{unit} {epoch}: loss {short(loss)}, {formula(*pair)}"
    return Moment(
        line=ends,
        heights=[pair[0] * x + pair[1] for x, _ in figure.data],
        dot=_dot(epoch, loss),
        words=f"{words} ✗ {problem}" if problem else words,
        name=f"{unit} {epoch}",
    )
