"""The loss of a line as a surface over its slope and intercept, and the paths of descents on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gradschool.figures.canvas import describe
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import (
    LOOKS,
    Look,
    Numbers,
    count_text,
    legend,
    line,
    mean_squares,
    named,
    pairs,
    short,
)
from gradschool.figures.slopes import interval
from gradschool.figures.style import DPI, INK, MARK, NORMAL, PAPER, SHADES, SMALL, plot_axes
from gradschool.figures.values import FigureError, Numeric

_FINE: Final = 121  # points along a side of the grid
_LEVELS: Final = 13
_SIDES: Final = (0.45, 2.2)  # height to width of a picture in which both axes have one scale
_FAR: Final = 20.0  # times the picture: nothing further away is drawn

Path = Sequence[tuple[float, float]]
Span = tuple[float, float]


@dataclass(frozen=True)
class _Bowl:
    """Where the loss is least and how it rises from there.

    Attributes:
        best: slope and intercept of the minimum.
        loss: there.
        curvatures: the eigenvalues of the Hessian, the smaller one first.
        ways: its eigenvectors, one a column.
    """

    best: Numbers
    loss: float
    curvatures: Numbers
    ways: Numbers

    @property
    def flat(self) -> bool:
        """Whether no single line is best: in one direction the loss does not rise."""
        return bool(self.curvatures[0] <= 1e-12 * self.curvatures[1])


@dataclass(frozen=True)
class _Route:
    """What is drawn of a path.

    Attributes:
        steps: all of its points.
        drawn: the points up to where it stops being drawn; the last one may lie outside.
        gone: the step at which it leaves the picture if it does not end in it, or None.
    """

    steps: Numbers
    drawn: Numbers
    gone: int | None


@for_readers
def loss_surface(
    x: Numeric,
    y: Numeric,
    paths: Mapping[str, Path | Tensor] | None = None,
    w: Span | None = None,
    b: Span | None = None,
    *,
    directions: bool = True,
) -> Figure:
    """Contours of the mean squared error over slope and intercept, with the paths of descents.

    The error is computed at each point of a grid. The minimum and the two directions in which the
    surface curves least and most come from the Hessian, (2/n) XᵀX. A path that leaves the picture
    and ends outside is drawn up to there, with a ✗.

    Args:
        x: the feature: a tensor or an array, (n,) or (n, 1).
        y: the target, as many.
        paths: for each descent its name and (slope, intercept) step by step, the start first:
            `{"lr 0.1": [(0, 0), …]}`; up to five.
        w: from where to where the slope runs; by default so that starts and minimum are inside.
        b: likewise for the intercept.
        directions: whether the directions of least and most curvature are drawn.

    Returns:
        The figure.

    Raises:
        FigureError: for other shapes, more paths than can be told apart, or a span that is none.
    """
    across, up = pairs(x, y)
    given = named(paths, "paths", '{"lr 0.1": [(0.0, 0.0), (1.2, 0.4)]}') if paths else {}
    steps = {name: _steps(path, name) for name, path in given.items()}
    bowl = _bowl(across, up)
    spans = _spans([path[0] for path in steps.values()], bowl.best, w, b)
    routes = {name: _route(path, spans) for name, path in steps.items()}
    figure, axes = _page(spans, len(routes) + (3 if directions else 1))
    _draw_surface(axes, across, up, spans)
    said = [
        _draw_path(axes, name, route, (number, len(routes)), (across, up))
        for number, (name, route) in enumerate(routes.items())
    ]
    said += _draw_bowl(axes, bowl, directions=directions)
    legend(figure)
    return describe(
        figure,
        "Contours of the mean squared error over slope w and intercept b, lightest where it is "
        f"least. {'; '.join(said)}.",
    )


def _steps(path: Any, name: str) -> Numbers:
    try:
        found = np.array([line(pair, f"A point of the path {name!r}") for pair in path])
    except TypeError:
        found = np.empty((0, 2))
    if not len(found):
        msg = (
            f"The path {name!r} is {path!r:.60}; give slope and intercept step by step: "
            "[(0.0, 0.0), (1.2, 0.4)]."
        )
        raise FigureError(msg)
    return found


def _bowl(across: Numbers, up: Numbers) -> _Bowl:
    design = np.stack([across, np.ones_like(across)], axis=1)
    best: Numbers = np.asarray(np.linalg.lstsq(design, up, rcond=None)[0], dtype=np.float64)
    loss = float(np.mean((design @ best - up) ** 2))
    curvatures, ways = np.linalg.eigh(2 / len(up) * design.T @ design)
    return _Bowl(best, loss, np.maximum(curvatures, 0), np.asarray(ways, dtype=np.float64))


def _spans(starts: Sequence[Numbers], best: Numbers, w: Any, b: Any) -> tuple[Span, Span]:
    """From where to where slope and intercept run: what was asked for, else around the minimum."""
    rooms = [
        1.25 * max([0.6 * max(abs(centre), 1.0), *(abs(s - centre) for s in at if np.isfinite(s))])
        for centre, at in zip(best, np.reshape(starts, (-1, 2)).T, strict=True)
    ]
    if 0.1 < rooms[0] / rooms[1] < 10:
        # One scale for both axes, with a picture that is not too narrow.
        rooms = [max(rooms[0], 1.0 * rooms[1]), max(rooms[1], 0.75 * rooms[0])]
    spans = [(float(c - room), float(c + room)) for c, room in zip(best, rooms, strict=True)]
    return (
        spans[0] if w is None else interval(w, "w"),
        spans[1] if b is None else interval(b, "b"),
    )


def _page(spans: tuple[Span, Span], entries: int) -> tuple[Figure, Axes]:
    """A figure for that part of the plane; both axes have the same scale if it is not too narrow."""
    (left, right), (low, high) = spans
    sides = (high - low) / (right - left)
    equal = _SIDES[0] <= sides <= _SIDES[1]
    width = min(6.6, 5.2 / sides**0.7) if equal else 6.6
    height = width * sides if equal else 4.4
    # Placed by hand: an automatic layout knows the scale of the axes too late.
    above = 0.22 + entries * 1.52 * NORMAL / 72
    page = max(width + 0.9, 7.5), height + 0.6 + above
    figure = Figure(figsize=page, dpi=DPI, facecolor=PAPER)
    axes = plot_axes(figure, "slope w", "intercept b")
    axes.set_position((0.75 / page[0], 0.5 / page[1], width / page[0], height / page[1]))
    axes.grid(visible=False)
    axes.tick_params(pad=7)
    axes.set(xlim=spans[0], ylim=spans[1], aspect="equal" if equal else "auto")
    return figure, axes


def _draw_surface(axes: Axes, across: Numbers, up: Numbers, spans: tuple[Span, Span]) -> None:
    slopes, intercepts = (np.linspace(*span, _FINE) for span in spans)
    errors = np.array([mean_squares(across, up, [(w, b) for w in slopes]) for b in intercepts])
    low, high = float(errors.min()), float(errors.max())
    # A bowl has contours at equal distances for levels that grow with the square.
    steps = np.linspace(0, 1, _LEVELS)
    heights = np.sqrt(np.maximum(errors - low, 0) / (high - low))
    axes.contourf(slopes, intercepts, heights, levels=steps, cmap=SHADES, alpha=0.5)
    inner = low + (high - low) * steps[1:-1] ** 2
    lines = axes.contour(slopes, intercepts, errors, inner, colors=PAPER, linewidths=0.9)
    for label in axes.clabel(lines, inner[::3], fmt=short, fontsize=SMALL, colors=INK):
        place = axes.transLimits.transform(label.get_position())
        if not (np.abs(place - 0.5) < 0.44).all():
            label.remove()  # the border would cut it


# Paths


def _inside(steps: Numbers, spans: tuple[Span, Span]) -> Any:
    (left, right), (low, high) = spans
    w, b = steps.T
    return (w >= left) & (w <= right) & (b >= low) & (b <= high)


def _route(steps: Numbers, spans: tuple[Span, Span]) -> _Route:
    inside = _inside(steps, spans)
    if inside[-1]:
        # It may have been outside, but it came back: all of it is drawn.
        return _Route(steps, _cut(steps, spans), None)
    gone = int((~inside).argmax())
    drawn = steps[: gone + 1]
    if gone and np.isfinite(steps[gone]).all():
        return _Route(steps, _cut(drawn, spans), gone)
    return _Route(steps, drawn[:gone], gone)


def _cut(steps: Numbers, spans: tuple[Span, Span]) -> Numbers:
    """The points, those far away moved nearer on their ray from the middle of the picture."""
    middle = np.array([sum(span) / 2 for span in spans])
    size = np.array([span[1] - span[0] for span in spans])
    with np.errstate(all="ignore"):
        distance = np.abs((steps - middle) / size).max(axis=1, keepdims=True)
        nearer = middle + (steps - middle) * np.minimum(1, _FAR / np.maximum(distance, 1e-300))
    cut: Numbers = np.where(np.isfinite(steps).all(axis=1, keepdims=True), nearer, np.nan)
    return cut


def _draw_path(
    axes: Axes, name: str, route: _Route, place: tuple[int, int], data: tuple[Numbers, Numbers]
) -> str:
    """Draws a path, the place-th of so many, and returns it in words."""
    colour, dashes, marker = LOOKS[place[0]]
    spans = axes.get_xlim(), axes.get_ylim()
    end = float(mean_squares(*data, [(route.steps[-1, 0], route.steps[-1, 1])])[0])
    label = f"{name}: loss {short(end)} after {count_text(len(route.steps) - 1, 'step')}"
    if route.gone is not None:
        label += (
            f" ✗ leaves the picture at step {route.gone}" if route.gone else " ✗ starts outside"
        )
    # Where paths coincide, an earlier one looks out under a later one; under all, what diverges.
    extra = 0.0 if route.gone is not None else place[1] - 1.0 - place[0]
    axes.plot(
        *route.drawn.T,
        color=colour,
        linestyle=dashes,
        marker=marker,
        markevery=_marks(route.drawn, spans),
        markersize=5 + 1.1 * extra,
        markeredgecolor=PAPER,
        markeredgewidth=0.6,
        linewidth=1.7 + 0.7 * extra,
        label=label,
        gid=f"path:{name}",
        zorder=4 if route.gone is None else 3.5,
    )
    if not len(route.drawn):
        return label
    start, stop = route.drawn[0], _border(route, spans)
    ring: Look = {"color": "none", "markeredgecolor": INK, "markeredgewidth": 1.4, "markersize": 11}
    axes.plot(*start, "o", gid=f"start:{name}", zorder=5, **ring)
    if stop is not None:
        cross: Look = {"color": MARK, "markeredgecolor": PAPER, "markersize": 11, "clip_on": False}
        axes.plot(*stop, "X", gid=f"gone:{name}", zorder=8, **cross)
    return label


def _marks(drawn: Numbers, spans: tuple[Span, Span]) -> list[int]:
    """Which steps get a mark: all, but none so near to the mark before that they would blot."""
    size = np.array([span[1] - span[0] for span in spans])
    marks: list[int] = []
    for number, point in enumerate(drawn / size):
        if not marks or np.abs(point - drawn[marks[-1]] / size).max() >= 0.018:
            marks.append(number)
    return marks


def _border(route: _Route, spans: tuple[Span, Span]) -> Numbers | None:
    """Where a path crosses the border of the picture when it leaves it."""
    if route.gone is None:
        return None
    if len(route.drawn) <= max(route.gone, 1):
        last: Numbers = route.drawn[-1]
        return last  # its next point is nan or inf
    last, beyond = route.drawn[-2:]
    shares = [
        (edge - last[axis]) / (beyond[axis] - last[axis])
        for axis, span in enumerate(spans)
        for edge in span
        if (last[axis] - edge) * (beyond[axis] - edge) < 0
    ]
    crossing: Numbers = last + min(shares, default=1.0) * (beyond - last)
    return crossing


def _draw_bowl(axes: Axes, bowl: _Bowl, *, directions: bool) -> list[str]:
    """Draws the minimum and the directions of least and most curvature; returns them in words."""
    w, b = bowl.best
    least, most = bowl.curvatures
    said = []
    if directions:
        ratio = "" if bowl.flat else f" ({short(most / least)} times the least)"
        limit = f"the learning rate must stay below 2/{short(most)} = {short(2 / most)}"
        said = [
            f"least curvature: {short(0.0 if bowl.flat else least)}",
            f"most curvature: {short(most)}{ratio}, so {limit}",
        ]
        far = 3 * (np.ptp(axes.get_xlim()) + np.ptp(axes.get_ylim()))
        looks = ((0, (7, 3)), "least"), ((0, (1.5, 1.5)), "most")
        for way, label, (dashes, name) in zip(bowl.ways.T, said, looks, strict=True):
            ends = bowl.best + np.array([[-far], [far]]) * way
            look: Look = {"color": INK, "linewidth": 1.1, "linestyle": dashes}
            axes.plot(*ends.T, label=label, gid=f"curvature:{name}", zorder=3, **look)
    words = "one of many minima" if bowl.flat else "minimum"
    said.append(f"{words}: loss {short(bowl.loss)} at w = {short(w)}, b = {short(b)}")
    star: Look = {"color": PAPER, "markersize": 15, "markeredgecolor": INK, "linestyle": "none"}
    axes.plot(w, b, marker="*", label=said[-1], gid="minimum", zorder=7, **star)
    return said
