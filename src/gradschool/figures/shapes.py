"""Pictures of shapes: what the axes of a tensor are, and what flattening does to them."""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Final

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.sheets import CELL, MOST_WRITTEN, cell_width, paint
from gradschool.figures.style import PALETTE, QUIET, SMALL, WIDEST, deep, ramp
from gradschool.figures.values import (
    FigureError,
    drawable,
    levels,
    numbers,
    shape_text,
    sheet_shape,
    value_texts,
)

_KINDS: Final = ("one number", "a row", "a grid", "a stack of grids", "a row of stacks")
_STEP: Final = 0.15  # inches from a sheet of a stack to the next one behind it
_TITLE: Final = 0.42
_LEFT: Final = 0.24  # for the label of the axis that runs down
_LONGEST_AXIS: Final = 64
_MOST_SHEETS: Final = 6
_MATRIX: Final = 3.6  # inches across for rows whose cells are too small to write in
_MOST_ITEMS: Final = 10
_MOST_TILES: Final = 6


@for_readers
def ranks(*tensors: Tensor) -> Figure:
    """Tensors of 0 to 4 axes side by side: a cell, a row, a grid, a stack, a row of stacks.

    Each panel has the shape and the number of axes as its title and an arrow for each axis.
    Dark cells hold high values; where the cells are large enough the values are in them. Of a
    stack, the sheet with index 0 is in front.

    Args:
        *tensors: of any shape with up to 4 axes and any dtype; none for one example of each rank.

    Returns:
        The figure.

    Raises:
        FigureError: for more than 4 axes, or more numbers than can be told apart.
    """
    panels = [_panel(tensor, number) for number, tensor in enumerate(tensors or _examples())]
    canvas = Canvas()
    corners = flow([panel.size for panel in panels], WIDEST, (0.24, 0.3))
    for panel, corner in zip(panels, corners, strict=True):
        _draw_panel(canvas, panel, *corner)
    parts = [
        f"shape {shape_text(panel.shape)}, ndim {len(panel.shape)}: {panel.kind}"
        for panel in panels
    ]
    return canvas.finish(f"Tensors drawn by their axes. {'; '.join(parts)}.")


def _examples() -> tuple[Tensor, ...]:
    """Temperatures in °F; sizes that differ, so that each axis is known by its length."""
    shapes = ((), (3,), (2, 3), (4, 2, 3), (2, 4, 2, 3))
    return tuple(60 + 7 * torch.arange(prod(shape)).reshape(shape) % 31 for shape in shapes)


@dataclass(frozen=True)
class _Panel:
    """One tensor with the measures of its drawing, in inches."""

    shape: tuple[int, ...]
    levels: NDArray[np.float64]
    texts: list[str] | None
    cell: tuple[float, float]

    @property
    def kind(self) -> str:
        return _KINDS[len(self.shape)]

    @property
    def title(self) -> str:
        return f"shape {shape_text(self.shape)}"

    @property
    def subtitle(self) -> str:
        return f"ndim {len(self.shape)}: {self.kind}"

    @property
    def sheet(self) -> tuple[float, float]:
        rows, columns = sheet_shape(self.shape)
        return max(columns, 1) * self.cell[0], max(rows, 1) * self.cell[1]

    @property
    def depth(self) -> int:
        return self.shape[-3] if len(self.shape) >= 3 else 1

    @property
    def stacks(self) -> int:
        return self.shape[0] if len(self.shape) == 4 else 1

    @property
    def behind(self) -> float:
        """How far the last sheet of a stack lies behind the first."""
        return _STEP * (max(self.depth, 1) - 1)

    @property
    def rise(self) -> float:
        """Room above the front sheet for those behind it and for their axis."""
        return max(self.behind, _STEP) if len(self.shape) >= 3 else 0.0

    @property
    def stack_width(self) -> float:
        return self.sheet[0] + self.behind

    @property
    def body_width(self) -> float:
        return max(self.stacks, 1) * (self.stack_width + 0.15) - 0.15

    @cached_property
    def left(self) -> float:
        return (0.0, 0.0, _LEFT, 0.4, 0.4)[len(self.shape)]

    @property
    def size(self) -> tuple[float, float]:
        words = max(text_size(self.title, bold=True)[0], text_size(self.subtitle, SMALL)[0])
        below = (0.0, 0.3, 0.3, 0.3, 0.6)[len(self.shape)]
        return max(words, self.left + self.body_width), _TITLE + self.rise + self.sheet[1] + below


