"""How a tensor lies in memory: the storage as numbered boxes, the tensor as a way to read them."""

from dataclasses import dataclass
from typing import Final

import torch
from matplotlib.figure import Figure
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, text_size, widest
from gradschool.figures.display import for_readers
from gradschool.figures.style import (
    INK,
    LINE,
    MARK,
    NORMAL,
    PALE,
    QUIET,
    SMALL,
    WIDEST,
    ink_on,
    shade,
    tint,
)
from gradschool.figures.values import (
    FigureError,
    Piece,
    drawable,
    dtype_text,
    indices,
    numbers,
    pieces,
    ranges_text,
    shape_text,
    sheet_shape,
    value_texts,
)

_MOST_BOXES: Final = 48
_MOST_CELLS: Final = 96
_MOST_ROWS: Final = 24
_BOX: Final = 0.36  # inches: the smallest box
_BOX_HEIGHT: Final = 0.32
_CELL_HEIGHT: Final = 0.44


@dataclass(frozen=True)
class Layout:
    """Where the numbers of a tensor lie: all that `storage` draws, without a measure in it.

    Attributes:
        shape: of the tensor.
        strides: boxes to go for one step along each axis.
        offset: the box of the first number.
        dtype: of the numbers.
        boxes: what is in the storage, as text.
        cells: what the tensor shows, as text, in the order of its indices.
        positions: the box of each cell, in the same order.
    """

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    dtype: torch.dtype
    boxes: list[str]
    cells: list[str]
    positions: list[int]

    @property
    def unreached(self) -> list[int]:
        """The boxes that no index leads to."""
        return sorted(set(range(len(self.boxes))) - set(self.positions))

    def position(self, index: tuple[int, ...]) -> int:
        """The box that an index leads to."""
        return self.offset + sum(i * step for i, step in zip(index, self.strides, strict=True))

    def is_ghost(self, number: int) -> bool:
        """Whether an earlier cell shows the same box, so that this one has no memory of its own."""
        return self.positions[number] in self.positions[:number]

    def rule(self, index: tuple[int, ...]) -> str:
        """The sum that leads from an index to its box, e.g. `offset + 1·4 + 2·1 = 6`."""
        steps = "".join(f" + {i}·{step}" for i, step in zip(index, self.strides, strict=True))
        return f"offset{steps} = {self.offset}{steps} = {self.position(index)}"


def layout_of(tensor: Tensor, most_cells: int = _MOST_CELLS) -> Layout:
    """Reads from a tensor where its numbers lie.

    Args:
        tensor: any strided tensor with data.
        most_cells: of a tensor with more numbers neither they nor their boxes are read.

    Returns:
        Its layout.

    Raises:
        FigureError: if it cannot be drawn; see `drawable`.
    """
    data = drawable(tensor, "tensor")
    raw = data.untyped_storage().cpu()  # type: ignore[no-untyped-call]
    count = raw.nbytes() // data.element_size()
    # Not as_strided: a lazily conjugated view would pass that on, and boxes hold the raw numbers.
    whole = torch.empty(0, dtype=data.dtype).set_(raw, 0, (count,), (1,))
    shape, strides, offset = tuple(data.shape), data.stride(), int(data.storage_offset())
    positions = [
        offset + sum(i * step for i, step in zip(index, strides, strict=True))
        for index in (indices(shape) if data.numel() <= most_cells else ())
    ]
    boxes = value_texts(numbers(whole)) if len(whole) <= _MOST_BOXES else [""] * len(whole)
    cells = value_texts(numbers(data)) if positions else []
    return Layout(shape, strides, offset, data.dtype, boxes, cells, positions)


