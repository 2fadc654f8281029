"""What an index expression selects: the cells, the shape that comes out, and whose memory it is."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, text_size, widest
from gradschool.figures.display import for_readers
from gradschool.figures.expressions import Part, index_text, parts_of
from gradschool.figures.style import (
    BLUE,
    INK,
    LARGE,
    LINE,
    ORANGE,
    PALE,
    PAPER,
    QUIET,
    SMALL,
    WIDEST,
    ink_on,
)
from gradschool.figures.values import (
    FigureError,
    Piece,
    bytes_text,
    indices,
    numbers,
    numeric,
    pieces,
    shape_text,
    sheet_shape,
    value_texts,
)

_MOST_AXES: Final = 4
_MOST_CELLS: Final = 400
_MOST_ROWS: Final = 24
_MOST_WRITTEN: Final = 100  # cells up to which the numbers are written in
_MOST_ORIGINS: Final = 24  # cells up to which a copy says where each number comes from
_CELL: Final = 0.34
_HEIGHT: Final = 0.3
_TINY: Final = 0.17  # a cell without a number
_SOURCE: Final = 4.8  # inches across for the tensor


@dataclass(frozen=True)
class _Selection:
    """A tensor, an index and what comes out, found by indexing and not by rules.

    Attributes:
        name: of the tensor.
        code: the expression.
        shape: of the tensor.
        texts: its numbers as text, in the order of its indices.
        result: the shape that comes out.
        chosen: for each number of the result, its place among all numbers of the tensor.
        shares: whether the result reads the tensor's memory; None if there is none to share.
        memory: what can be said of the result's memory.
        parts: what each part of the index does.
    """

    name: str
    code: str
    shape: tuple[int, ...]
    texts: list[str]
    result: tuple[int, ...]
    chosen: list[int]
    shares: bool | None
    memory: str
    parts: list[Part]

    @property
    def verdict(self) -> str:
        if self.shares is None:
            return "nothing is selected: there is no memory to share"
        return f"{'a view: the same memory' if self.shares else 'a copy: memory of its own'}, {self.memory}"

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell with a number in it."""
        return max(_CELL, widest(self.texts, SMALL, bold=True) + 0.12), _HEIGHT

    @property
    def written(self) -> bool:
        """Whether there is room for the numbers."""
        columns = max(sheet_shape(self.shape)[1], sheet_shape(self.result)[1])
        few = max(len(self.texts), len(self.chosen)) <= _MOST_WRITTEN
        return few and columns * self.cell[0] <= 2 * WIDEST

    @property
    def origins(self) -> list[str]:
        """For each number of a copy the index it comes from; none where that is not written."""
        if self.shares or not self.written or len(self.chosen) > _MOST_ORIGINS:
            return []
        places = list(indices(self.shape))
        return [f"[{', '.join(map(str, places[place]))}]" for place in self.chosen]


@for_readers
def selection(tensor: Tensor | NDArray[Any], index: Any, *, name: str = "A") -> Figure:
    """What `tensor[index]` selects, the shape that comes out, and whether it is a view or a copy.

    The expression is carried out, by torch for a tensor and by NumPy for an array, and the memory
    of the result is compared with that of the tensor. Blue cells are the tensor's own memory;
    orange ones are copies, each with the index that it comes from.

    Args:
        tensor: up to 4 axes and 400 cells.
        index: what stands between the brackets: `np.s_[1:3, ::2]`, `A > 10`, `[0, 3]`, `(0, None)`.
        name: what to call the tensor.

    Returns:
        The figure.

    Raises:
        FigureError: if the index does not fit, with the error it raises, or for too many cells.
    """
    made = _select(tensor, index, name)
    canvas = Canvas()
    canvas.code(0, 0, [(made.code, True)], size=LARGE)
    facts = f"shape {shape_text(made.shape)} → {shape_text(made.result)}"
    canvas.text(0, 0.14, facts, across="left", down="top", gid="shapes")
    canvas.text(0, 0.32, made.verdict, across="left", down="top", bold=True, gid="verdict")
    _draw_both(canvas, made)
    _draw_parts(canvas, made.parts)
    _draw_key(canvas, made)
    return canvas.finish(_description(made))