def _panel(tensor: object, number: int) -> _Panel:
    """Checks and measures one tensor."""
    data = drawable(tensor, f"tensor {number}")
    shape = tuple(data.shape)
    if len(shape) > 4:
        msg = (
            f"ranks() draws up to 4 axes; tensor {number} has {len(shape)}, shape {shape_text(shape)}. "
            f"Draw one item of it: x[{', '.join('0' * (len(shape) - 4))}]."
        )
        raise FigureError(msg)
    if max(shape[-2:], default=1) > _LONGEST_AXIS or max(shape[:-2], default=1) > _MOST_SHEETS:
        msg = (
            f"Tensor {number} of shape {shape_text(shape)} is too large to tell its cells apart: at most "
            f"{_LONGEST_AXIS} rows and columns and {_MOST_SHEETS} sheets. Draw a slice, e.g. x[:3]."
        )
        raise FigureError(msg)
    texts = value_texts(numbers(data))
    largest = max(*sheet_shape(shape), 1)
    if largest <= MOST_WRITTEN:
        panel = _Panel(shape, levels(data), texts, (cell_width(texts, least=0.28), 0.28))
        if panel.size[0] <= WIDEST:
            return panel
    stacks = shape[0] if len(shape) == 4 else 1
    # Four rows of stacks and more share the width that two would have.
    side = min(1.9, 4.0 / max(stacks, 1)) / largest
    # A single row or column stays thick enough to be seen.
    rows, columns = sheet_shape(shape)
    cell = max(side, 0.2 / max(columns, 1)), max(side, 0.2 / max(rows, 1))
    return _Panel(shape, levels(data), None, cell)


def _draw_panel(canvas: Canvas, panel: _Panel, x: float, y: float) -> None:
    """Draws one panel with its left upper corner at (x, y)."""
    canvas.text(x, y, panel.title, across="left", down="top", bold=True)
    canvas.text(x, y + 0.17, panel.subtitle, size=SMALL, across="left", down="top", colour=QUIET)
    first = Frame(x + panel.left, y + _TITLE + panel.rise, *panel.sheet)
    if 0 in panel.shape:
        paint(canvas, first, np.empty((0, 0)))
    else:
        _draw_stacks(canvas, panel, first)
    _draw_axes(canvas, panel, first)


def _draw_stacks(canvas: Canvas, panel: _Panel, first: Frame) -> None:
    """Draws every sheet, from the back of each stack to its front."""
    rows, columns = sheet_shape(panel.shape)
    sheets = panel.levels.reshape(panel.stacks, panel.depth, rows, columns)
    for stack in range(panel.stacks):
        front = first.moved(stack * (panel.stack_width + 0.15), 0)
        for sheet in reversed(range(panel.depth)):
            start = (stack * panel.depth + sheet) * rows * columns
            # Only the front sheet's cells can be read, so only they are written in.
            texts = (
                panel.texts[start : start + rows * columns] if panel.texts and sheet == 0 else None
            )
            place = front.moved(sheet * _STEP, -sheet * _STEP)
            paint(canvas, place, sheets[stack, sheet], texts)


