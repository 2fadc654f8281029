"""Grids of coloured cells with numbers in them: what most pictures of tensors are made of."""

import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from gradschool.figures.canvas import Canvas, Frame, widest
from gradschool.figures.style import (
    INK,
    LINE,
    MARK,
    PALE,
    QUIET,
    SHADES,
    SMALL,
    ink_on,
    shade,
    tint,
)

CELL = 0.31  # inches: the smallest cell with a number in it
MOST_WRITTEN = 8  # rows or columns of a sheet up to which its numbers are written out


def cell_width(texts: list[str], *, least: float = CELL, size: float = SMALL) -> float:
    """How wide a cell must be for the longest of its texts."""
    return max(least, widest(texts, size) + 0.1)


def paint(
    canvas: Canvas,
    frame: Frame,
    levels: NDArray[np.float64],
    texts: list[str] | None = None,
    colours: Colormap = SHADES,
    *,
    edge: str = INK,
    gid: str | None = None,
    ghosts: NDArray[np.bool_] | None = None,
) -> None:
    """Draws one sheet: cells coloured by level, with their numbers or without.

    Args:
        canvas: the board.
        frame: where; it is divided evenly.
        levels: (rows, columns), each 0 to 1, NaN for what is no number.
        texts: what to write in the cells, row by row; None for nothing.
        colours: light to dark.
        edge: the colour of the border.
        gid: names the cells `gid:row,column`, or without texts the sheet as a whole.
        ghosts: which cells have no memory of their own, (rows, columns); they are dashed and
            named `gid ghost:row,column`. Only for cells with texts.
    """
    if levels.size == 0:
        canvas.rectangle(frame, fill=PALE, edge=QUIET, dashed=True, gid=gid)
        return
    if texts is None:
        rgba = np.asarray(colours(np.nan_to_num(levels, nan=0.0)), dtype=np.float64)
        rgba[np.isnan(levels)] = (0.94, 0.94, 0.94, 1.0)
        canvas.image(frame, rgba, gid=gid)
        canvas.rectangle(frame, edge=edge)
        return
    shape = (levels.shape[0], levels.shape[1])
    for number, ((row, column), level) in enumerate(np.ndenumerate(levels)):
        cell = frame.cell(row, column, shape)
        fill = PALE if np.isnan(level) else shade(float(level), colours)
        ghost = ghosts is not None and bool(ghosts[row, column])
        name = f"{gid}{' ghost' if ghost else ''}:{row},{column}" if gid else None
        if ghost:
            fill = tint(fill, 0.3)
            canvas.rectangle(cell.grown(-0.025), fill=fill, edge=QUIET, dashed=True, gid=name)
        else:
            line = (LINE, 0.5) if ghosts is None else (edge, 0.8)
            canvas.rectangle(cell, fill=fill, edge=line[0], width=line[1], gid=name)
        canvas.text(*cell.middle, texts[number], size=SMALL, colour=ink_on(fill), gid=name)
    if ghosts is None:
        canvas.rectangle(frame, edge=edge)


def mark_side(canvas: Canvas, frame: Frame, axis: int, size: int, *, gid: str) -> None:
    """Marks a side of a grid whose size does not fit, with that size beside it.

    Args:
        canvas: the board.
        frame: the grid.
        axis: -1 marks the lower side, along which the columns count; -2 the left one.
        size: of the axis.
        gid: names the size.
    """
    if axis == -1:
        y = frame.bottom + 0.06
        canvas.line((frame.x, y), (frame.right, y), colour=MARK, width=3)
        canvas.text(frame.middle[0], y + 0.12, str(size), bold=True, gid=gid)
    else:
        x = frame.x - 0.06
        canvas.line((x, frame.y), (x, frame.bottom), colour=MARK, width=3)
        canvas.text(x - 0.06, frame.middle[1], str(size), across="right", bold=True, gid=gid)