@for_readers
def storage(tensor: Tensor, index: tuple[int, ...] | int | None = None) -> Figure:
    """The storage of a tensor as a strip of numbered boxes, and the tensor as a grid that reads it.

    A cell has the colour of its box and the box's number after an @. Grey hatched boxes are not
    reached by the tensor. A dashed cell shows a box that an earlier cell shows already.

    Args:
        tensor: any shape and dtype, with up to 48 boxes in its storage and 96 cells.
        index: the index of one number, e.g. `(1, 2)`; its cell, its box and the sum that leads
            from one to the other are marked.

    Returns:
        The figure.

    Raises:
        FigureError: if there are too many boxes or cells, or no such index.
    """
    # Before anything is read: the storage of a small view may be gigabytes.
    _check_size(drawable(tensor, "tensor"))
    layout = layout_of(tensor)
    chosen = None if index is None else _checked_index(index, layout.shape)
    canvas = Canvas()
    draw_facts(canvas, layout)
    _draw_boxes(canvas, layout, chosen)
    _draw_sheets(canvas, layout, chosen)
    if chosen is not None:
        y = canvas.bottom + 0.22
        canvas.code(0, y, [(f"{list(chosen)} is in box ", False), (layout.rule(chosen), True)])
    _draw_key(canvas, layout)
    return canvas.finish(_description(layout, chosen))


def _check_size(data: Tensor) -> None:
    boxes = data.untyped_storage().nbytes() // data.element_size()
    if boxes > _MOST_BOXES:
        msg = (
            f"The storage of this tensor of shape {shape_text(data.shape)} has {boxes} boxes; up to "
            f"{_MOST_BOXES} can be drawn legibly. Draw a smaller example, or x.clone(), "
            "which has a storage of its own."
        )
        raise FigureError(msg)
    if data.numel() > _MOST_CELLS:
        msg = (
            f"A tensor of shape {shape_text(data.shape)} has {data.numel()} cells; up to {_MOST_CELLS} "
            "can be drawn legibly. Draw a smaller example, or a part of it: x[:2]."
        )
        raise FigureError(msg)
    if sheet_shape(data.shape)[0] > _MOST_ROWS:
        msg = (
            f"A tensor of shape {shape_text(data.shape)} has more than {_MOST_ROWS} rows, too many for "
            "a page. Draw a part of it: x[:8]."
        )
        raise FigureError(msg)


