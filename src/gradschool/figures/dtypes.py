"""Pictures of dtypes: which one a mixture becomes, and how finely the floating ones resolve."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gradschool.figures.canvas import Canvas, Frame, describe
from gradschool.figures.display import for_readers
from gradschool.figures.style import (
    BLUE,
    DPI,
    GREEN,
    INK,
    NORMAL,
    ORANGE,
    PAPER,
    QUIET,
    SANS,
    SMALL,
    WIDEST,
    deep,
    ink_on,
    plot_axes,
    tint,
)
from gradschool.figures.values import FigureError, dtype_text, prose

Edge = tuple[torch.dtype, torch.dtype]

_BANDS: Final[dict[str, tuple[torch.dtype, ...]]] = {
    "complex": (torch.complex64, torch.complex128),
    "floating point": (torch.float16, torch.bfloat16, torch.float32, torch.float64),
    "integers": (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
    "bool": (torch.bool,),
}
_DRAWN: Final = tuple(dtype for band in reversed(_BANDS.values()) for dtype in band)
_BAND_HEIGHT: Final = 0.9
_NODE: Final = (0.8, 0.28)


@for_readers
def promotion(*dtypes: torch.dtype) -> Figure:
    """The dtypes in the order in which mixing promotes them, computed from `torch.promote_types`.

    An arrow leads from a dtype to the next larger ones. A mixture becomes the first dtype that can
    be reached from all its members; with arguments, that one and the way to it are marked.

    Args:
        *dtypes: those that are mixed; any of the twelve drawn.

    Returns:
        The figure.

    Raises:
        FigureError: for a dtype that is not in the picture.
    """
    for dtype in dtypes:
        if dtype not in _DRAWN:
            msg = f"{dtype!r} is not in this picture, which has {prose([dtype_text(d) for d in _DRAWN])}."
            raise FigureError(msg)
    join = reduce(torch.promote_types, dtypes) if dtypes else None
    edges = covers(_DRAWN)
    path = [] if join is None else [e for e in edges if _on_path(e, dtypes, join)]
    canvas = Canvas()
    frames = _frames(edges)
    _draw_bands(canvas)
    for edge in edges:
        _draw_edge(canvas, edge, frames, marked=edge in path)
    for dtype, frame in frames.items():
        _draw_dtype(canvas, dtype, frame, given=dtype in dtypes, joined=dtype == join)
    _draw_reading(canvas, dtypes, join)
    return canvas.finish(_promotion_text(dtypes, join, path, edges))


def precedes(one: torch.dtype, other: torch.dtype) -> bool:
    """Whether mixing the two gives the other one."""
    return torch.promote_types(one, other) == other


def covers(dtypes: Sequence[torch.dtype]) -> list[Edge]:
    """The arrows that are needed: from each dtype to the larger ones with none in between."""
    below = [(a, b) for a in dtypes for b in dtypes if a != b and precedes(a, b)]
    return [
        (a, b) for a, b in below if not any((a, c) in below and (c, b) in below for c in dtypes)
    ]


def _on_path(edge: Edge, dtypes: Sequence[torch.dtype], join: torch.dtype) -> bool:
    return precedes(edge[1], join) and any(precedes(dtype, edge[0]) for dtype in dtypes)


def _depth(dtype: torch.dtype, edges: Sequence[Edge]) -> int:
    """The longest way to a dtype, in arrows: arrows then always lead to the right."""
    return max((1 + _depth(a, edges) for a, b in edges if b == dtype), default=0)


def _frames(edges: Sequence[Edge]) -> dict[torch.dtype, Frame]:
    """A place for each dtype: across by depth, down by category; equals above each other."""
    frames = {}
    depths = {dtype: _depth(dtype, edges) for dtype in _DRAWN}
    step = (WIDEST - 0.2 - _NODE[0]) / max(depths.values())
    for row, band in enumerate(_BANDS.values()):
        for dtype in band:
            equals = [other for other in band if depths[other] == depths[dtype]]
            lift = (equals.index(dtype) - (len(equals) - 1) / 2) * 0.4
            y = (row + 0.5) * _BAND_HEIGHT + lift - _NODE[1] / 2
            frames[dtype] = Frame(0.1 + depths[dtype] * step, y, *_NODE)
    return frames


def _draw_bands(canvas: Canvas) -> None:
    """Draws a band for each category; the label stands where the band has no dtype."""
    for row, name in enumerate(_BANDS):
        frame = Frame(0, row * _BAND_HEIGHT, WIDEST, _BAND_HEIGHT)
        canvas.rectangle(frame, fill="#f3f5f8" if row % 2 else PAPER, edge="none", above=0)
        right = name == "bool"
        canvas.text(
            frame.right - 0.12 if right else 0.12,
            frame.y + 0.1,
            name,
            across="right" if right else "left",
            down="top",
            bold=True,
            colour=QUIET,
        )


def _draw_edge(
    canvas: Canvas, edge: Edge, frames: dict[torch.dtype, Frame], *, marked: bool
) -> None:
    start, end = frames[edge[0]], frames[edge[1]]
    begin, stop = (start.right, start.middle[1]), (end.x - 0.05, end.middle[1])
    # From one category to the next: up first where dtypes stand above each other, else straight
    # to the lower side, so that no arrow crosses a dtype.
    rises = start.y - end.y > _BAND_HEIGHT / 2
    stacked = (
        sum(
            frame.x == end.x and abs(frame.y - end.y) < _BAND_HEIGHT / 2
            for frame in frames.values()
        )
        > 1
    )
    if rises:
        begin = (start.middle[0], start.y)
        stop = stop if stacked else (end.middle[0], end.bottom + 0.05)
    canvas.arrow(
        begin,
        stop,
        turned=rises and stacked,
        colour=INK if marked else "#9a9a9a",
        width=2.6 if marked else 1.1,
        above=3 if marked else 2,
        gid=f"{'path' if marked else 'edge'}:{dtype_text(edge[0])}:{dtype_text(edge[1])}",
    )


def _draw_dtype(
    canvas: Canvas, dtype: torch.dtype, frame: Frame, *, given: bool, joined: bool
) -> None:
    fill = ORANGE if joined else tint(BLUE, 0.85) if given else PAPER
    name = dtype_text(dtype)
    kind = "join" if joined else "given" if given else "dtype"
    canvas.rectangle(
        frame, fill=fill, edge=INK if given or joined else QUIET, width=1.0, gid=f"{kind}:{name}"
    )
    if joined:
        # A second outline: the result is known without its colour.
        canvas.rectangle(frame.grown(0.04), edge=INK, width=1.6)
    canvas.text(*frame.middle, name, size=SMALL, colour=ink_on(fill), bold=given or joined)


def _draw_reading(canvas: Canvas, dtypes: Sequence[torch.dtype], join: torch.dtype | None) -> None:
    """Writes below the picture how to read it."""
    if join is not None:
        names = prose([dtype_text(dtype) for dtype in dtypes])
        canvas.code(0, canvas.bottom + 0.2, [(f"{names} → ", False), (dtype_text(join), True)])
        words = "blue: what is mixed; double outline: what it becomes; thick arrows: the ways there"
        canvas.note(words, gap=0.05)
    canvas.note(
        "An arrow leads to the next larger dtype; a mixture becomes the first dtype that all its members lead to.",
        "Not drawn: complex32, uint16 to uint64, the 8-bit and 4-bit floating and the quantised dtypes.",
        gap=0.1 if join is None else 0.03,
    )


def _promotion_text(
    dtypes: Sequence[torch.dtype],
    join: torch.dtype | None,
    path: Sequence[Edge],
    edges: Sequence[Edge],
) -> str:
    def arrows(pairs: Sequence[Edge]) -> str:
        return ", ".join(f"{dtype_text(a)} to {dtype_text(b)}" for a, b in pairs) or "none"

    text = f"The order of dtype promotion, {len(_DRAWN)} dtypes. Arrows: {arrows(edges)}."
    if join is None:
        return text
    names = prose([dtype_text(dtype) for dtype in dtypes])
    return f"{text} Marked: {names} become {dtype_text(join)}, by the arrows {arrows(path)}."


@dataclass(frozen=True)
class Spacing:
    """How far a floating dtype's numbers lie apart.

    Attributes:
        dtype: the dtype.
        magnitudes: powers of two from small to large.
        spacings: from each of them to the next larger number.
        exact_to: the largest n such that every whole number from 0 to n is in the dtype.
    """

    dtype: torch.dtype
    magnitudes: NDArray[np.float64]
    spacings: NDArray[np.float64]
    exact_to: int

    @property
    def epsilon(self) -> float:
        """The spacing just above 1."""
        return float(self.spacings[np.flatnonzero(self.magnitudes == 1.0)[0]])


_EXPONENTS: Final = (-27, 56)
_FLOATS: Final = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
# Colour, marker, and where the marker's label goes: away from the neighbours' lines.
_LOOKS: Final = {
    torch.float16: (BLUE, "o", (6, -14)),
    torch.bfloat16: (deep(ORANGE), "s", (-16, 7)),
    torch.float32: (deep(GREEN), "^", (6, -14)),
    torch.float64: (INK, "D", (6, -14)),
}
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def spacing_of(dtype: torch.dtype) -> Spacing:
    """Measures the spacing of a dtype's numbers by stepping to the next one, at powers of two."""
    low, high = _EXPONENTS
    largest = torch.finfo(dtype).max
    exact = [2.0**e for e in range(low, high + 1) if 2.0**e <= largest]
    at = torch.tensor(exact, dtype=dtype)
    step = torch.nextafter(at, torch.full_like(at, torch.inf)).double() - at.double()
    kept = at.double() > 0  # smaller than the dtype's smallest number: not in it
    magnitudes, spacings = at.double()[kept].numpy(), step[kept].numpy()
    # Up to the first power of two above which the step is more than 1, no whole number is missing.
    exact_to = int(magnitudes[np.flatnonzero(spacings > 1)[0]])
    return Spacing(dtype, magnitudes, spacings, exact_to)


