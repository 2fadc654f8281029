"""Slopes of a function of one number: the tangent, secants that become it, and their errors."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import describe
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import legend
from gradschool.figures.style import (
    BLUE,
    DPI,
    GREEN,
    INK,
    NORMAL,
    ORANGE,
    PAPER,
    PINK,
    QUIET,
    SANS,
    SMALL,
    deep,
    plot_axes,
)
from gradschool.figures.values import FigureError, dtype_text

Function = Callable[..., Any]

_POINTS: Final = 241
_SIZE: Final = (6.6, 4.0)  # inches
_MOST_TANGENTS: Final = 6
_MOST_SECANTS: Final = 4


def at_point(f: Function, *point: float, dtype: torch.dtype = torch.float64) -> tuple[float, ...]:
    """The value of a function of some numbers and its slope in each of them, by autograd.

    Args:
        f: takes as many 0-d tensors as there are numbers and returns a 0-d tensor.
        *point: the numbers.
        dtype: in which they are passed.

    Returns:
        The value, then the slopes.

    Raises:
        FigureError: if the result is something else, or has no graph.
    """
    with torch.enable_grad():
        inputs = [torch.tensor(number, dtype=dtype, requires_grad=True) for number in point]
        result = _result(f, inputs)
        if not result.requires_grad:
            msg = (
                "f(x) does not require grad although x does: its graph was cut on the way, or f is "
                "constant. Compute with torch operations on x, without .item(), .detach() or NumPy."
            )
            raise FigureError(msg)
        slopes: tuple[Tensor | None, ...] = torch.autograd.grad(result, inputs, allow_unused=True)
    return float(result.detach()), *(0.0 if slope is None else float(slope) for slope in slopes)


def heights(f: Function, *points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values of a function at many points, asked one by one; `points` are its arguments."""
    with torch.no_grad():
        values = [
            float(_result(f, [torch.tensor(number, dtype=torch.float64) for number in point]))
            for point in zip(*(axis.flatten().tolist() for axis in points), strict=True)
        ]
    return np.array(values).reshape(points[0].shape)


def _result(f: object, inputs: list[Tensor]) -> Tensor:
    if not callable(f):
        msg = f"f is {f!r:.60}, not a function. Pass one, e.g. lambda x: x**2."
        raise FigureError(msg)
    result = f(*inputs)
    if isinstance(result, bool | int | float):
        result = torch.tensor(float(result), dtype=torch.float64)
    if not isinstance(result, Tensor) or result.numel() != 1 or result.is_complex():
        what = (
            f"a tensor of shape {tuple(result.shape)} and dtype {dtype_text(result.dtype)}"
            if isinstance(result, Tensor)
            else f"an object of type {type(result).__name__}"
        )
        msg = f"f returned {what} for one number; the height of a curve is one real number."
        raise FigureError(msg)
    return result.reshape(())


def number(value: object, name: str) -> float:
    """A finite Python number from what was passed as one."""
    if isinstance(value, Tensor):
        value = value.detach()
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, RuntimeError):
        found = float("nan")
    if not np.isfinite(found):
        msg = f"{name} is {value!r:.60}; give a number."
        raise FigureError(msg)
    return found


def interval(value: Any, name: str) -> tuple[float, float]:
    """The two ends of an interval, the smaller one first."""
    try:
        low, high = value
    except (TypeError, ValueError):
        msg = f"{name} is {value!r:.60}; give its two ends: (0, 10)."
        raise FigureError(msg) from None
    ends = number(low, name), number(high, name)
    if ends[0] >= ends[1]:
        msg = f"{name} is {value!r:.60}; the first end must be smaller than the second."
        raise FigureError(msg)
    return ends


def signed(value: float) -> str:
    """A number as short as it can be read: `-3`, `0.54`, `2e-08`."""
    text = f"{value:.4g}"
    return "0" if text == "-0" else text


# Tangent and secants