def _select(tensor: object, index: Any, name: str) -> _Selection:
    array = isinstance(tensor, np.ndarray)
    data, _ = numeric(tensor, name)
    shape = tuple(data.shape)
    code = f"{name}[{index_text(index)}]"
    _check_size(shape, name)
    whole: Any = tensor if array else data
    places: Any = torch.arange(data.numel(), device=data.device).reshape(shape)
    places = places.numpy() if array else places
    with warnings.catch_warnings():
        # What torch will read differently one day is for the lesson to say.
        warnings.simplefilter("ignore")
        try:
            result, chosen = whole[index], places[index]
        except (IndexError, TypeError, ValueError, RuntimeError) as error:
            msg = f"{code} of shape {shape_text(shape)} raises {type(error).__name__}: {error}"
            raise FigureError(msg) from None
    _check_size(tuple(result.shape), code, result=True)
    return _Selection(
        name,
        code,
        shape,
        value_texts(numbers(data)),
        tuple(result.shape),
        np.asarray(chosen).flatten().tolist() if array else chosen.flatten().tolist(),
        _shares(whole, result),
        _memory(whole, result),
        parts_of(index, shape, numpy=array),
    )


def _check_size(shape: tuple[int, ...], name: str, *, result: bool = False) -> None:
    count, rank = prod(shape), len(shape)
    if (
        (rank > _MOST_AXES and not result)
        or count > _MOST_CELLS
        or sheet_shape(shape)[0] > _MOST_ROWS
    ):
        msg = (
            f"{name} of shape {shape_text(shape)} is too large to draw: up to {_MOST_CELLS} cells in "
            f"{_MOST_ROWS} rows, and {_MOST_AXES} axes to select from. "
            + ("Select less." if result else "Use a smaller example.")
        )
        raise FigureError(msg)


def _shares(whole: Any, result: Any) -> bool | None:
    """Whether two have memory in common; asked of the memory, not of the rules."""
    if not prod(result.shape):
        return None
    if isinstance(whole, np.ndarray):
        return bool(np.shares_memory(whole, result))
    one, other = whole.untyped_storage().data_ptr(), result.untyped_storage().data_ptr()
    return bool(one == other)


def _memory(whole: Any, result: Any) -> str:
    """How a view reads the memory, or how much a copy has."""
    if not _shares(whole, result):
        size = bytes_text(int(prod(result.shape)) * result.dtype.itemsize)
        return size if isinstance(result, Tensor | np.ndarray) else f"{size} (a NumPy number)"
    if isinstance(whole, np.ndarray):
        return f"strides {shape_text(result.strides)} in bytes"
    return f"offset {result.storage_offset()}, strides {shape_text(result.stride())}"


# The cells

Draw = Callable[[Frame, int], None]


@dataclass(frozen=True)
class _Grid:
    """One of the two tensors in the picture.

    Attributes:
        title: what stands above it.
        shape: of the tensor.
        cell: width and height of a cell.
        draw: draws a cell, given its place among all of them.
        negative: the axes, -1 or -2, whose indices are also counted from the end.
        room: inches across.
    """

    title: str
    shape: tuple[int, ...]
    cell: tuple[float, float]
    draw: Draw
    negative: set[int]
    room: float

    @property
    def left(self) -> float:
        """Room for the indices of the rows."""
        rows = sheet_shape(self.shape)[0]
        return text_size(str(max(rows - 1, 0)), SMALL)[0] + 0.1 if len(self.shape) >= 2 else 0.0

    @property
    def right(self) -> float:
        """Room for the indices of the rows counted from the end."""
        rows = sheet_shape(self.shape)[0]
        return text_size(str(-rows), SMALL)[0] + 0.1 if -2 in self.negative else 0.0

    @property
    def above(self) -> float:
        name = 0.17 if self.pieces and self.pieces[0].name else 0.0
        return (0.18 if self.shape else 0.04) + name

    @property
    def below(self) -> float:
        return 0.18 if -1 in self.negative else 0.0

    @property
    def pieces(self) -> list[Piece]:
        return pieces(self.shape, max(int((self.room - 0.4) / self.cell[0]), 1))

    @property
    def sizes(self) -> list[tuple[float, float]]:
        return [
            (
                max(len(p.rows[0]) * self.cell[0], text_size(p.name, SMALL)[0])
                + self.left
                + self.right,
                len(p.rows) * self.cell[1] + self.above + self.below,
            )
            for p in self.pieces
        ]

    @property
    def width(self) -> float:
        corners = flow(self.sizes, self.room, (0.2, 0.12))
        reach = [x + w for (x, _), (w, _) in zip(corners, self.sizes, strict=True)]
        return max(*reach, text_size(self.title, bold=True)[0], 0.9) if reach else 0.9


