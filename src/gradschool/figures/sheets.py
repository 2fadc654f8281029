"""Grids of coloured cells with numbers in them: what most pictures of tensors are made of."""

import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from gradschool.figures.canvas import Canvas, Frame, widest
from gradschool.figures.style import INK, LINE, PALE, QUIET, SHADES, SMALL, ink_on, shade

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
        name = f"{gid}:{row},{column}" if gid else None
        canvas.rectangle(cell, fill=fill, edge=LINE, width=0.5, gid=name)
        canvas.text(*cell.middle, texts[number], size=SMALL, colour=ink_on(fill), gid=name)
    canvas.rectangle(frame, edge=edge)