@for_readers
def tangent(
    f: Function,
    x: float | Sequence[float],
    span: tuple[float, float] | None = None,
    *,
    name: str = "f",
) -> Figure:
    """The curve of a function with its tangent at a point; the slope comes from autograd.

    Args:
        f: takes one 0-d tensor and returns one.
        x: where the tangent touches, or up to six such places.
        span: from where to where the curve is drawn; by default three to each side.
        name: what to call the function.

    Returns:
        The figure.

    Raises:
        FigureError: if f returns something else, or its result has no graph.
    """
    places = _places(x)
    low, high = _span(span, places)
    values = [at_point(f, place) for place in places]
    figure, axes = _curve(f, np.linspace(low, high, _POINTS), name)
    said = []
    for place, (height, slope) in zip(places, values, strict=True):
        said.append(f"at x = {place:g}: {name}(x) = {signed(height)}, slope {signed(slope)}")
        reach = _reach(axes, slope, 1.5 if len(places) == 1 else 0.6)
        ends = np.array([place - reach, place + reach])
        axes.plot(
            ends,
            height + slope * (ends - place),
            color=deep(ORANGE),
            linewidth=2.6,
            gid=f"tangent:{place:g}",
        )
        _plot_touch(axes, place, height)
        if len(places) > 1:
            _beside(axes, (place, height), f"slope {signed(slope)}", (0, -15), "center")
    if len(places) == 1:
        _draw_triangle(axes, places[0], values[0])
        axes.set_title(said[0], loc="left", fontsize=NORMAL, family=SANS, color=INK)
    return describe(
        figure,
        f"The curve of {name} from x = {low:g} to {high:g} with "
        f"{'its tangent' if len(said) == 1 else f'{len(said)} tangents'}. {'; '.join(said)}.",
    )


def _reach(axes: Axes, slope: float, length: float) -> float:
    """How far to each side a line of that slope goes if half of it is so many inches long."""
    width, height = _SIZE[0] * 0.85, _SIZE[1] * 0.85
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across, up = width / (right - left), height / (high - low)
    return float(length / np.hypot(across, slope * up)) if np.isfinite(slope) else 0.0


def _plot_touch(axes: Axes, x: float, y: float) -> None:
    axes.plot([x], [y], "o", color=INK, markersize=7, markeredgecolor=PAPER, gid="touch", zorder=5)


@for_readers
def secants(
    f: Function,
    x: float,
    steps: Sequence[float] = (2.0, 1.0, 0.5),
    span: tuple[float, float] | None = None,
    *,
    name: str = "f",
) -> Figure:
    """Lines through (x, f(x)) and (x + h, f(x + h)): as h shrinks they turn into the tangent.

    Args:
        f: takes one 0-d tensor and returns one.
        x: the point that all lines share.
        steps: up to four steps h, none of them 0; a negative one goes to the left.
        span: from where to where the curve is drawn.
        name: what to call the function.

    Returns:
        The figure.

    Raises:
        FigureError: for no or too many steps, or if f returns something else.
    """
    place = number(x, "x")
    hs = [number(step, "a step") for step in steps]
    if not 1 <= len(hs) <= _MOST_SECANTS or 0.0 in hs:
        msg = f"steps is {steps!r:.60}; give 1 to {_MOST_SECANTS} steps, none of them 0."
        raise FigureError(msg)
    height, slope = at_point(f, place)
    reach = max(map(abs, hs))
    low, high = (
        interval(span, "span")
        if span is not None
        else (place - 0.8 * reach - max(0.0, -min(hs)), place + 0.3 * reach + max(0.0, *hs))
    )
    figure, axes = _curve(f, np.linspace(low, high, _POINTS), name)
    ends = np.array([low, high])
    said = []
    for h, (colour, dashes) in zip(hs, _LOOKS, strict=False):
        other = float(heights(f, np.array([place + h]))[0])
        steep = (other - height) / h
        said.append(f"h = {h:g}: slope {signed(steep)}")
        axes.plot(
            ends,
            height + steep * (ends - place),
            color=colour,
            linestyle=dashes,
            linewidth=1.6,
            label=said[-1],
            gid=f"secant:{h:g}",
        )
        axes.plot(
            [place + h], [other], "s", color=colour, markersize=6, markeredgecolor=PAPER, zorder=4
        )
    said.append(f"tangent: slope {signed(slope)}")
    axes.plot(
        ends,
        height + slope * (ends - place),
        color=deep(ORANGE),
        linewidth=2.6,
        label=said[-1],
        gid="tangent",
        zorder=3,
    )
    _plot_touch(axes, place, height)
    legend(figure, columns=2)
    return describe(
        figure,
        f"The curve of {name} and lines through its points at x = {place:g} and at x + h. {'; '.join(said)}.",
    )


