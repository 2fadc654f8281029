"""The roofline: how fast an operation can be that does so much work for each byte it moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradschool.figures.amounts import brief, plain, positive, scaled
from gradschool.figures.canvas import describe, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.labels import Label, Places, logarithmic, room_for_rules
from gradschool.figures.plotting import LOOKS, Look, legend, named, short
from gradschool.figures.style import DPI, INK, NORMAL, PAPER, QUIET, SANS, plot_axes
from gradschool.figures.values import FigureError

_HEIGHT: Final = 3.9  # inches of the axes with their labels
_MARKS: Final = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
_FILLS: Final = ("full", "left", "bottom", "none")  # of a mark, by roof: told apart without colour
_MOST_ROOFS: Final = 4
_DASHES: Final = ((0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)))
_ROOF: Final = '{"this CPU": (peak in FLOP/s, bandwidth in bytes/s)}'
_POINT: Final = '{"add": (FLOP per byte, FLOP/s)}'
_NEAR: Final = 4.0  # points
_ABOVE: Final = " Above a roof: a cache delivered the data, or the roof was measured too low."

Pair = tuple[float, float]


@dataclass(frozen=True)
class _Roof:
    """What bounds a machine.

    Attributes:
        name: of the machine.
        peak: FLOP/s that it does at most.
        bandwidth: bytes/s that its memory delivers at most.
        look: of its line.
        fill: of its marks.
        measured: whether the numbers are this machine's own.
    """

    name: str
    peak: float
    bandwidth: float
    look: Look
    fill: str
    measured: bool

    @property
    def ridge(self) -> float:
        return self.peak / self.bandwidth

    def at(self, intensity: float) -> float:
        return min(self.peak, intensity * self.bandwidth)

    @property
    def words(self) -> str:
        source = "measured here" if self.measured else "published, not measured here"
        peak, bandwidth = scaled(self.peak, "FLOP/s"), scaled(self.bandwidth, "B/s")
        return f"{self.name} ({source}): {peak}, {bandwidth}, ridge at {short(self.ridge)} FLOP/B"


@for_readers
def roofline(
    roofs: Mapping[str, Pair],
    points: Mapping[str, Any] | None = None,
    references: Mapping[str, Pair] | None = None,
) -> Figure:
    """The roof of each machine, and operations below it, on two logarithmic axes.

    An operation that does I operations for each byte moved reaches at most min(peak, I · bandwidth).
    The two meet at the ridge, peak / bandwidth: to its left memory is the limit, to its right
    arithmetic. A mark's shape is the operation, its filling the machine. Nothing is measured here.

    Args:
        roofs: for each machine that was measured its peak in FLOP/s and its bandwidth in bytes/s:
            `{"this CPU": (108e9, 21e9)}`; 1 to 4.
        points: for each machine its operations, with intensity in FLOP per byte and speed in FLOP/s:
            `{"this CPU": {"add": (1 / 12, 1.6e9)}}`, up to 10; if there is one machine,
            `{"add": (1 / 12, 1.6e9)}` will do.
        references: machines that were not measured, with published numbers, like `roofs`; up to 4.

    Returns:
        The figure.

    Raises:
        FigureError: for numbers that are not above 0, operations of a machine that has no roof, or
            more than can be told apart.
    """
    solid = _roofs(named(roofs, "roofs", _ROOF, _MOST_ROOFS), measured=True)
    dashed = (
        _roofs(named(references, "references", _ROOF, _MOST_ROOFS), measured=False)
        if references
        else {}
    )
    twice = [name for name in dashed if name in solid]
    if twice:
        msg = f"{twice[0]!r} is in roofs and in references; give each machine one name."
        raise FigureError(msg)
    given = _points(points or {}, solid)
    shown = [*solid.values(), *dashed.values()]
    lines = len(shown) + sum(map(len, given.values()))
    size = (8.8, _HEIGHT + 0.18 * lines)
    figure = Figure(figsize=size, dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "intensity, FLOP per byte moved", "speed")
    _set_view(axes, shown, [pair for pairs in given.values() for pair in pairs.values()])
    for roof in shown:
        _draw_roof(axes, roof)
    said = [roof.words for roof in shown] + _draw_points(axes, given, solid)
    legend(figure)
    if len(solid) == 1:
        _name_sides(axes, shown[0])
    figure.draw_without_rendering()
    _write(axes, shown, given)
    return describe(
        figure,
        "Roofline: speed in FLOP/s against intensity in FLOP per byte, both logarithmic; each roof "
        f"rises with the bandwidth up to the ridge and is flat at the peak. {'; '.join(said)}.{_ABOVE if any('↑' in words for words in said) else ''}",
    )


def _pair(value: Any, name: str, what: str, example: str) -> Pair:
    try:
        first, second = value
    except (TypeError, ValueError):
        msg = f"{name} is {value!r:.60}; give {what}: {example}."
        raise FigureError(msg) from None
    return first, second


def _roofs(given: Mapping[str, Any], *, measured: bool) -> dict[str, _Roof]:
    found = {}
    for place, (key, value) in enumerate(given.items()):
        name = brief(key, "The machine")
        peak, bandwidth = _pair(value, f"The roof {name!r}", "peak and bandwidth", _ROOF)
        colour = LOOKS[place][0] if measured else QUIET
        dashes: Any = "solid" if measured else _DASHES[place]
        found[name] = _Roof(
            name,
            positive(peak, f"The peak of {name!r}", "FLOP/s"),
            positive(bandwidth, f"The bandwidth of {name!r}", "bytes/s"),
            {"color": colour, "linestyle": dashes, "linewidth": 2.2 if measured else 1.5},
            _FILLS[place],
            measured,
        )
    return found


def _points(given: Any, roofs: Mapping[str, _Roof]) -> dict[str, dict[str, Pair]]:
    """For each roof its operations; those of a single roof may come without its name."""
    if not isinstance(given, Mapping):
        msg = f"points is {given!r:.60}; give the operations by name: {_POINT}."
        raise FigureError(msg)
    if not any(isinstance(value, Mapping) for value in given.values()):
        if given and len(roofs) > 1:
            msg = (
                f"There are {len(roofs)} roofs, and points does not say which operation ran where; give "
                f"{{{next(iter(roofs))!r}: {_POINT}}}."
            )
            raise FigureError(msg)
        given = dict.fromkeys(roofs, given) if given else {}
    found: dict[str, dict[str, Pair]] = {}
    for key, operations in given.items():
        roof = " ".join(str(key).split())
        if roof not in roofs:
            msg = (
                f"points has {roof!r}, which has no roof; there are {', '.join(map(repr, roofs))}."
            )
            raise FigureError(msg)
        if not isinstance(operations, Mapping):
            msg = f"The points of {roof!r} are {operations!r:.60}; give {_POINT}."
            raise FigureError(msg)
        found[roof] = {}
        for operation, value in operations.items():
            name = brief(operation, "The operation")
            where = f"The operation {name!r}"
            intensity, speed = _pair(value, where, "intensity and speed", _POINT)
            found[roof][name] = (
                positive(intensity, f"{where}: its intensity", "FLOP per byte"),
                positive(speed, f"{where}: its speed", "FLOP/s"),
            )
    names = {name for operations in found.values() for name in operations}
    if len(names) > len(_MARKS):
        msg = f"points has {len(names)} operations; up to {len(_MARKS)} can be told apart. Show fewer."
        raise FigureError(msg)
    return found


def _set_view(axes: Axes, roofs: list[_Roof], points: list[Pair]) -> None:
    """Makes room for all ridges and points, and below them for the rows that name the ridges."""
    across = [roof.ridge for roof in roofs] + [x for x, _ in points]
    low = min(*across, roofs[0].ridge / 6) / 6
    high = max(*across, roofs[0].ridge * 6) * 6
    up = [roof.peak for roof in roofs] + [y for _, y in points]
    slow = [roof.at(min(low * 6, roof.ridge / 3)) for roof in roofs] + [y for _, y in points]
    bottom, top = np.log10(min(slow)) - 0.15, np.log10(max(up)) + 0.45
    share = room_for_rules(len(roofs), 0.8 * _HEIGHT)
    bottom = top - (top - bottom) / (1 - share)
    axes.set_xlim(low, high)
    axes.set_ylim(10**bottom, 10**top)
    logarithmic(axes, plain, lambda value: scaled(value, "FLOP/s"))


def _draw_roof(axes: Axes, roof: _Roof) -> None:
    low, high = axes.get_xlim()
    across = [low, roof.ridge, high]
    heights = [roof.at(x) for x in across]
    axes.plot(across, heights, label=roof.words, gid=f"roof:{roof.name}", **roof.look)
    drop: Look = {"color": roof.look["color"], "linewidth": 1.0, "linestyle": (0, (1, 2))}
    bottom = axes.get_ylim()[0]
    axes.plot([roof.ridge] * 2, [bottom, roof.peak], gid=f"ridge:{roof.name}", **drop)


def _draw_points(
    axes: Axes, given: Mapping[str, Mapping[str, Pair]], roofs: Mapping[str, _Roof]
) -> list[str]:
    """Draws the operations; returns what is said of each."""
    said = []
    marks: dict[str, str] = {}
    for machine, operations in given.items():
        roof = roofs[machine]
        for name, (intensity, speed) in operations.items():
            mark = marks.setdefault(name, _MARKS[len(marks)])
            part = 100 * speed / roof.at(intensity)
            side = "memory" if intensity < roof.ridge else "arithmetic"
            where = f" on {machine}" if len(roofs) > 1 else ""
            words = (
                f"{name}{where}: {short(intensity)} FLOP/B, {scaled(speed, 'FLOP/s')}, "
                f"{short(part)}% of the roof, {side}-limited"
            )
            if part > 100.5:
                words += " ↑ above it"
            look: Look = {
                "color": roof.look["color"],
                "markeredgecolor": INK,
                "fillstyle": roof.fill,
            }
            axes.plot(
                [intensity],
                [speed],
                mark,
                markersize=8,
                markerfacecoloralt=PAPER,
                linestyle="none",
                zorder=4,
                label=words,
                gid=f"point:{machine}:{name}",
                **look,
            )
            said.append(words)
    return said


def _name_sides(axes: Axes, roof: _Roof) -> None:
    """Writes above the axes what limits on either side of the ridge, where there is room."""
    low, high = np.log10(axes.get_xlim())
    at = (np.log10(roof.ridge) - low) / (high - low)
    for words, side, room in (
        (f"← memory limits {roof.name}", "right", at),
        (f"arithmetic limits {roof.name} →", "left", 1 - at),
    ):
        if text_size(words, NORMAL)[0] + 0.1 < room * 6.5:
            axes.annotate(
                words,
                (roof.ridge, 1.02),
                xycoords=axes.get_xaxis_transform(),
                xytext=(-5 if side == "right" else 5, 0),
                textcoords="offset points",
                ha=side,
                fontsize=NORMAL,
                family=SANS,
                color=INK,
            )


def _write(axes: Axes, roofs: list[_Roof], given: Mapping[str, Mapping[str, Pair]]) -> None:
    """Writes the ridges' numbers at the bottom, and names beside roofs and points where there is room."""
    places = Places(axes)
    low, high = axes.get_xlim()
    places.take(pair for operations in given.values() for pair in operations.values())
    for roof in roofs:
        across = np.array([low, roof.ridge, high])
        places.cross(across, np.array([roof.at(x) for x in across]))
        places.cross(np.array([roof.ridge] * 2), np.array([axes.get_ylim()[0], roof.peak]))
    for row, roof in enumerate(roofs):
        words = f"ridge {short(roof.ridge)}" + (f", {roof.name}" if len(roofs) > 1 else "")
        places.rule(roof.ridge, row, words, f"ridge number:{roof.name}")
    for machine, operations in given.items():
        for name, pair in operations.items():
            places.write(Label(name, [pair], gid=f"name:{machine}:{name}"))
    for roof in roofs:
        # Along the flat part from its middle on, and then along the slope.
        flat = np.geomspace(roof.ridge, high, 9)[[5, 3, 6, 2, 4]].tolist()
        rising = np.geomspace(low, roof.ridge, 9)[[5, 3, 6, 4]].tolist()
        anchors = [(x, roof.at(x)) for x in (*flat, *rising)]
        places.write(Label(roof.name, anchors, (_NEAR,), f"roof name:{roof.name}"))
