"""A matrix product in tiles: what one step reads and writes, and what tiles save."""

from typing import Any, Final, NamedTuple

from matplotlib.figure import Figure

from gradschool.figures.amounts import whole
from gradschool.figures.canvas import Canvas, Frame, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import count_text, short
from gradschool.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LARGE,
    LINE,
    ORANGE,
    PAPER,
    QUIET,
    SMALL,
    tint,
)
from gradschool.figures.values import FigureError, shape_text

_LONGEST: Final = 2.7  # inches of the longest side
_SHORTEST: Final = 0.3  # of a side too short to be drawn in proportion
_LARGEST: Final = 0.34  # of a cell
_FINE: Final = 0.09  # inches between lines, below which cells are not drawn
_DENSE: Final = 0.045  # likewise for the tiles
_GAP: Final = 0.5
_BAR: Final = 4.2


class _Axis(NamedTuple):
    """One of the three sizes of a product.

    Attributes:
        letter: m, k or n.
        size: of the axis.
        tile: how many of it belong to one tile.
        at: which tile the step is at; None if there are no tiles.
        inches: how long it is drawn.
    """

    letter: str
    size: int
    tile: int
    at: int | None
    inches: float

    @property
    def steps(self) -> int:
        return -(-self.size // self.tile)

    def ends(self, number: int | None) -> tuple[int, int]:
        """From where to where a tile runs; the last one may be smaller."""
        if number is None:
            return 0, 0
        return number * self.tile, min((number + 1) * self.tile, self.size)

    def place(self, position: int) -> float:
        """How many inches from its beginning a position is."""
        return self.inches * position / self.size if self.size else 0.0


@for_readers
def tiling(m: int, k: int, n: int, tile: int, at: tuple[int, int, int] = (0, 0, 0)) -> Figure:
    """One step of a product C = A @ B in tiles, and the numbers read from slow memory.

    A step reads one tile of A (hatched) and one of B (hatched the other way), and adds their product
    to one tile of C (crossed). Light tiles belong to other steps of the same tile of C. Without tiles
    each number of C reads a row of A and a column of B, 2·m·n·k numbers in all; with them each step
    reads two tiles once. Both are counts of a model in which nothing else is kept.

    Args:
        m: rows of A and C.
        k: columns of A and rows of B; it may be 0.
        n: columns of B and C.
        tile: rows and columns of a tile; tiles at the border may be smaller.
        at: which step: row and column of the tile of C, and which tile along k; counted in tiles
            from 0.

    Returns:
        The figure.

    Raises:
        FigureError: for sizes that are no positive whole numbers, or a step that there is not.
    """
    sizes = whole(m, "m", 1, 10**6), whole(k, "k", 0, 10**6), whole(n, "n", 1, 10**6)
    edge = whole(tile, "tile", 1, 10**6)
    i, j, step = _step(at, sizes, edge)
    unit = min(_LARGEST, _LONGEST / max(sizes))
    rows, inner, columns = (
        _Axis(letter, size, edge, number, max(size * unit, _SHORTEST))
        for letter, size, number in zip("mkn", sizes, (i, step, j), strict=True)
    )
    canvas = Canvas()
    words = _code(rows, inner, columns)
    canvas.code(0, 0, [(words, True)], size=LARGE)
    number = 0 if step is None else step + 1
    where = (
        f"tile ({i}, {j}) of C, step {number} of {inner.steps}"
        if inner.steps
        else "no steps, k = 0"
    )
    canvas.text(0, 0.22, where, size=SMALL, across="left", colour=QUIET)
    _draw(canvas, (rows, inner, columns))
    plain = 2 * rows.size * inner.size * columns.size
    tiled = (rows.size * columns.steps + columns.size * rows.steps) * inner.size
    held = sum(_area(*pair) for pair in ((rows, inner), (inner, columns), (rows, columns)))
    _draw_reads(canvas, plain, tiled)
    notes = _notes((rows, inner, columns), plain, tiled, held)
    canvas.note(*notes)
    shapes = " @ ".join(shape_text(shape) for shape in (sizes[:2], sizes[1:]))
    said = "".join(f" {note[0].upper()}{note[1:]}." for note in notes)
    return canvas.finish(
        f"Product {shapes} in tiles of {edge}: {where}: {words}. Numbers read from slow memory: "
        f"{plain:,} without tiles, {tiled:,} with.{said}"
    )


def _step(at: Any, sizes: tuple[int, int, int], tile: int) -> tuple[int, int, int | None]:
    counts = [-(-size // tile) for size in (sizes[0], sizes[2], sizes[1])]
    try:
        numbers = [int(number) for number in at if hasattr(number, "__index__")]
        right = len(numbers) == len(at) == 3
    except TypeError:
        numbers, right = [], False
    # Without steps there is still a first one to ask for.
    if not right or not all(0 <= a < max(b, 1) for a, b in zip(numbers, counts, strict=True)):
        most = tuple(max(count - 1, 0) for count in counts)
        msg = (
            f"at is {at!r:.60}; C has {counts[0]} × {counts[1]} tiles of {count_text(counts[2], 'step')} "
            f"each: give (row, column, step) from (0, 0, 0) to {most}."
        )
        raise FigureError(msg)
    return numbers[0], numbers[1], numbers[2] if counts[2] else None


def _area(one: _Axis, other: _Axis) -> int:
    (a, b), (c, d) = one.ends(one.at), other.ends(other.at)
    return (b - a) * (d - c)


def _slice(axis: _Axis) -> str:
    return "{}:{}".format(*axis.ends(axis.at))


def _code(rows: _Axis, inner: _Axis, columns: _Axis) -> str:
    i, l, j = map(_slice, (rows, inner, columns))
    if inner.at is None:
        return f"C[{i}, {j}] = 0"
    return f"C[{i}, {j}] += A[{i}, {l}] @ B[{l}, {j}]"


def _draw(canvas: Canvas, axes: tuple[_Axis, _Axis, _Axis]) -> None:
    """Draws A to the left of C and B above it, so that rows and columns that belong together align."""
    rows, inner, columns = axes
    titles = [
        f"{name} {shape_text((one.size, other.size))}"
        for name, one, other in (("A", rows, inner), ("B", inner, columns), ("C", rows, columns))
    ]
    left = max(text_size("m = 1000000", SMALL)[0], 0.1)
    x = left + max(inner.inches, text_size(titles[0], bold=True)[0]) + _GAP
    top = 0.75
    y = top + inner.inches + _GAP
    a = Frame(left, y, inner.inches, rows.inches)
    b = Frame(x, top, columns.inches, inner.inches)
    c = Frame(x, y, columns.inches, rows.inches)
    for frame, (one, other), name, look in (
        (a, (rows, inner), "A", (BLUE, "////")),
        (b, (inner, columns), "B", (ORANGE, "\\\\\\\\")),
        (c, (rows, columns), "C", (GREEN, "xxxx")),
    ):
        _draw_matrix(canvas, frame, (one, other), name, look)
    for frame, title in ((a, titles[0]), (b, titles[1])):
        canvas.text(frame.x, frame.y - 0.06, title, across="left", down="bottom", bold=True)
    canvas.text(c.right + 0.1, c.middle[1], titles[2], across="left", bold=True)
    for frame, axis in ((a, rows), (b, inner)):
        words = f"{axis.letter} = {axis.size}"
        canvas.text(frame.x - 0.08, frame.middle[1], words, size=SMALL, across="right")
    for frame, axis in ((a, inner), (c, columns)):
        words = f"{axis.letter} = {axis.size}"
        canvas.text(frame.middle[0], frame.bottom + 0.05, words, size=SMALL, down="top")


def _draw_matrix(
    canvas: Canvas, frame: Frame, axes: tuple[_Axis, _Axis], name: str, look: tuple[str, str]
) -> None:
    """Draws one matrix with the tile of this step and the light ones of the other steps."""
    down, across = axes
    empty = not down.size or not across.size
    canvas.rectangle(frame, fill=PAPER, edge=QUIET if empty else INK, dashed=empty, gid=name)
    if empty:
        return
    colour, hatch = look
    for axis, other in ((down, across), (across, down)):
        if axis.letter == "k" and other.at is not None:
            # All steps of this tile of C: the strip along k.
            canvas.rectangle(_part(frame, axes, axis), fill=tint(colour, 0.18), gid=f"strip:{name}")
    _draw_lines(canvas, frame, axes)
    if down.at is not None and across.at is not None:
        box = _part(frame, axes, None)
        canvas.rectangle(
            box,
            fill=tint(colour, 0.5),
            width=2 if min(box.w, box.h) > 0.15 else 1,
            hatch=hatch,
            above=3,
            gid=f"tile:{name}",
        )
        _draw_lines(canvas, frame, axes, inside=box)


def _part(frame: Frame, axes: tuple[_Axis, _Axis], whole_axis: _Axis | None) -> Frame:
    """The tile of the step, or the strip of all tiles along one axis."""
    down, across = axes
    (y0, y1), (x0, x1) = (
        (0, axis.size) if axis is whole_axis else axis.ends(axis.at) for axis in (down, across)
    )
    x, y = frame.x + across.place(x0), frame.y + down.place(y0)
    return Frame(x, y, across.place(x1 - x0), down.place(y1 - y0))


def _draw_lines(
    canvas: Canvas, frame: Frame, axes: tuple[_Axis, _Axis], inside: Frame | None = None
) -> None:
    """Draws thin lines between cells and thicker ones between tiles, where they are far enough apart."""
    box = inside or frame
    for axis, upright in ((axes[1], True), (axes[0], False)):
        one = axis.inches / axis.size
        for step, least, width in ((1, _FINE, 0.5), (axis.tile, _DENSE, 1.4)):
            if step * one < least or (inside and step > 1):
                continue
            for position in range(step, axis.size, step):
                at = axis.place(position)
                if upright and box.x < frame.x + at < box.right - 1e-6:
                    ends = (frame.x + at, box.y), (frame.x + at, box.bottom)
                elif not upright and box.y < frame.y + at < box.bottom - 1e-6:
                    ends = (box.x, frame.y + at), (box.right, frame.y + at)
                else:
                    continue
                fine = step * one < 0.2
                colour = LINE if width < 1 or fine else INK
                width = min(width, 0.7) if fine else width
                canvas.line(*ends, colour=colour, width=width, above=3.5 if inside else 1.2)


def _draw_reads(canvas: Canvas, plain: int, tiled: int) -> None:
    """Draws how many numbers are read without and with tiles, as two bars."""
    y = canvas.bottom + 0.22
    title = "numbers read from slow memory for the whole product"
    y = canvas.text(0, y, title, across="left", down="top", bold=True).bottom + 0.08
    left = text_size("without tiles")[0] + 0.12
    for words, count, fill, hatch in (
        ("without tiles", plain, tint(GREY, 0.5), None),
        ("with tiles", tiled, tint(GREEN, 0.5), "xxxx"),
    ):
        bar = Frame(left, y, max(_BAR * count / max(plain, tiled, 1), 0.02), 0.2)
        canvas.text(left - 0.1, bar.middle[1], words, across="right")
        canvas.rectangle(bar, fill=fill, hatch=hatch, gid=f"reads:{words}")
        canvas.text(bar.right + 0.08, bar.middle[1], f"{count:,}", across="left", bold=True)
        y += 0.28


def _notes(axes: tuple[_Axis, _Axis, _Axis], plain: int, tiled: int, held: int) -> list[str]:
    notes: list[str] = []
    if tiled:
        ratio = plain / tiled
        less = f"{short(ratio)} times fewer reads" if ratio > 1 else "no fewer reads"
        notes.append(f"{less} with tiles; this step keeps three tiles at hand, {held:,} numbers")
    if axes[1].steps > 1:
        notes.append("light tiles: the other steps for the same tile of C")
    if (
        any(axis.size and axis.inches > axis.size * _LARGEST * 1.001 for axis in axes)
        or len({round(axis.inches / axis.size, 9) for axis in axes if axis.size}) > 1
    ):
        notes.append("sizes far apart: the thin sides are drawn thicker than in proportion")
    if any(axis.size and axis.inches / axis.size < _FINE for axis in axes):
        hidden = any(axis.inches / axis.size * axis.tile < _DENSE for axis in axes if axis.size)
        what = "cells and tiles are too small" if hidden else "single cells are too small"
        notes.append(f"{what} for lines between all of them")
    return notes
