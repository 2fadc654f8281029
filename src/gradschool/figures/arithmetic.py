"""Arithmetic between tensors of different shapes, with the numbers in the cells."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
import torch
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.sheets import CELL, cell_width, mark_side, paint
from gradschool.figures.style import BLUE, GREEN, LARGE, ORANGE, QUIET, SMALL, WIDEST, ramp
from gradschool.figures.values import (
    FigureError,
    Numeric,
    broadcast_shape,
    dtype_text,
    indices,
    is_ghost,
    leading_indices,
    levels,
    numbers,
    numeric,
    prose,
    shape_text,
    sheet_shape,
    value_texts,
)

_SIGNS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
_WORDS: Final = (
    *("add", "sub", "mul", "div", "pow", "remainder", "maximum", "minimum"),
    *("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "hypot"),
)
_MOST_CELLS: Final = 96
_MOST_ROWS: Final = 16
_MOST_AXES: Final = 4
_ABOVE: Final = 0.38  # inches: the titles of the first line
_SIGN: Final = 0.45  # the place of an operator


@dataclass(frozen=True)
class _Term:
    """One of the grids in a picture, read in the shape of the result.

    Attributes:
        title: its name and shape.
        facts: what stands below the title.
        shape: as it is drawn.
        texts: its numbers as text, in the order of the indices.
        levels: how dark each cell is, in that shape.
        ghosts: which cells have no memory of their own, in that shape.
        colours: light to dark.
        gid: names its cells.
    """

    title: str
    facts: str
    shape: tuple[int, ...]
    texts: list[str]
    levels: NDArray[np.float64]
    ghosts: NDArray[np.bool_]
    colours: Colormap
    gid: str

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches of one sheet."""
        rows, columns = sheet_shape(self.shape)
        return max(columns * cell_width(self.texts, least=0.34), 0.5), max(rows * CELL, CELL)

    @property
    def width(self) -> float:
        words = max(text_size(self.title, bold=True)[0], text_size(self.facts, SMALL)[0])
        return max(self.size[0], words)


@for_readers
def broadcast_values(
    a: Numeric, b: Numeric, op: str = "+", *, names: tuple[str, str] = ("a", "b")
) -> Figure:
    """`a + b = result` with the numbers in the cells; dashed cells are ghosts, stored nowhere.

    More than two axes have a line for each sheet. If the shapes do not fit, both operands are
    drawn as they are, with a ✗ where the result would be.

    Args:
        a: a tensor, a NumPy array or a number.
        b: likewise.
        op: a sign such as `+ - * / > ==`, or a function of torch with two arguments: `maximum`.
        names: what to call the two.

    Returns:
        The figure.

    Raises:
        FigureError: for another operation, one that these dtypes do not have, or too many cells.
    """
    function = _function(op)
    pair = numeric(a, names[0])[0], numeric(b, names[1])[0]
    shape = broadcast_shape(pair[0].shape, pair[1].shape)
    for tensor in pair if shape is None else ():
        _check_size(tuple(tensor.shape))
    terms = [_operand(t, n, shape, g) for t, n, g in zip(pair, names, "ab", strict=True)]
    expression = f"{names[0]} {op} {names[1]}" if op in _SIGNS else f"{op}({', '.join(names)})"
    canvas = Canvas()
    if shape is None:
        _draw_failure(canvas, terms, op)
        verdict = f"{expression} fails: {_clash(*pair)}"
        canvas.text(0, canvas.bottom + 0.16, verdict, across="left", down="top", bold=True)
        return canvas.finish(f"Cell by cell: {_holdings(terms, pair)}. {verdict}.")
    result = _result(function, pair, expression)
    terms.append(_term(result, f"{expression} {shape_text(shape)}", ramp(GREEN), "result"))
    _draw_lines(canvas, terms, op)
    if any(term.ghosts.any() for term in terms):
        canvas.note("dashed: a ghost, the stored number read again for this cell")
    return canvas.finish(f"Cell by cell, {expression}: {_holdings(terms, (*pair, result))}.")