def _draw_axes(canvas: Canvas, panel: _Panel, first: Frame) -> None:
    """Draws an arrow with a label along every axis."""
    rank = len(panel.shape)
    if rank >= 1:
        y = first.bottom + 0.09
        canvas.axis_across(first.x, first.right, y, f"dim {rank - 1}", below=True)
    if rank >= 2:
        canvas.axis_down(first.y, first.bottom, first.x - 0.08, f"dim {rank - 2}")
    if rank >= 3:
        away = panel.rise
        start = (first.x - 0.07, first.y - 0.05)
        canvas.arrow(start, (start[0] + away, start[1] - away))
        canvas.text(
            start[0] + away / 2 - 0.06,
            start[1] - away / 2 - 0.02,
            f"dim {rank - 3}",
            size=SMALL,
            across="right",
            down="bottom",
            colour=QUIET,
        )
    if rank == 4:
        y = first.bottom + 0.38
        canvas.axis_across(first.x, first.x + panel.body_width, y, "dim 0", below=True)


@for_readers
def flatten_batch(batch: Tensor) -> Figure:
    """A batch of images, the matrix with one row for each, and what plain `flatten()` gives.

    Every item has a colour and a number, which its row in the matrix and its stretch of the long
    row keep.

    Args:
        batch: (B, H, W) or (B, …, H, W), B up to 10, any dtype.

    Returns:
        The figure.

    Raises:
        FigureError: for fewer than 3 or too long axes.
    """
    data = _checked_batch(batch)
    items = _items(data)
    canvas = Canvas()
    rows = _draw_images(canvas, items, tuple(data.shape))
    _draw_matrix(canvas, items, rows)
    _draw_long_row(canvas, items)
    count, rest = len(items), prod(data.shape[1:])
    return canvas.finish(
        f"A batch of shape {shape_text(data.shape)} drawn as {count} items of shape "
        f"{shape_text(data.shape[1:])}. flatten(start_dim=1) gives the matrix {shape_text((count, rest))} "
        f"with one row for each item; plain flatten() gives one row {shape_text((count * rest,))} "
        "in which the items follow one another."
    )


@dataclass(frozen=True)
class _Item:
    """One member of a batch as tiles (count, rows, columns) and in its colour."""

    number: int
    tiles: NDArray[np.float64]
    texts: list[str] | None
    cell: tuple[float, float]

    @property
    def colour(self) -> str:
        return PALETTE[self.number]

    @property
    def row(self) -> NDArray[np.float64]:
        return self.tiles.reshape(1, -1)


def _checked_batch(batch: object) -> Tensor:
    data = drawable(batch, "batch")
    shape = tuple(data.shape)
    if len(shape) < 3:
        msg = (
            f"flatten_batch() draws a batch of images, (B, H, W) or (B, C, H, W); the shape is "
            f"{shape_text(shape)}. Add an axis: x.unsqueeze(0) makes a batch of one."
        )
        raise FigureError(msg)
    if 0 in shape:
        msg = f"The batch of shape {shape_text(shape)} is empty: there is nothing to flatten."
        raise FigureError(msg)
    if shape[0] > _MOST_ITEMS or prod(shape[1:-2]) > _MOST_TILES or max(shape) > _LONGEST_AXIS:
        msg = (
            f"The batch of shape {shape_text(shape)} is too large to draw: at most {_MOST_ITEMS} items of "
            f"{_MOST_TILES} images up to {_LONGEST_AXIS} × {_LONGEST_AXIS}. Draw some of it: batch[:3]."
        )
        raise FigureError(msg)
    return data


def _items(data: Tensor) -> list[_Item]:
    """Cuts a batch into items that know their colours and measures."""
    rows, columns = sheet_shape(data.shape)
    tiles = levels(data).reshape(len(data), -1, rows, columns)
    texts = value_texts(numbers(data))
    size = prod(data.shape[1:])
    width = cell_width(texts)
    if width * size > 3.8 or max(rows, columns) > MOST_WRITTEN:
        side = min(0.75, 5 / len(data)) / max(rows, columns)
        return [_Item(number, tiles[number], None, (side, side)) for number in range(len(data))]
    return [
        _Item(number, tiles[number], texts[number * size : (number + 1) * size], (width, CELL))
        for number in range(len(data))
    ]