@for_readers
def float_spacing(*dtypes: torch.dtype) -> Figure:
    """How far apart the numbers of floating dtypes lie, against their size, on log-log axes.

    Markers show up to where every whole number is exact.

    Args:
        *dtypes: of float16, bfloat16, float32 and float64; none for all four.

    Returns:
        The figure.

    Raises:
        FigureError: for another dtype.
    """
    for dtype in dtypes:
        if dtype not in _LOOKS:
            msg = f"float_spacing() knows {prose([dtype_text(d) for d in _FLOATS])}, not {dtype}."
            raise FigureError(msg)
    measured = [spacing_of(dtype) for dtype in (dict.fromkeys(dtypes) or _FLOATS)]
    figure = Figure(figsize=(8.2, 4.6), dpi=DPI, facecolor=PAPER, layout="constrained")
    axes = plot_axes(figure, "size of the number", "distance to the next larger number")
    axes.set_xscale("log", base=10)
    axes.set_yscale("log", base=10)
    axes.axhline(1, color=QUIET, linewidth=1)
    axes.annotate(
        "distance 1",
        (0.0, 1.0),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=SMALL,
        family=SANS,
        color=QUIET,
    )
    axes.margins(x=0.09)
    axes.set_title(
        "up to its mark on the line at 1, a dtype has every whole number",
        loc="left",
        fontsize=NORMAL,
        family=SANS,
        color=INK,
    )
    for spacing in measured:
        _plot_spacing(axes, spacing)
    parts = [
        f"{dtype_text(s.dtype)}: {s.epsilon:.2g} at 1, whole numbers exact to {s.exact_to}"
        for s in measured
    ]
    return describe(
        figure,
        "Distance between neighbouring floating point numbers against their size, on log-log axes; "
        f"it grows in proportion to the size. {'; '.join(parts)}.",
    )


def _plot_spacing(axes: Axes, spacing: Spacing) -> None:
    """Plots one dtype: a line with its name at the end, a marker at the whole-number limit."""
    colour, marker, shift = _LOOKS[spacing.dtype]
    name = dtype_text(spacing.dtype)
    axes.plot(
        spacing.magnitudes,
        spacing.spacings,
        drawstyle="steps-post",
        color=colour,
        linewidth=1.8,
        label=name,
    )
    axes.plot(
        [spacing.exact_to],
        [1],
        marker=marker,
        color=colour,
        markersize=9,
        markeredgecolor=PAPER,
        gid=name,
    )
    power = str(spacing.exact_to.bit_length() - 1).translate(_RAISED)
    end = (float(spacing.magnitudes[-1]), float(spacing.spacings[-1]))
    for text, point, offset, gid in (
        (f"2{power}", (spacing.exact_to, 1.0), shift, "limit"),
        (name, end, (5, -3), "name"),
    ):
        axes.annotate(
            text,
            point,
            xytext=offset,
            textcoords="offset points",
            fontsize=NORMAL,
            family=SANS,
            color=INK,
            gid=gid,
        )