def _draw_both(canvas: Canvas, made: _Selection) -> None:
    """Draws the tensor with the selected cells, and beside or below it the result."""
    cell = made.cell if made.written else (_TINY, _TINY)
    counted = {part.axis - len(made.shape) for part in made.parts if part.negative}
    title = f"{made.name}: {shape_text(made.shape)}"
    # One that must not be cut has the whole width, and the result is below it.
    room = _SOURCE if sheet_shape(made.shape)[1] * cell[0] <= _SOURCE - 0.5 else WIDEST
    source = _Grid(title, made.shape, cell, _source_cells(canvas, made), counted, room)
    if made.origins:
        cell = (max(cell[0], widest(made.origins, SMALL) + 0.1), 0.4)
    y = canvas.bottom + 0.2
    beside = source.width + 0.5
    title = f"result: {shape_text(made.result)}"
    draw = _result_cells(canvas, made)
    result = _Grid(title, made.result, cell, draw, set(), WIDEST - beside)
    _draw_grid(canvas, source, (0.0, y))
    whole = len(result.pieces) <= max(prod(made.result[:-2]), 1)
    if whole and room == _SOURCE and beside + result.width <= WIDEST:
        _draw_grid(canvas, result, (beside, y))
    else:
        result = _Grid(title, made.result, cell, draw, set(), WIDEST)
        _draw_grid(canvas, result, (0.0, canvas.bottom + 0.25))


def _source_cells(canvas: Canvas, made: _Selection) -> Draw:
    times = [made.chosen.count(place) for place in range(len(made.texts))]

    def draw(cell: Frame, number: int) -> None:
        count = times[number]
        fill = BLUE if count else PAPER
        canvas.rectangle(
            cell,
            fill=fill,
            edge=INK if count else LINE,
            width=1.2 if count else 0.6,
            above=2 if count else 1,
            gid=f"{'chosen' if count else 'left'}:{number}",
        )
        ink = ink_on(fill) if count else QUIET
        x, y = cell.middle
        if made.written:
            up = 0.06 if count > 1 else 0.0
            text = made.texts[number]
            canvas.text(
                x, y - up, text, size=SMALL, colour=ink, bold=bool(count), gid=f"value:{number}"
            )
        if count > 1 and made.written:
            canvas.text(x, y + 0.08, f"×{count}", size=SMALL, colour=ink, gid=f"times:{number}")

    return draw


def _result_cells(canvas: Canvas, made: _Selection) -> Draw:
    fill = BLUE if made.shares else ORANGE
    origins = made.origins

    def draw(cell: Frame, number: int) -> None:
        canvas.rectangle(cell, fill=fill, edge=INK, gid=f"result:{number}")
        if not made.written:
            return
        x, y = cell.middle
        text = made.texts[made.chosen[number]]
        up = 0.08 if origins else 0.0
        ink = ink_on(fill)
        canvas.text(x, y - up, text, size=SMALL, bold=True, colour=ink, gid=f"shown:{number}")
        if origins:
            canvas.text(x, y + 0.08, origins[number], size=SMALL, colour=ink, gid=f"from:{number}")

    return draw


