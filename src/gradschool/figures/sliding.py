"""Sliding windows: overlapping rows that read one storage, none of them copied."""

from typing import Any, Final

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, text_size, widest
from gradschool.figures.display import for_readers
from gradschool.figures.layout import Layout, draw_box, draw_facts, layout_of
from gradschool.figures.style import INK, LARGE, QUIET, SMALL, WIDEST, ink_on, shade, tint
from gradschool.figures.values import FigureError, numeric, shape_text

_MOST_WINDOWS: Final = 16
_MOST_BOXES: Final = 24
_BOX: Final = 0.34
_HEIGHT: Final = 0.3
_LINE: Final = 0.36  # inches from a window to the next one


@for_readers
def windows(
    series: Tensor | NDArray[Any], size: int, step: int = 1, *, name: str = "series"
) -> Figure:
    """Sliding windows over a series, each below the boxes of the storage that it reads.

    The windows are `series.unfold(0, size, step)`, which is a view: its shape, strides and offset
    are read from it. A dashed cell is a ghost: an earlier window shows its box already.

    Args:
        series: one axis, with up to 24 boxes in its storage.
        size: how many numbers a window has.
        step: how far a window begins after the one before it.
        name: what to call the series.

    Returns:
        The figure.

    Raises:
        FigureError: for more axes, a window that does not fit, or too many boxes or windows.
    """
    data = _series(series, name)
    _check(data, size, step, name)
    view = data.unfold(0, size, step)
    # Every box can be in every window.
    layout = layout_of(view, _MOST_BOXES * _MOST_WINDOWS)
    canvas = Canvas()
    code = f"{name}.unfold(0, {size}, {step})"
    canvas.code(0, -0.26, [(code, True)], size=LARGE)
    draw_facts(canvas, layout)
    labels = [f"window {row}" for row in range(len(view))]
    left = max(widest(labels, SMALL), text_size("storage", SMALL, bold=True)[0]) + 0.12
    width = max(_BOX, widest(layout.boxes) + 0.1)
    if left + width * len(layout.boxes) > WIDEST:
        msg = f"The numbers of {name} are too long to be written side by side. Round them, or use fewer."
        raise FigureError(msg)
    _draw_storage(canvas, layout, left, width)
    for row, label in enumerate(labels):
        y = 0.88 + row * _LINE
        canvas.text(0, y + _HEIGHT / 2, label, size=SMALL, across="left")
        _draw_window(canvas, layout, row, Frame(left, y, width, _HEIGHT))
    notes = _notes(layout)
    canvas.note(*notes)
    return canvas.finish(_description(layout, code, notes[0]))


def _series(value: object, name: str) -> Tensor:
    """The series as a tensor that reads the same memory."""
    data = numeric(value, name)[0]
    if isinstance(value, np.ndarray):
        try:
            data = torch.from_numpy(value)
        except ValueError as error:
            why = str(error).split(",")[0]
            msg = f"torch cannot read {name} where it is: {why}. Pass {name}.copy()."
            raise FigureError(msg) from None
    if data.ndim != 1 or not len(data):
        msg = (
            f"{name} has the shape {shape_text(data.shape)}; windows() slides along a single axis with at "
            f"least one number. Pass one line of it, e.g. {name}[0], or {name}.flatten()."
        )
        raise FigureError(msg)
    if data.stride(0) == 0 and len(data) > 1:
        msg = f"{name} reads one box {len(data)} times: its windows lie on one spot. Pass {name}.clone()."
        raise FigureError(msg)
    return data


def _check(data: Tensor, size: object, step: object, name: str) -> None:
    if type(size) is not int or not 1 <= size <= len(data):
        msg = f"size is {size!r}; a window has 1 to {len(data)} numbers, as many as {name} at most."
        raise FigureError(msg)
    if type(step) is not int or step < 1:
        msg = f"step is {step!r}; give a whole number from 1 on."
        raise FigureError(msg)
    count = (len(data) - size) // step + 1
    boxes = data.untyped_storage().nbytes() // data.element_size()
    if boxes > _MOST_BOXES or count > _MOST_WINDOWS:
        msg = (
            f"{count} windows over a storage of {boxes} boxes are too many to draw: up to {_MOST_WINDOWS} "
            f"windows and {_MOST_BOXES} boxes. Use a shorter series, {name}[:10].clone(), or a larger step."
        )
        raise FigureError(msg)


def _draw_storage(canvas: Canvas, layout: Layout, left: float, width: float) -> None:
    y = 0.4
    canvas.text(0, y + _HEIGHT / 2, "storage", size=SMALL, across="left", bold=True)
    reached = set(layout.positions)
    for position, text in enumerate(layout.boxes):
        frame = Frame(left + position * width, y, width, _HEIGHT)
        draw_box(canvas, layout, frame, position, text, reached=position in reached)


def _draw_window(canvas: Canvas, layout: Layout, row: int, first: Frame) -> None:
    """Draws the cells of a window below their boxes; `first` is the place below box 0."""
    size = layout.shape[1]
    frames = []
    for number in range(row * size, (row + 1) * size):
        position = layout.positions[number]
        frame = first.moved(position * first.w, 0)
        frames.append(frame)
        ghost = layout.is_ghost(number)
        level = position / max(len(layout.boxes) - 1, 1)
        fill = tint(shade(level), 0.3 if ghost else 0.85)
        canvas.rectangle(
            frame.grown(-0.025) if ghost else frame,
            fill=fill,
            edge=QUIET if ghost else INK,
            dashed=ghost,
            above=2,
            gid=f"{'ghost' if ghost else 'cell'}:{number}",
        )
        ink = ink_on(fill)
        canvas.text(*frame.middle, layout.cells[number], colour=ink, gid=f"shown:{number}")
    if layout.strides[1] > 1:
        # The cells of a window stand apart; the line holds them together.
        y = first.middle[1]
        ends = (frames[0].middle[0], y), (frames[-1].middle[0], y)
        canvas.line(*ends, colour=QUIET, above=1)


def _notes(layout: Layout) -> list[str]:
    cells, boxes = len(layout.positions), len(set(layout.positions))
    size = layout.shape[1]
    count = f"{cells} cell{'' if cells == 1 else 's'} read {boxes} box{'' if boxes == 1 else 'es'}"
    if cells == boxes:
        return [f"{count}, and nothing is copied: no two windows overlap"]
    shared = len(set(layout.positions[:size]) & set(layout.positions[size : 2 * size]))
    overlap = f"neighbouring windows share {shared} number{'' if shared == 1 else 's'}"
    return [
        f"{count}, and nothing is copied: {overlap}",
        "dashed: a box that an earlier window shows already",
    ]


def _description(layout: Layout, code: str, note: str) -> str:
    size = layout.shape[1]
    rows = [
        f"window {row} reads {', '.join(layout.cells[row * size : (row + 1) * size])} in boxes "
        f"{', '.join(map(str, layout.positions[row * size : (row + 1) * size]))}"
        for row in range(layout.shape[0])
    ]
    return (
        f"Sliding windows {code}: shape {shape_text(layout.shape)}, strides {shape_text(layout.strides)}, "
        f"offset {layout.offset}. {'; '.join(rows)}. {note[0].upper()}{note[1:]}."
    )