def _function(op: object) -> Callable[[Any, Any], Any]:
    if isinstance(op, str) and op in _SIGNS:
        return _SIGNS[op]
    if isinstance(op, str) and op in _WORDS:
        found: Callable[[Any, Any], Any] = getattr(torch, op)
        return found
    msg = (
        f"op is {op!r}; broadcast_values() knows the signs {' '.join(_SIGNS)} and, of torch, the "
        f"functions {prose(_WORDS)}."
    )
    raise FigureError(msg)


def _check_size(shape: tuple[int, ...]) -> None:
    rows, _ = sheet_shape(shape)
    lines = prod(shape[:-2])
    if len(shape) > _MOST_AXES or prod(shape) > _MOST_CELLS or rows * lines > _MOST_ROWS:
        msg = (
            f"A grid of shape {shape_text(shape)} is too large to draw: up to {_MOST_CELLS} numbers in "
            f"{_MOST_ROWS} rows, and {_MOST_AXES} axes. Use a smaller example; broadcast() draws any size."
        )
        raise FigureError(msg)


def _result(function: Callable[[Any, Any], Any], pair: tuple[Tensor, Tensor], text: str) -> Tensor:
    try:
        result: Tensor = function(*pair)
    except (RuntimeError, TypeError) as error:
        dtypes = " and ".join(dtype_text(tensor.dtype) for tensor in pair)
        msg = f"{text} of {dtypes} raises {type(error).__name__}: {error}"
        raise FigureError(msg) from None
    return result


def _clash(one: Tensor, other: Tensor) -> str:
    """Where two shapes do not fit, counted from the right."""
    axes = _clashing(tuple(one.shape), tuple(other.shape))
    where = [f"dim {axis}: {one.shape[axis]} ≠ {other.shape[axis]}" for axis in axes]
    return f"{'; '.join(where)}, and neither is 1"


