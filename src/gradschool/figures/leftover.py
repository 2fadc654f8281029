"""What a fit leaves over, how sure it is, and curves that bend too little or too much."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from gradschool.figures.canvas import describe
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import (
    Look,
    Numbers,
    count_text,
    formula,
    legend,
    named,
    pairs,
    plot_points,
    point_scale,
    points,
    reach,
    series,
    short,
)
from gradschool.figures.plotting import line as slope_and_intercept
from gradschool.figures.style import (
    BLUE,
    DPI,
    GREEN,
    INK,
    MARK,
    NORMAL,
    ORANGE,
    PAPER,
    SANS,
    deep,
    plot_axes,
    tint,
)
from gradschool.figures.values import FigureError, Numeric

_GROUP: Final = 8  # points of which a mean still says something
_MOST_GROUPS: Final = 8
_MOST_FITS: Final = 6
_FINE: Final = 401


@for_readers
def residuals(x: Numeric, residuals: Numeric) -> Figure:
    """What is left over at each point, against x and as a histogram; a good fit leaves no pattern.

    The points are cut into groups of neighbours of equal size, whose means are drawn with twice their
    standard errors: if they bend or rise further than that, the model has missed something.

    Args:
        x: where the points are: a tensor or an array, (n,) or (n, 1).
        residuals: target minus prediction, or the other way round, as many.

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, or numbers that are not finite.
    """
    across, left = pairs(x, residuals, ("x", "residuals"))
    figure = Figure(figsize=(8.6, 3.9), dpi=DPI, facecolor=PAPER, layout="constrained")
    grid = figure.add_gridspec(1, 2, width_ratios=(2.4, 1))
    plot = plot_axes(figure, "x", "residual", grid[0])
    bars = plot_axes(figure, "how many points", "", grid[1])
    wide = float(left.std())
    mean = 0.0 if abs(left.mean()) < 1e-6 * wide else float(left.mean())
    view = reach(np.append(left, 0.0))
    plot.set(xlim=reach(across), ylim=view)
    plot.axhline(0, color=INK, linewidth=1.2)
    plot_points(plot, across, left, zorder=2)
    groups = _draw_groups(plot, across, left, wide)
    _draw_histogram(bars, left, view, (mean, wide))
    words = f"mean {short(mean)}, standard deviation {short(wide)}"
    plot.set_title(words, loc="left", fontsize=NORMAL, family=SANS, color=INK)
    legend(figure, columns=3)
    return describe(
        figure,
        f"Residuals of {count_text(len(left), 'point')} against x, and their histogram: {words}{groups}.",
    )


def _draw_groups(axes: Axes, across: Numbers, left: Numbers, wide: float) -> str:
    """Draws the mean of each group of neighbours; returns them in words."""
    count = min(_MOST_GROUPS, len(left) // _GROUP)
    if count < 2 or not wide:
        return ""
    groups = np.array_split(np.argsort(across, kind="stable"), count)
    places = [float(across[group].mean()) for group in groups]
    means = np.array([left[group].mean() for group in groups])
    errors = np.array([left[group].std(ddof=1) / len(group) ** 0.5 for group in groups])
    look: Look = {"color": deep(ORANGE), "linewidth": 2, "elinewidth": 2, "capsize": 4}
    axes.errorbar(
        places,
        means,
        2 * errors,
        fmt="s-",
        markersize=7,
        markeredgecolor=PAPER,
        label=f"means of {count} groups of neighbours ± 2 standard errors",
        gid="groups",
        zorder=4,
        **look,
    )
    off = int((np.abs(means) > 2 * errors).sum())
    return (
        f"; means of {count} groups of neighbours: {', '.join(map(short, means))}, "
        f"{off} of them more than 2 standard errors from 0"
    )


def _draw_histogram(
    axes: Axes, left: Numbers, view: tuple[float, float], bell: tuple[float, float]
) -> None:
    """Draws how many residuals are how large, and the bell curve of the same mean and width."""
    mean, wide = bell
    look: Look = {"color": tint(BLUE, 0.6), "edgecolor": PAPER}
    edges = np.histogram_bin_edges(left, "auto" if wide else 1).tolist()
    axes.hist(left, edges, orientation="horizontal", **look)
    axes.set_ylim(view)
    axes.tick_params(labelleft=False)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if wide:
        up = np.linspace(*view, 201)
        share = np.exp(-(((up - mean) / wide) ** 2) / 2) / (wide * np.sqrt(2 * np.pi))
        across = share * len(left) * (edges[1] - edges[0])
        label = "bell curve of the same width"
        axes.plot(across, up, color=INK, linewidth=1.5, linestyle=(0, (4, 2)), label=label)


# A line and how sure it is


@for_readers
def prediction_band(
    x: Numeric,
    y: Numeric,
    line: tuple[float, float] | Numeric,
    lower: Numeric,
    upper: Numeric,
    at: Numeric | None = None,
) -> Figure:
    """A fitted line with a band that should hold most points; how many it holds is counted.

    Args:
        x: where the points are: a tensor or an array, (n,) or (n, 1).
        y: how high they are, as many.
        line: slope and intercept; or of a curve its height at each place of the band.
        lower: the lower edge of the band at each x.
        upper: the upper edge of the band at each x.
        at: the places at which the edges were computed, if not at x; between them the edges are
            straight.

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, a lower edge above the upper one, or points beside the band.
    """
    across, up = pairs(x, y)
    name = "x" if at is None else "at"
    places = across if at is None else points(at, "at")
    low, high = (
        pairs(places, edge, (name, what))[1] for edge, what in ((lower, "lower"), (upper, "upper"))
    )
    middle, words = _middle(line, places, name)
    order = np.argsort(places, kind="stable")
    places, low, high, middle = places[order], low[order], high[order], middle[order]
    _check_band(across, places, low, high)
    inside = (up >= np.interp(across, places, low)) & (up <= np.interp(across, places, high))
    if at is None:
        # Each point has its own edges here, also where several points share an x.
        inside[order] = (up[order] >= low) & (up[order] <= high)
    held = f"{int(inside.sum())} of {count_text(len(up), 'point')}, {inside.mean():.0%}"
    figure = Figure(figsize=(7.4, 4.4), dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "x", "y")
    band: Look = {"color": tint(BLUE, 0.22), "linewidth": 0, "label": f"band: holds {held}"}
    axes.fill_between(places, low, high, gid="band", **band)
    for edge in (low, high):
        axes.plot(places, edge, color=tint(BLUE, 0.7), linewidth=1, linestyle=(0, (4, 2)))
    axes.plot(places, middle, color=BLUE, linewidth=2.2, label=words, gid="line")
    plot_points(axes, across[inside], up[inside], label="point in the band", gid="inside")
    if not inside.all():
        look: Look = {
            "color": MARK,
            "markersize": 7 * point_scale(len(up)),
            "markeredgecolor": PAPER,
            "zorder": 5,
        }
        axes.plot(across[~inside], up[~inside], "D", label="point outside", gid="outside", **look)
    legend(figure, columns=2)
    return describe(figure, f"A fit with a band around it: {words}; the band holds {held}.")


def _middle(given: Any, places: Numbers, name: str) -> tuple[Numbers, str]:
    """The height of the line or the curve at each place, and what to call it."""
    if isinstance(given, Tensor | np.ndarray) and np.prod(given.shape) != 2:
        return pairs(places, given, (name, "line"))[1], "fitted curve"
    slope, intercept = slope_and_intercept(given, "line")
    return slope * places + intercept, f"line: {formula(slope, intercept)}"


def _check_band(across: Numbers, places: Numbers, low: Numbers, high: Numbers) -> None:
    crossed = int((low > high).sum())
    if crossed:
        msg = (
            f"lower is above upper at {count_text(crossed, 'place')} of {len(places)}; "
            "lower is the smaller one of the two edges."
        )
        raise FigureError(msg)
    if across.min() < places[0] or across.max() > places[-1]:
        msg = (
            f"at runs from {short(places[0])} to {short(places[-1])} and x from {short(across.min())} "
            f"to {short(across.max())}: some points lie beside the band. Let at reach from x.min() to "
            "x.max()."
        )
        raise FigureError(msg)


# Curves


@for_readers
def polynomial_fits(
    x: Numeric,
    y: Numeric,
    fits: Mapping[int, Sequence[float] | Tensor],
    *,
    test: tuple[Numeric, Numeric] | None = None,
    truth: Callable[[Tensor], Tensor] | None = None,
) -> Figure:
    """Polynomials through the same points, a panel for each degree, with their errors.

    Args:
        x: where the points are: a tensor or an array, (n,) or (n, 1).
        y: how high they are, as many.
        fits: for each degree its coefficients, lowest power first; up to six.
        test: x and y of other points, drawn hollow; the error on them is computed too.
        truth: the function behind the points, if it is known; it takes a tensor of places.

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, or more than six polynomials.
    """
    data = pairs(x, y)
    example = "{1: [2.0, 3.0]}"
    given = named(fits, "fits", example, _MOST_FITS)
    found = {name: series(given[name], f"The fit {name!r}") for name in given}
    other = None if test is None else _test_points(test)
    columns = {1: 1, 2: 2, 4: 2}.get(len(found), 3)
    rows = -(-len(found) // columns)
    size = max(2.85 * columns, 4.6), 2.5 * rows + (0.5 if columns > 2 else 0.75)
    figure = Figure(figsize=size, dpi=DPI, facecolor=PAPER, layout="constrained")
    grid = figure.add_gridspec(rows, columns)
    shown = [data] if other is None else [data, other]
    span, view = (
        reach(np.concatenate([each[axis] for each in shown]), pad)
        for axis, pad in ((0, 0.03), (1, 0.2))
    )
    said = []
    for number, (name, coefficients) in enumerate(found.items()):
        row, column = divmod(number, columns)
        lowest = number + columns >= len(found)
        axes = plot_axes(figure, "x" if lowest else "", "" if column else "y", grid[row, column])
        axes.set(xlim=span, ylim=view)
        axes.tick_params(labelbottom=lowest, labelleft=not column)
        said.append(_draw_fit(axes, name, coefficients, shown, truth))
    legend(figure, columns=4 if columns > 2 else 2)
    return describe(
        figure,
        f"Polynomials through the same {count_text(len(data[0]), 'point')}, with their mean squared "
        f"errors. {'; '.join(said)}.",
    )


def _test_points(test: Any) -> tuple[Numbers, Numbers]:
    try:
        x, y = test
    except (TypeError, ValueError):
        msg = f"test is {test!r:.60}; give x and y of the points: test=(x_test, y_test)."
        raise FigureError(msg) from None
    return pairs(x, y, ("x of test", "y of test"))


def _draw_fit(
    axes: Axes,
    name: str,
    coefficients: Numbers,
    shown: Sequence[tuple[Numbers, Numbers]],
    truth: Any,
) -> str:
    """Draws a polynomial among the points, and writes its errors above."""
    polynomial = np.polynomial.Polynomial(coefficients)
    fine = np.linspace(*axes.get_xlim(), _FINE)
    low, high = axes.get_ylim()
    with np.errstate(all="ignore"):
        heights = np.clip(polynomial(fine), low - (high - low), high + (high - low))
        errors = [float(np.mean((polynomial(x) - y) ** 2)) for x, y in shown]
    if truth is not None:
        look: Look = {"color": deep(GREEN), "linewidth": 1.6, "linestyle": (0, (2, 1.5))}
        axes.plot(fine, _true(truth, fine), label="truth", gid="truth", **look)
    if len(shown) > 1:
        hollow: Look = {"markerfacecolor": "none", "markeredgecolor": deep(ORANGE), "markersize": 4}
        axes.plot(*shown[1], "o", label="test points", gid="test", zorder=1.5, **hollow)
    axes.plot(fine, heights, color=BLUE, linewidth=2.2, label="fit", gid=f"fit:{name}")
    plot_points(axes, *shown[0], 4.5, label="training points")
    said = [f"{what} {short(e)}" for what, e in zip(("training", "test"), errors, strict=False)]
    axes.set_title(
        f"degree {name}\n{', '.join(said)}", loc="left", fontsize=NORMAL, family=SANS, color=INK
    )
    return f"degree {name}: {', '.join(said)}"


def _true(truth: Any, places: Numbers) -> Numbers:
    heights: Any = truth(torch.from_numpy(places)) if callable(truth) else None
    if not isinstance(heights, Tensor) or heights.shape != places.shape:
        msg = (
            f"truth is {truth!r:.60}; give a function that takes a tensor of places and returns one "
            "of the same shape, e.g. torch.sin."
        )
        raise FigureError(msg)
    return points(heights, "truth(x)")