def _draw_grid(canvas: Canvas, grid: _Grid, corner: tuple[float, float]) -> None:
    """Draws the cells of a tensor with their indices, cut into sheets that fit."""
    x, y = corner
    head = canvas.text(x, y, grid.title, across="left", down="top", bold=True)
    if not grid.pieces:
        frame = Frame(x, head.bottom + 0.08, 0.8, _HEIGHT)
        canvas.rectangle(frame, fill=PALE, edge=QUIET, dashed=True)
        canvas.text(*frame.middle, "no cells", size=SMALL, colour=QUIET, gid="no cells")
    corners = flow(grid.sizes, grid.room, (0.2, 0.12))
    for piece, (dx, dy) in zip(grid.pieces, corners, strict=True):
        shape = (len(piece.rows), len(piece.rows[0]))
        frame = Frame(
            x + dx + grid.left,
            head.bottom + 0.04 + dy + grid.above,
            shape[1] * grid.cell[0],
            shape[0] * grid.cell[1],
        )
        if piece.name:
            canvas.text(
                frame.x,
                frame.y - 0.18,
                piece.name,
                size=SMALL,
                across="left",
                down="bottom",
                bold=True,
            )
        _draw_indices(canvas, grid, piece, frame)
        for row, members in enumerate(piece.rows):
            for column, number in enumerate(members):
                grid.draw(frame.cell(row, column, shape), number)


def _draw_indices(canvas: Canvas, grid: _Grid, piece: Piece, frame: Frame) -> None:
    """Numbers the rows and columns, from the end as well where the index counts so."""
    rows, columns = sheet_shape(grid.shape)
    shape = (len(piece.rows), len(piece.rows[0]))
    first = piece.rows[0][0] % columns
    longest = str(-columns if -1 in grid.negative else columns - 1)
    every = 1 if text_size(longest, SMALL)[0] + 0.04 <= grid.cell[0] else 5
    for column in range(shape[1] if grid.shape else 0):
        x = frame.cell(0, column, shape).middle[0]
        place = first + column
        if place % every == 0:
            canvas.text(x, frame.y - 0.03, str(place), size=SMALL, down="bottom", colour=QUIET)
        if -1 in grid.negative and (place - columns) % every == 0:
            words = str(place - columns)
            canvas.text(x, frame.bottom + 0.03, words, size=SMALL, down="top", colour=QUIET)
    for row in range(rows if len(grid.shape) >= 2 else 0):
        y = frame.cell(row, 0, shape).middle[1]
        canvas.text(frame.x - 0.06, y, str(row), size=SMALL, across="right", colour=QUIET)
        if -2 in grid.negative:
            words = str(row - rows)
            canvas.text(frame.right + 0.06, y, words, size=SMALL, across="left", colour=QUIET)


# The words


def _draw_parts(canvas: Canvas, parts: list[Part]) -> None:
    """Writes what each part of the index does, one below the other."""
    y = canvas.bottom + 0.22
    left = max((text_size(part.code, mono=True, bold=True)[0] for part in parts), default=0.0)
    for part in parts:
        canvas.text(0, y, part.code, across="left", mono=True, bold=True)
        canvas.text(left + 0.2, y, part.effect, size=SMALL, across="left", colour=QUIET)
        y += 0.19


def _draw_key(canvas: Canvas, made: _Selection) -> None:
    """Says what the signs mean, for the signs that are there."""
    if made.chosen and not made.shares:
        told = ", with the index that the number was copied from" if made.origins else ""
        canvas.note(f"orange: new memory{told}")
    if made.written and len(set(made.chosen)) < len(made.chosen):
        canvas.note("×n: selected n times", gap=0.03)


def _description(made: _Selection) -> str:
    count = len(set(made.chosen))
    values = ", ".join(made.texts[place] for place in made.chosen[:40]) or "nothing"
    more = ", and so on" if len(made.chosen) > 40 else ""
    effects = "; ".join(f"{part.code}: {part.effect}".removeprefix(": ") for part in made.parts)
    return (
        f"The index expression {made.code} selects {count} of {len(made.texts)} cells. The shape "
        f"{shape_text(made.shape)} becomes {shape_text(made.result)}: {values}{more}. Memory: "
        f"{made.verdict}." + (f" {effects}." if effects else "")
    )