def _clashing(one: tuple[int, ...], other: tuple[int, ...]) -> list[int]:
    """The axes at which two shapes do not fit, counted from the right: -1 is the last."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return [-n for n, (a, b) in enumerate(pairs, 1) if a != b and 1 not in (a, b)]


def _operand(tensor: Tensor, name: str, shape: tuple[int, ...] | None, gid: str) -> _Term:
    """An operand as it is read: in the shape of the result, or in its own if there is none."""
    drawn = tuple(tensor.shape) if shape is None else shape
    _check_size(drawn)
    facts = dtype_text(tensor.dtype)
    if tuple(tensor.shape) != drawn:
        facts += f", read as {shape_text(drawn)}"
    title = f"{name} {shape_text(tensor.shape)}"
    colours = ramp({"a": BLUE, "b": ORANGE}[gid])
    return _term(tensor.expand(drawn), title, colours, gid, facts)


def _term(tensor: Tensor, title: str, colours: Colormap, gid: str, facts: str = "") -> _Term:
    shape = tuple(tensor.shape)
    ghosts = [is_ghost(index, tensor.stride()) for index in indices(shape)]
    return _Term(
        title,
        facts or dtype_text(tensor.dtype),
        shape,
        value_texts(numbers(tensor)),
        levels(tensor),
        np.array(ghosts, dtype=np.bool_).reshape(shape),
        colours,
        gid,
    )


def _draw_lines(canvas: Canvas, terms: list[_Term], op: str) -> None:
    """Draws `a + b = result`, a line for each sheet; terms too wide for one line go below."""
    signs = ["", op if op in _SIGNS else "with", "="]
    leads = leading_indices(terms[-1].shape)
    left = max((text_size(_name(lead), SMALL)[0] + 0.1 for lead in leads if lead), default=0.0)
    sizes = [
        (term.width + (_SIGN if sign else 0), term.size[1] + _ABOVE)
        for term, sign in zip(terms, signs, strict=True)
    ]
    corners = flow(sizes, WIDEST - left, (0.1, 0.15))
    rows_below = max(y for _, y in corners)
    for line, lead in enumerate(leads):
        wraps = rows_below > 0
        top = (
            line * (terms[0].size[1] + 0.12) if not wraps else canvas.bottom + (0.3 if line else 0)
        )
        for term, sign, (x, y) in zip(terms, signs, corners, strict=True):
            place = (left + x + (_SIGN if sign else 0), top + y)
            _draw_title(canvas, term, place, show=line == 0 or wraps)
            frame = Frame(place[0], place[1] + _ABOVE, *term.size)
            _draw_sheet(canvas, term, lead, frame)
            if sign:
                _draw_sign(canvas, sign, frame)
        if lead:
            middle = top + _ABOVE + terms[0].size[1] / 2
            canvas.text(0, middle, _name(lead), size=SMALL, across="left", bold=True)


def _name(lead: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, lead))}]"


def _draw_title(canvas: Canvas, term: _Term, place: tuple[float, float], *, show: bool) -> None:
    if show:
        x, y = place
        canvas.text(x, y, term.title, across="left", down="top", bold=True)
        canvas.text(x, y + 0.17, term.facts, size=SMALL, across="left", down="top", colour=QUIET)


def _draw_sign(canvas: Canvas, sign: str, frame: Frame) -> None:
    word = len(sign) > 2
    x = frame.x - _SIGN / 2 + 0.03
    canvas.text(
        x, frame.middle[1], sign, size=SMALL if word else LARGE + 3, mono=not word, bold=not word
    )


def _draw_sheet(canvas: Canvas, term: _Term, lead: tuple[int, ...], frame: Frame) -> None:
    """Draws the sheet of a term at an index of the leading axes."""
    rows, columns = sheet_shape(term.shape)
    part = term.levels[lead].reshape(rows, columns)
    start = leading_indices(term.shape).index(lead) * rows * columns
    texts = term.texts[start : start + rows * columns]
    ghosts = term.ghosts[lead].reshape(rows, columns) if term.ghosts.any() else None
    gid = term.gid + (_name(lead) if lead else "")
    paint(canvas, frame, part, texts, term.colours, gid=gid, ghosts=ghosts)
    if not part.size:
        canvas.text(*frame.middle, "none", size=SMALL, colour=QUIET)


def _draw_failure(canvas: Canvas, terms: list[_Term], op: str) -> None:
    """Draws two operands that do not fit, with the sides marked at which they do not."""
    clashes = _clashing(terms[0].shape, terms[1].shape)
    beside = 0.2 if -2 in clashes else 0.0
    x = 0.0
    for number, term in enumerate(terms):
        _draw_title(canvas, term, (x, 0), show=True)
        frame = Frame(x, _ABOVE, *term.size)
        if number:
            _draw_sign(canvas, op if op in _SIGNS else "with", frame.moved(-beside, 0))
        for lead in leading_indices(term.shape):
            _draw_sheet(canvas, term, lead, frame)
            last, frame = frame, frame.moved(0, frame.h + 0.12)
        for axis in clashes:
            if axis >= -2:
                mark_side(canvas, last, axis, term.shape[axis], gid=f"side:{term.gid}:{axis}")
        x += term.width + 0.1 + _SIGN + beside
    frame = Frame(x - beside, _ABOVE, 0.8, 0.5)
    _draw_sign(canvas, "=", frame)
    canvas.rectangle(frame, edge=QUIET, dashed=True)
    canvas.cross(*frame.middle, gid="failure")


def _holdings(terms: list[_Term], tensors: tuple[Tensor, ...]) -> str:
    """What each term holds, in words."""
    return "; ".join(_holding(term, tensor) for term, tensor in zip(terms, tensors, strict=True))


def _holding(term: _Term, tensor: Tensor) -> str:
    text = f"{term.title} holds {', '.join(value_texts(numbers(tensor))) or 'nothing'}"
    ghosts = int(term.ghosts.sum())
    if ghosts:
        text += f", read as {shape_text(term.shape)} with {ghosts} of the {len(term.texts)} cells ghosts"
    return text