# Colour and dashes: lines are told apart without their colours.
_LOOKS: Final[tuple[tuple[str, Any], ...]] = (
    (deep(GREEN), (0, (1, 1))),
    (deep(PINK), (0, (3, 1.5))),
    (QUIET, (0, (6, 2, 1.5, 2))),
    (INK, (0, (8, 2))),
)


def _curve(f: Function, across: NDArray[np.float64], name: str) -> tuple[Figure, Axes]:
    up = heights(f, across)
    figure = Figure(figsize=_SIZE, dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "x", f"{name}(x)")
    axes.plot(across, up, color=BLUE, linewidth=2.2, label=f"{name}(x)", gid="curve")
    finite = up[np.isfinite(up)]
    if finite.size:
        low, high = float(finite.min()), float(finite.max())
        pad = 0.12 * (high - low) or 1.0
        axes.set_ylim(low - pad, high + pad)
    axes.set_xlim(float(across[0]), float(across[-1]))
    axes.tick_params(pad=7)  # the axes' numbers meet at the corner
    return figure, axes


def _beside(
    axes: Axes, point: tuple[float, float], words: str, shift: tuple[float, float], across: str
) -> None:
    axes.annotate(
        words,
        point,
        xytext=shift,
        textcoords="offset points",
        fontsize=SMALL,
        family=SANS,
        color=INK,
        ha=across,
        va="center",
        annotation_clip=True,
        zorder=6,
        bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.9, "pad": 1.0},
    )


def _draw_triangle(axes: Axes, x: float, value: tuple[float, ...]) -> None:
    """Draws a slope as a triangle: so far to the right, so far up; 1 to the right if that fits."""
    height, slope = value
    if not np.isfinite(slope) or slope == 0:
        return
    reach = _reach(axes, slope, 1.3)
    run = 1.0 if 0.2 * reach <= 1.0 <= reach else float(f"{reach:.1g}")
    rise = slope * run
    axes.plot(
        [x, x + run, x + run],
        [height, height, height + rise],
        color=INK,
        linewidth=1.2,
        linestyle=(0, (3, 2)),
        gid="triangle",
    )
    up = slope >= 0
    _beside(axes, (x + run / 2, height), f"{signed(run)} right", (0, -9 if up else 9), "center")
    words = f"{signed(abs(rise))} {'up' if up else 'down'}"
    _beside(axes, (x + run, height + rise / 2), words, (6, 0), "left")


def _places(x: object) -> list[float]:
    many = (
        list(x)
        if isinstance(x, Sequence | np.ndarray) or (isinstance(x, Tensor) and x.ndim)
        else [x]
    )
    if not 1 <= len(many) <= _MOST_TANGENTS:
        msg = f"x has {len(many)} places; tangent() draws 1 to {_MOST_TANGENTS}."
        raise FigureError(msg)
    return [number(place, "x") for place in many]


def _span(span: object, places: Sequence[float]) -> tuple[float, float]:
    if span is not None:
        return interval(span, "span")
    reach = max(3.0 if len(places) == 1 else 1.0, 0.25 * (max(places) - min(places)))
    return min(places) - reach, max(places) + reach


# The error of a slope that is computed from differences

_STEPS: Final = np.logspace(0, -16, 65)


