"""Losses on logarithmic axes: step by step, and against the degree of a polynomial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from gradschool.figures.canvas import describe
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import (
    LOOKS,
    Look,
    Numbers,
    count_text,
    legend,
    named,
    series,
    short,
)
from gradschool.figures.slopes import number
from gradschool.figures.style import DPI, INK, MARK, NORMAL, PAPER, QUIET, SANS, plot_axes
from gradschool.figures.values import FigureError

_ROOM: Final = 30.0  # how far above the highest start a loss is followed
_DEEP: Final = 1e-40  # what a picture of several runs shows is not lower

Losses = Sequence[float] | Tensor


@dataclass(frozen=True)
class _Run:
    """What is drawn of a run.

    Attributes:
        losses: all of them.
        heights: of the curve; NaN where nothing can be drawn on a logarithmic axis.
        gone: from which step on it is above the picture, inf or nan, to its end; or None.
    """

    losses: Numbers
    heights: Numbers
    gone: int | None

    def words(self, unit: str) -> str:
        """From where to where, and what cannot be seen."""
        said = f"{short(self.losses[0])} → {short(self.losses[-1])}"
        if self.gone is not None:
            broken = not np.isfinite(self.losses[self.gone])
            where = short(self.losses[self.gone]) if broken else "above the picture"
            said += f" ✗ {where} from {unit} {self.gone} on"
        low = np.flatnonzero(self.losses <= 0)
        if low.size:
            what = "0" if self.losses[low[0]] == 0 else "negative"
            said += f" ({what} at {unit} {low[0]}: no place on a logarithmic axis)"
        return said


@for_readers
def loss_curves(
    losses: Mapping[str, Losses] | Losses,
    floor: float | None = None,
    *,
    unit: str = "epoch",
    log_steps: bool = False,
) -> Figure:
    """Losses against the epoch on a logarithmic axis, where a steady rate is a straight line.

    A loss that grows without end is drawn until it leaves the picture, with a ✗ there.

    Args:
        losses: for each run its name and its losses, that of the start first:
            `{"lr 0.1": [...]}`, up to five; or the losses of one run.
        floor: a loss that no line can beat, such as that of the closed form.
        unit: what to call an epoch: "step".
        log_steps: whether the axis of the epochs is logarithmic too; it then begins with 1.

    Returns:
        The figure.

    Raises:
        FigureError: for no losses, or more runs than can be told apart.
    """
    given = losses if isinstance(losses, Mapping) else {"loss": losses}
    found = {
        name: series(values, f"The run {name!r}")
        for name, values in named(given, "losses", '{"lr 0.1": [4.2, 1.3, 0.7]}').items()
    }
    lowest = None if floor is None else number(floor, "floor")
    runs = {name: _run(values, _top(found.values())) for name, values in found.items()}
    figure = Figure(
        figsize=(7.6, 3.7 + 0.18 * len(runs)), dpi=DPI, facecolor=PAPER, layout="constrained"
    )
    across = f"{unit} + 1 (logarithmic)" if log_steps else unit
    axes = plot_axes(figure, across, "loss (logarithmic)")
    axes.set_yscale("log")
    longest = max(len(run.losses) for run in runs.values())
    if log_steps:
        axes.set_xscale("log")
        axes.set_xlim(0.9, 1.1 * max(longest, 2))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.set_xlim(-0.03 * longest, 1.03 * longest - 0.9)
    said = [
        _draw_run(axes, name, run, place, (unit, int(log_steps)))
        for place, (name, run) in enumerate(runs.items())
    ]
    if lowest is not None:
        said.append(f"floor: {short(lowest)}")
        look: Look = {"color": QUIET, "linewidth": 1.4, "linestyle": (0, (1, 1.5))}
        axes.axhline(lowest, label=said[-1], gid="floor", **look)
    axes.set_ylim(*_view(runs.values(), lowest))
    legend(figure)
    return describe(figure, f"Loss against the {unit} on a logarithmic axis. {'; '.join(said)}.")


def _top(runs: Any) -> float:
    """The highest loss that is drawn."""
    starts = [values[0] for values in runs if np.isfinite(values[0]) and values[0] > 0]
    return _ROOM * max(starts, default=np.inf)


def _run(losses: Numbers, top: float) -> _Run:
    over = ~(losses <= top)
    # What comes back from above the picture is drawn; what stays there is cut.
    gone = len(losses) - int((~over)[::-1].argmax()) if (~over).any() else 0
    ended = gone < len(losses)
    drawn = np.isfinite(losses) & (losses > 0)
    if ended:
        drawn[gone + 1 :] = False
    return _Run(losses, np.where(drawn, losses, np.nan), gone if ended else None)


def _view(runs: Any, floor: float | None) -> tuple[float, float]:
    """From where to where the axis of the losses runs."""
    heights = np.concatenate(
        [run.heights[: run.gone] if run.gone is not None else run.heights for run in runs]
    )
    seen = heights[np.isfinite(heights)].tolist() + [floor] * bool(floor and floor > 0)
    low, high = max(min(seen, default=0.1), _DEEP), max(seen, default=10.0)
    room = max((high / low) ** 0.06, 1.15)
    return low / room, max(high, low) * room


def _draw_run(axes: Axes, name: str, run: _Run, place: int, steps: tuple[str, int]) -> str:
    unit, first = steps
    colour, dashes, marker = LOOKS[place]
    label = f"{name}: {run.words(unit)}"
    across = np.arange(len(run.losses)) + first
    few: Look = {"marker": marker, "markersize": 5} if len(run.losses) <= 12 else {}
    axes.plot(
        across,
        run.heights,
        color=colour,
        linestyle=dashes,
        linewidth=2,
        label=label,
        gid=f"losses:{name}",
        **few,
    )
    last = np.flatnonzero(np.isfinite(run.heights[: run.gone]))
    if run.gone is not None and last.size:
        look: Look = {"color": MARK, "markersize": 10, "markeredgecolor": PAPER}
        at = across[last[-1]], run.heights[last[-1]]
        axes.plot(*at, "X", gid=f"gone:{name}", zorder=5, **look)
    return label


# Against the degree


@for_readers
def errors_by_degree(
    degrees: Sequence[int],
    train: Losses,
    test: Losses,
    *,
    bias: Losses | None = None,
    variance: Losses | None = None,
) -> Figure:
    """Training and test error against the degree of a polynomial: too stiff, right, too flexible.

    Args:
        degrees: the degrees, rising.
        train: the error on the points that were fitted, for each degree.
        test: the error on other points, for each degree.
        bias: the squared bias for each degree, if it was measured.
        variance: the variance for each degree, if it was measured.

    Returns:
        The figure.

    Raises:
        FigureError: if there is not one number for each degree, or the degrees do not rise.
    """
    across = series(degrees, "degrees")
    if not (np.diff(across) > 0).all():
        msg = f"degrees is {degrees!r:.60}; give them in rising order: [1, 2, 3]."
        raise FigureError(msg)
    given = {"training error": train, "test error": test, "bias squared": bias}
    rows = {
        name: _by_degree(values, name, len(across))
        for name, values in {**given, "variance": variance}.items()
        if values is not None
    }
    figure = Figure(figsize=(7.6, 4.3), dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "degree of the polynomial", "mean squared error (logarithmic)")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    for (name, values), (colour, dashes, marker) in zip(rows.items(), LOOKS, strict=False):
        heights = np.where(np.isfinite(values) & (values > 0), values, np.nan)
        look: Look = {
            "color": colour,
            "linestyle": dashes,
            "marker": marker,
            "markeredgecolor": PAPER,
        }
        axes.plot(across, heights, linewidth=2, label=name, gid=f"errors:{name}", **look)
    said = [f"{name}: {', '.join(map(short, values))}" for name, values in rows.items()]
    best = _draw_best(axes, across, rows["test error"])
    legend(figure, columns=3)
    return describe(
        figure,
        f"Errors against the degrees {', '.join(map(short, across))}, on a logarithmic axis. "
        f"{'; '.join(said)}. {best}.",
    )


def _by_degree(values: Any, name: str, count: int) -> Numbers:
    found = series(values, name)
    if len(found) != count:
        msg = f"{name} has {count_text(len(found), 'number')} for {count_text(count, 'degree')}."
        raise FigureError(f"{msg} Give one for each.")
    return found


def _draw_best(axes: Axes, degrees: Numbers, test: Numbers) -> str:
    """Marks the degree with the lowest test error, and says what is wrong on either side of it."""
    finite = np.where(np.isfinite(test), test, np.inf)
    best = int(finite.argmin())
    if not np.isfinite(finite[best]):
        return "No test error is finite"
    words = f"lowest test error: degree {short(degrees[best])}"
    look: Look = {"color": INK, "linewidth": 1.2, "linestyle": (0, (1, 1.5)), "label": words}
    axes.axvline(float(degrees[best]), gid="best", **look)
    first, last = float(degrees[0]), float(degrees[-1])
    room = 0.15 * (last - first)
    for middle, side, text in (
        ((first + degrees[best]) / 2, degrees[best] - first, "← too stiff"),
        ((degrees[best] + last) / 2, last - degrees[best], "too flexible →"),
    ):
        if side > room:
            place: Look = {"xy": (float(middle), 1.02), "xycoords": axes.get_xaxis_transform()}
            axes.annotate(text, fontsize=NORMAL, family=SANS, color=INK, ha="center", **place)
    return words[0].upper() + words[1:]