def _checked_index(index: object, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index as a tuple of positions counted from the front."""
    wanted = index if isinstance(index, tuple) else (index,)
    if not all(isinstance(i, int) and not isinstance(i, bool) for i in wanted):
        msg = (
            f"index is {index!r}; storage() marks one number, so give a whole number for each axis."
        )
        raise FigureError(msg)
    whole = tuple(int(i) for i in wanted)
    if len(whole) != len(shape):
        msg = (
            f"index {whole} has {len(whole)} numbers, the tensor of shape {shape_text(shape)} has "
            f"{len(shape)} axes: give one number for each axis."
        )
        raise FigureError(msg)
    if not all(-size <= i < size for i, size in zip(whole, shape, strict=True)):
        msg = f"index {whole} lies outside of the shape {shape_text(shape)}."
        raise FigureError(msg)
    return tuple(i % size for i, size in zip(whole, shape, strict=True))


def _colour(layout: Layout, position: int) -> str:
    """The colour of a box: light at the start of the storage, dark at its end."""
    return tint(shade(position / max(len(layout.boxes) - 1, 1)), 0.85)


def draw_facts(canvas: Canvas, layout: Layout) -> None:
    """Writes shape, strides, offset and dtype in one line at the top."""
    facts = [
        ("shape ", False),
        (shape_text(layout.shape), True),
        ("   strides ", False),
        (shape_text(layout.strides), True),
        ("   offset ", False),
        (str(layout.offset), True),
        ("   dtype ", False),
        (dtype_text(layout.dtype), True),
    ]
    canvas.code(0, 0, facts)


def _draw_boxes(canvas: Canvas, layout: Layout, chosen: tuple[int, ...] | None) -> None:
    """Draws the storage as a strip, in several lines if one is not enough."""
    count = len(layout.boxes)
    words = f"storage: {count} box{'' if count == 1 else 'es'}" + (
        ", one after the other" if count > 1 else ""
    )
    canvas.text(0, 0.16, words, across="left", down="top", bold=True)
    if not count:
        canvas.rectangle(Frame(0, 0.56, _BOX, _BOX_HEIGHT), fill=PALE, edge=QUIET, dashed=True)
        return
    width = max(_BOX, widest(layout.boxes, NORMAL) + 0.1)
    lines = -(-count // int((WIDEST - 0.3) / width))
    in_line = -(-count // lines)
    unreached = set(layout.unreached)
    for position, text in enumerate(layout.boxes):
        line, column = divmod(position, in_line)
        frame = Frame(column * width, 0.58 + line * 0.62, width, _BOX_HEIGHT)
        draw_box(canvas, layout, frame, position, text, reached=position not in unreached)
        if chosen is not None and position == layout.position(chosen):
            _mark(canvas, frame, "box marked")
        if column == in_line - 1 and position < count - 1:
            canvas.text(frame.right + 0.06, frame.middle[1], "↵", across="left", colour=QUIET)


def draw_box(
    canvas: Canvas, layout: Layout, frame: Frame, position: int, text: str, *, reached: bool
) -> None:
    """Draws one box of the storage with its number above it."""
    fill = _colour(layout, position) if reached else PALE
    if not reached:
        canvas.rectangle(frame, fill=fill, edge="#d4d4d4", width=0, hatch="////")
    name = f"{'box' if reached else 'grey'}:{position}"
    canvas.rectangle(
        frame, fill=fill if reached else "none", edge=INK if reached else LINE, gid=name
    )
    canvas.text(
        *frame.middle, text, colour=ink_on(fill) if reached else QUIET, gid=f"value:{position}"
    )
    canvas.text(
        frame.middle[0], frame.y - 0.02, str(position), size=SMALL, down="bottom", colour=QUIET
    )


def _mark(canvas: Canvas, frame: Frame, gid: str) -> None:
    """Outlines a box or cell twice: a white line keeps the red one off the fill."""
    canvas.rectangle(frame.grown(-0.035), edge="#ffffff", width=1.2, above=3)
    canvas.rectangle(frame, edge=MARK, width=2.6, above=4, gid=gid)


def _draw_sheets(canvas: Canvas, layout: Layout, chosen: tuple[int, ...] | None) -> None:
    """Draws the tensor below its storage: one grid, or one for each index of the leading axes."""
    y = canvas.bottom + 0.25
    canvas.text(0, y, "the tensor reads it like this", across="left", down="top", bold=True)
    if not layout.cells:
        y = canvas.bottom + 0.1
        canvas.rectangle(Frame(0, y, 0.8, _CELL_HEIGHT), fill=PALE, edge=QUIET, dashed=True)
        canvas.text(0.9, y + _CELL_HEIGHT / 2, "no cells", across="left", colour=QUIET)
        return
    below = [f"@{position}" for position in layout.positions]
    width = max(0.46, widest(layout.cells, NORMAL) + 0.12, widest(below, SMALL) + 0.12)
    left, top = _sheet_margins(layout)
    parts = pieces(layout.shape, int((WIDEST - left) / width))
    # A label that is longer than its axis must not run into the next sheet.
    words = text_size(_axis_label(layout, -1), SMALL)[0] if layout.shape else 0.0
    sizes = [
        (left + max(len(part.rows[0]) * width, words), top + len(part.rows) * _CELL_HEIGHT)
        for part in parts
    ]
    y = canvas.bottom + 0.06
    if len(layout.shape) == 3:
        y += 0.2
        canvas.axis_across(left, min(sum(w for w, _ in sizes), 6.0), y, _axis_label(layout, 0))
        y += 0.08
    for part, corner in zip(parts, flow(sizes, WIDEST, (0.3, 0.25)), strict=True):
        shape = (len(part.rows), len(part.rows[0]))
        frame = Frame(
            corner[0] + left, y + corner[1] + top, shape[1] * width, shape[0] * _CELL_HEIGHT
        )
        _draw_sheet(canvas, layout, frame, part, chosen)


def _sheet_margins(layout: Layout) -> tuple[float, float]:
    """Room for the label at the left of a sheet, and for label and name above it."""
    rank = len(layout.shape)
    left = 0.0
    if rank >= 2:
        length = text_size(_axis_label(layout, -2), SMALL)[0]
        # It stands upright beside the rows, unless it is longer than they are high.
        left = 0.24 if length <= layout.shape[-2] * _CELL_HEIGHT else length + 0.15
    return left, 0.0 if rank == 0 else 0.52 if rank > 2 else 0.3


def _axis_label(layout: Layout, axis: int) -> str:
    return f"dim {axis % len(layout.shape)}: stride {layout.strides[axis]}"


def _draw_sheet(
    canvas: Canvas, layout: Layout, frame: Frame, part: Piece, chosen: tuple[int, ...] | None
) -> None:
    if part.name:
        # Beside the axis' label in one line of a matrix, above it in a sheet of a stack.
        stacked = len(layout.shape) > 2
        canvas.text(
            frame.x if stacked else frame.right,
            frame.y - (0.32 if stacked else 0.11),
            part.name,
            size=NORMAL if stacked else SMALL,
            across="left" if stacked else "right",
            down="bottom",
            bold=True,
        )
    if layout.shape:
        canvas.axis_across(frame.x, frame.right, frame.y - 0.08, _axis_label(layout, -1))
    if len(layout.shape) >= 2:
        canvas.axis_down(frame.y, frame.bottom, frame.x - 0.08, _axis_label(layout, -2))
    marked = None if chosen is None else list(indices(layout.shape)).index(chosen)
    for row, members in enumerate(part.rows):
        for column, number in enumerate(members):
            cell = frame.cell(row, column, (len(part.rows), len(members)))
            _draw_cell(canvas, layout, cell, number)
            if number == marked:
                _mark(canvas, cell, "cell marked")


def _draw_cell(canvas: Canvas, layout: Layout, cell: Frame, number: int) -> None:
    position = layout.positions[number]
    ghost = layout.is_ghost(number)
    fill = tint(_colour(layout, position), 0.35) if ghost else _colour(layout, position)
    # A ghost's frame lies inside of its cell, so that the dashes do not lie on a neighbour's line.
    canvas.rectangle(
        cell.grown(-0.03) if ghost else cell,
        fill=fill,
        edge=QUIET if ghost else INK,
        dashed=ghost,
        gid=f"{'ghost' if ghost else 'cell'}:{number}",
    )
    x, y = cell.middle
    ink = ink_on(fill)
    canvas.text(x, y - 0.07, layout.cells[number], colour=ink, gid=f"shown:{number}")
    canvas.text(x, y + 0.11, f"@{position}", size=SMALL, colour=ink, gid=f"at:{number}")


def _draw_key(canvas: Canvas, layout: Layout) -> None:
    """Says what the signs mean, for the signs that are there."""
    lines = ["@n: this number is in box n of the storage"] if layout.cells else []
    if layout.unreached:
        lines.append("grey and hatched: a box that this tensor does not reach")
    if any(layout.is_ghost(number) for number in range(len(layout.cells))):
        lines.append("dashed: a box that is shown already; this cell has no memory of its own")
    canvas.note(*lines)


def _description(layout: Layout, chosen: tuple[int, ...] | None) -> str:
    count = len(layout.boxes)
    boxes = f"{count} box{'' if count == 1 else 'es'}"
    facts = f"shape {shape_text(layout.shape)}, strides {shape_text(layout.strides)} and offset {layout.offset}"
    parts = [f"A storage of {boxes} read by a tensor of dtype {dtype_text(layout.dtype)}, {facts}"]
    rows = [
        ", ".join(map(str, layout.positions[i : i + sheet_shape(layout.shape)[1]]))
        for i in range(0, len(layout.positions), max(sheet_shape(layout.shape)[1], 1))
    ]
    if rows:
        parts.append(f": row by row it shows the boxes {'; '.join(rows)}")
    if layout.unreached:
        boxes = "boxes" if len(layout.unreached) > 1 else "box"
        parts.append(f"; it does not reach {boxes} {ranges_text(layout.unreached)}")
    ghosts = sum(layout.is_ghost(number) for number in range(len(layout.cells)))
    if ghosts:
        parts.append(f"; {ghosts} of the {len(layout.cells)} cells show a box shown already")
    if chosen is not None:
        parts.append(f". Marked: {list(chosen)} is in box {layout.rule(chosen)}")
    return "".join(parts) + "."