@for_readers
def difference_errors(
    f: Function,
    df: Function,
    x: float,
    dtypes: Sequence[torch.dtype] = (torch.float32, torch.float64),
) -> Figure:
    """How wrong a slope from differences is, against the step size, on log-log axes.

    One-sided is (f(x + h) - f(x)) / h, central is (f(x + h) - f(x - h)) / 2h; everything is computed
    in each dtype. Where the error is 0 nothing can be drawn on a logarithmic axis.

    Args:
        f: takes one 0-d tensor and returns one.
        df: its derivative, likewise; it is evaluated in float64.
        x: where.
        dtypes: one or two of float16, bfloat16, float32 and float64.

    Returns:
        The figure.

    Raises:
        FigureError: for other dtypes, or if a function returns something else.
    """
    place = number(x, "x")
    given: Any = dtypes
    kinds = list(given) if isinstance(given, Sequence) else [given]
    if not 1 <= len(kinds) <= 2 or not all(
        isinstance(kind, torch.dtype) and kind.is_floating_point for kind in kinds
    ):
        msg = f"dtypes is {dtypes!r:.80}; give one or two floating ones, e.g. (torch.float32,)."
        raise FigureError(msg)
    with torch.no_grad():
        exact = float(_result(df, [torch.tensor(place, dtype=torch.float64)]))
    figure = Figure(figsize=(7.6, 4.6), dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "step size h (smaller to the right)", "error of the slope")
    axes.set_xscale("log")
    axes.set_yscale("log")
    said = []
    for kind, colour in zip(kinds, (deep(ORANGE), BLUE), strict=False):
        for way, dashes, marker in (("one-sided", (0, (4, 2)), "o"), ("central", "solid", "s")):
            errors = _errors(f, place, exact, kind, central=way == "central")
            said.append(
                _plot_errors(axes, errors, f"{way}, {dtype_text(kind)}", (colour, dashes, marker))
            )
    axes.invert_xaxis()
    for across, words in ((0.02, "h too large: the curve bends"), (0.98, "h too small: rounding")):
        axes.text(
            across,
            0.02,
            words,
            transform=axes.transAxes,
            ha="left" if across < 0.5 else "right",
            fontsize=SMALL,
            family=SANS,
            color=QUIET,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.9, "pad": 1.0},
        )
    low = axes.get_ylim()[0]
    axes.set_ylim(bottom=low / 30)
    legend(figure)
    return describe(
        figure,
        f"The error of a slope from differences at x = {place:g}, where the true slope is {exact:.6g}, against "
        f"the step size: it shrinks with h, then grows again because of rounding. {'; '.join(said)}.",
    )


def _plot_errors(
    axes: Axes, errors: NDArray[np.float64], name: str, look: tuple[str, Any, str]
) -> str:
    """Plots one line with a marker at its lowest point; returns what that is."""
    drawn = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    if not np.isfinite(drawn).any():
        axes.plot([], [], color=look[0], linestyle=look[1], label=f"{name}: no error")
        return f"{name}: no error"
    best = int(np.nanargmin(drawn))
    label = f"{name}: smallest error {drawn[best]:.1e} at h = {_STEPS[best]:.1e}"
    colour, dashes, marker = look
    axes.plot(
        _STEPS,
        drawn,
        color=colour,
        linestyle=dashes,
        linewidth=1.5,
        marker=marker,
        markevery=[best],
        markersize=8,
        markeredgecolor=PAPER,
        label=label,
        gid=f"errors:{name}",
    )
    return label


def _errors(
    f: Function, x: float, exact: float, dtype: torch.dtype, *, central: bool
) -> NDArray[np.float64]:
    """The error for each step, computed in the dtype."""
    errors = []
    at = torch.tensor(x, dtype=dtype)
    with torch.no_grad():
        for step in _STEPS:
            h = torch.tensor(step, dtype=dtype)
            low, width = (at - h, 2 * h) if central else (at, h)
            slope = (_result(f, [at + h]) - _result(f, [low])) / width
            errors.append(abs(float(slope) - exact))
    return np.array(errors)