def _draw_images(canvas: Canvas, items: list[_Item], shape: tuple[int, ...]) -> list[Frame]:
    """Draws the items below each other; returns the frame that each one fills."""
    canvas.text(0, 0, f"batch: {shape_text(shape)}", across="left", down="top", bold=True)
    words = f"{shape[0]} items of shape {shape_text(shape[1:])}"
    canvas.text(0, 0.17, words, size=SMALL, across="left", down="top", colour=QUIET)
    frames = []
    for item in items:
        count, rows, columns = item.tiles.shape
        w, h = columns * item.cell[0], rows * item.cell[1]
        y = _TITLE + 0.04 + item.number * (h + 0.12)
        canvas.text(0, y + h / 2, f"item {item.number}", size=SMALL, across="left", gid="item")
        for tile in range(count):
            texts = item.texts and item.texts[tile * rows * columns : (tile + 1) * rows * columns]
            frame = Frame(0.5 + tile * (w + 0.06), y, w, h)
            paint(canvas, frame, item.tiles[tile], texts, ramp(item.colour), edge=deep(item.colour))
        frames.append(Frame(0.5, y, count * (w + 0.06) - 0.06, h))
    return frames


def _draw_matrix(canvas: Canvas, items: list[_Item], images: list[Frame]) -> None:
    """Draws the matrix beside the images and an arrow from each image to its row."""
    size = items[0].row.size
    width, height = (size * items[0].cell[0], CELL) if items[0].texts else (_MATRIX, 0.2)
    x = max(images[0].right + 1.0, 2.4)
    middle = (images[0].y + images[-1].bottom) / 2
    top = max(middle - len(items) * height / 2, images[0].y + 0.16)
    canvas.text(x, 0, "batch.flatten(start_dim=1)", across="left", down="top", bold=True, mono=True)
    words = f"a matrix {shape_text((len(items), size))}: one row for each item"
    canvas.text(x, 0.17, words, size=SMALL, across="left", down="top", colour=QUIET)
    for item, image in zip(items, images, strict=True):
        row = Frame(x, top + item.number * height, width, height)
        paint(canvas, row, item.row, item.texts, ramp(item.colour), gid=f"row {item.number}")
        canvas.text(x - 0.06, row.middle[1], str(item.number), size=SMALL, across="right")
        canvas.arrow(
            (image.right + 0.05, image.middle[1]),
            (x - 0.2, row.middle[1]),
            colour=deep(item.colour),
            width=1.4,
        )
    bottom = top + len(items) * height
    canvas.axis_across(x, x + width, bottom + 0.09, f"dim 1: {size} columns", below=True)


def _draw_long_row(canvas: Canvas, items: list[_Item]) -> None:
    """Draws what `flatten()` without an argument makes of the batch."""
    y = canvas.bottom + 0.25
    canvas.text(0, y, "batch.flatten()", across="left", down="top", bold=True, mono=True)
    size = items[0].row.size
    words = (
        f"one row {shape_text((len(items) * size,))}: where one item ends and the next begins "
        "is no longer in the shape"
    )
    canvas.text(0, y + 0.17, words, size=SMALL, across="left", down="top", colour=QUIET)
    written = items[0].texts is not None and len(items) * size * items[0].cell[0] <= WIDEST
    width = size * items[0].cell[0] if written else (WIDEST - 0.4) / len(items)
    for item in items:
        frame = Frame(item.number * width, y + 0.4, width, CELL if written else 0.2)
        texts = item.texts if written else None
        paint(canvas, frame, item.row, texts, ramp(item.colour), gid=f"stretch {item.number}")
        canvas.text(
            frame.middle[0],
            frame.bottom + 0.03,
            f"item {item.number}" if width > 0.5 else str(item.number),
            size=SMALL,
            down="top",
        )
