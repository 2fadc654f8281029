"""The time that the same work takes in several ways, and the size from which one is faster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradschool.figures.amounts import brief, plain, positive, scaled
from gradschool.figures.canvas import describe
from gradschool.figures.display import for_readers
from gradschool.figures.labels import Label, Places, logarithmic, room_for_rules
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
from gradschool.figures.style import DPI, INK, PAPER, plot_axes
from gradschool.figures.values import FigureError

_HEIGHT: Final = 3.9  # inches of the axes with their labels
_DASHES: Final = ((0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), (0, (3, 3)))


@dataclass(frozen=True)
class _Curve:
    """One way of doing the work.

    Attributes:
        name: of it.
        seconds: for each size; NaN where it was not measured.
        measured: whether they are this machine's own.
        place: among all curves; decides on its look.
    """

    name: str
    seconds: Numbers
    measured: bool
    place: int


@dataclass(frozen=True)
class _Duel:
    """How a curve does against the first one.

    Attributes:
        words: in words.
        crossings: where the lines cross: size and seconds.
        even: the size near which it becomes faster for the last time, or None.
    """

    words: str
    crossings: list[tuple[float, float]]
    even: float | None


@for_readers
def break_even(
    sizes: Sequence[float],
    measured: Mapping[str, Sequence[float]],
    modelled: Mapping[str, Sequence[float]] | None = None,
    *,
    size: str = "n",
) -> Figure:
    """Times against the size of the work, on two logarithmic axes, and where they cross.

    Every curve is compared with the first one at the sizes that both have; between them the crossing
    is that of straight lines in the picture. What was measured is solid, what was computed from a model
    is dashed and says so. Nothing is measured here.

    Args:
        sizes: of the work, all different and above 0.
        measured: for each way its seconds at each size: `{"CPU": [5e-6, 3e-4]}`; nan where it was
            not measured.
        modelled: likewise, computed and not measured; up to 5 curves in all.
        size: what the sizes are: "n of an n × n product".

    Returns:
        The figure.

    Raises:
        FigureError: for sizes or times that are not above 0, not one time for each size, or more
            curves than can be told apart.
    """
    across, order = _sizes(sizes)
    first = named(measured, "measured", '{"CPU": [5e-6, 3e-4]}')
    second = named(modelled, "modelled", '{"GPU": [5e-6, 3e-4]}') if modelled else {}
    twice = [name for name in second if name in first]
    if twice or len(first) + len(second) > len(LOOKS):
        msg = (
            f"{twice[0]!r} is in measured and in modelled; give each curve one name."
            if twice
            else f"There are {len(first) + len(second)} curves; up to {len(LOOKS)} can be told apart."
        )
        raise FigureError(msg)
    curves = [
        _Curve(brief(name, "The curve"), _seconds(values, name, order), name in first, place)
        for place, (name, values) in enumerate({**first, **second}.items())
    ]
    base = curves[0]
    duels = {curve.name: _duel(base, curve, across) for curve in curves[1:]}
    page = (8.0, _HEIGHT + 0.18 * len(curves))
    figure = Figure(figsize=page, dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, f"{brief(size, 'size')} (logarithmic)", "time (logarithmic)")
    _set_view(axes, across, curves, sum(duel.even is not None for duel in duels.values()))
    said = [_draw_curve(axes, across, curve, duels.get(curve.name)) for curve in curves]
    legend(figure)
    for curve in curves[1:]:
        _draw_crossings(axes, curve, duels[curve.name])
    figure.draw_without_rendering()
    _write(axes, across, curves, duels)
    times = [_times(across, curve) for curve in curves]
    return describe(
        figure,
        f"Time against {brief(size, 'size')}, both logarithmic. {'; '.join(said)}. "
        f"{'; '.join(times)}.",
    )


def _sizes(given: Any) -> tuple[Numbers, list[int]]:
    found = series(given, "sizes")
    for place, value in enumerate(found):
        positive(value, f"sizes[{place}]", "things")
    if len(set(found.tolist())) < len(found):
        msg = f"sizes is {given!r:.60}; a size stands there twice. Give each size once."
        raise FigureError(msg)
    order = [int(place) for place in found.argsort()]
    return found[order], order


def _seconds(given: Any, name: str, order: list[int]) -> Numbers:
    found = series(given, f"The curve {name!r}")
    if len(found) != len(order):
        msg = (
            f"The curve {name!r} has {count_text(len(found), 'time')} for "
            f"{count_text(len(order), 'size')}; give one for each, float('nan') where there is none."
        )
        raise FigureError(msg)
    wrong = found[~np.isnan(found) & ~(np.isfinite(found) & (found > 0))]
    if wrong.size:
        msg = (
            f"The curve {name!r} has the time {short(wrong[0])}; a time is above 0 seconds. If a clock "
            "says 0, repeat the work until it can be measured."
        )
        raise FigureError(msg)
    return found[order]


def _duel(base: _Curve, curve: _Curve, sizes: Numbers) -> _Duel:
    """Compares a curve with the first one."""
    both = np.isfinite(base.seconds) & np.isfinite(curve.seconds)
    if not both.any():
        return _Duel(f"no size in common with {base.name}", [], None)
    at, lead = sizes[both], np.log(curve.seconds[both] / base.seconds[both])
    faster = lead < 0
    crossings, parts, even = [], [], None
    for place in np.flatnonzero(faster[1:] != faster[:-1]).tolist():
        share = lead[place] / (lead[place] - lead[place + 1])
        heights = np.log(base.seconds[both][place : place + 2])
        where = float(np.exp(np.interp(share, [0, 1], np.log(at[place : place + 2]))))
        crossings.append((where, float(np.exp(np.interp(share, [0, 1], heights)))))
        up = bool(faster[place + 1])
        even = where if up else even
        change = f"faster than {base.name}" if up else "slower again"
        parts.append(f"{change} from {plain(at[place + 1])} on (lines cross near {_near(where)})")
    if not parts:
        always = f"faster than {base.name} at every size" if faster[0] else ""
        parts = [always or f"never faster than {base.name} up to {plain(at[-1])}"]
    elif faster[0]:
        parts.insert(0, f"faster than {base.name} from the start")
    # More changes than that are noise; the last ones are what remains.
    if len(parts) > 2:
        parts = [f"{len(crossings)} crossings", parts[-1]]
    return _Duel(", ".join(parts), crossings, even)


def _near(value: float) -> str:
    """A size with three digits."""
    return plain(float(f"{value:.3g}"))


def _set_view(axes: Axes, sizes: Numbers, curves: list[_Curve], rows: int) -> None:
    times = np.concatenate([curve.seconds for curve in curves])
    times = times[np.isfinite(times)]
    low, high = (times.min(), times.max()) if times.size else (1e-3, 1.0)
    for least, ends, inches, setter in (
        (0.5, (sizes[0], sizes[-1]), 0.0, axes.set_xlim),
        (2.2, (low, high), 0.8 * _HEIGHT, axes.set_ylim),
    ):
        a, b = np.log10(ends[0]), np.log10(ends[1])
        room = max(0.06 * (b - a), (least - (b - a)) / 2, 0.1)
        a, b = a - room, b + room
        if inches and rows:
            a = b - (b - a) / (1 - room_for_rules(rows, inches))
        setter(10**a, 10**b)
    logarithmic(axes, plain, lambda value: scaled(value, "s"))
    if len(sizes) <= 9 or sizes[-1] / sizes[0] < 20:
        # Powers of ten say little about sizes such as 64, 128 and 256.
        shown = sizes[:: max(1, -(-len(sizes) // 9))]
        axes.set_xticks(shown, [plain(value) for value in shown])
        axes.set_xticks([], minor=True)


def _draw_curve(axes: Axes, sizes: Numbers, curve: _Curve, duel: _Duel | None) -> str:
    """Draws a curve; returns what is said of it."""
    colour, _, mark = LOOKS[curve.place]
    words = f"{curve.name} ({'measured here' if curve.measured else 'modelled, not measured'})"
    if duel is not None:
        words += f": {duel.words}"
    if not np.isfinite(curve.seconds).any():
        words += " ✗ no times"
    dashes: Any = "solid" if curve.measured else _DASHES[curve.place]
    look: Look = {"color": colour, "linestyle": dashes, "marker": mark, "markersize": 6}
    there = np.isfinite(curve.seconds)
    axes.plot(
        sizes[there],
        curve.seconds[there],
        linewidth=2,
        markerfacecolor=colour if curve.measured else PAPER,
        label=words,
        zorder=3,
        gid=f"curve:{curve.name}",
        **look,
    )
    return words


def _draw_crossings(axes: Axes, curve: _Curve, duel: _Duel) -> None:
    look: Look = {"color": INK, "markerfacecolor": "none", "markersize": 13, "linestyle": "none"}
    for point in duel.crossings:
        axes.plot(*point, "o", markeredgewidth=1.6, gid=f"crossing:{curve.name}", zorder=5, **look)
    if duel.even is not None:
        line: Look = {"color": INK, "linewidth": 1.0, "linestyle": (0, (1, 2))}
        axes.axvline(duel.even, gid=f"even:{curve.name}", **line)


def _write(axes: Axes, sizes: Numbers, curves: list[_Curve], duels: Mapping[str, _Duel]) -> None:
    """Names the curves beside them and the crossings at the bottom."""
    places = Places(axes)
    for curve in curves:
        there = np.isfinite(curve.seconds)
        places.cross(sizes[there], curve.seconds[there])
        places.take(zip(sizes[there].tolist(), curve.seconds[there].tolist(), strict=True))
    row = 0
    for curve in curves:
        duel = duels.get(curve.name)
        if duel is None:
            continue
        places.take(duel.crossings, 0.2)
        if duel.even is not None:
            words = f"break-even near {_near(duel.even)}"
            words += f", {curve.name}" if len(curves) > 2 else ""
            places.rule(duel.even, row, words, f"even number:{curve.name}")
            places.cross(np.array([duel.even] * 2), np.array(axes.get_ylim()))
            row += 1
    for curve in curves:
        there = np.flatnonzero(np.isfinite(curve.seconds))[::-1]
        anchors = [(float(sizes[place]), float(curve.seconds[place])) for place in there]
        places.write(Label(curve.name, anchors, (6.0, 14.0, 24.0), f"name:{curve.name}"))


def _times(sizes: Numbers, curve: _Curve) -> str:
    """The numbers of a curve, the first and the last ones of many."""
    said = [
        f"{plain(size)}: {'none' if np.isnan(time) else scaled(time, 's')}"
        for size, time in zip(sizes.tolist(), curve.seconds.tolist(), strict=True)
    ]
    if len(said) > 12:
        said = [*said[:5], "…", *said[-5:]]
    return f"{curve.name} by size: {', '.join(said)}"
