"""Two answers side by side, with the cells marked in which they differ."""

from dataclasses import dataclass
from typing import Any, Final

import torch
from matplotlib.figure import Figure
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, widest
from gradschool.figures.style import (
    LARGE,
    LINE,
    MARK,
    NORMAL,
    PALE,
    PAPER,
    QUIET,
    SMALL,
    WIDEST,
    tint,
)
from gradschool.figures.style import WRONG as RED
from gradschool.figures.values import (
    FigureError,
    Number,
    indices,
    numbers,
    numeric,
    pieces,
    shape_text,
    sheet_shape,
    value_texts,
)

_MOST_CELLS: Final = 64
_MOST_AXES: Final = 4
_MOST_ROWS: Final = 24
_HEIGHT: Final = 0.36


@dataclass(frozen=True)
class _Answer:
    """One side of a comparison, ready to be drawn: a mark for each number that differs."""

    title: str
    shape: tuple[int, ...]
    dtype: str
    texts: list[str]
    marks: list[bool]

    @property
    def width(self) -> float:
        return max(0.44, widest(self.texts, NORMAL) + 0.24)


def compare(
    yours: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None
) -> Figure:
    """What came out beside what was expected; what differs has a thick outline and a ✗.

    Numbers are equal if `torch.testing.assert_close` says so with the tolerances of their dtype;
    NaN equals NaN. If the shapes have as many axes but differ, numbers at the same index are
    compared, and a number without a partner is marked.

    Args:
        yours: a tensor, a NumPy array or a number.
        expected: likewise.
        rtol: relative tolerance; give both or none.
        atol: absolute tolerance.

    Returns:
        The figure.

    Raises:
        FigureError: if one is not numeric, has no numbers to read, or is too large to draw.
    """
    one, dtype_one = _numeric(yours, "your answer")
    other, dtype_other = _numeric(expected, "the expected answer")
    pairs = _differing(one, other, rtol, atol)
    texts = _texts(one, other)
    left = _Answer("yours", tuple(one.shape), dtype_one, texts[0], pairs[0])
    right = _Answer("expected", tuple(other.shape), dtype_other, texts[1], pairs[1])
    canvas = Canvas()
    measure = max(left.width, right.width)
    _check_height(left, right, measure)
    facts = (left.shape != right.shape, left.dtype != right.dtype)
    x = _draw_answer(canvas, left, measure, (0.0, 0.0), facts) + 0.5
    size = min(sheet_shape(right.shape)[1], _most_columns(measure)) * measure
    corner = (x, 0.0) if x + size <= WIDEST else (0.0, canvas.bottom + 0.3)
    _draw_answer(canvas, right, measure, corner, facts)
    verdict = _verdict(left, right)
    canvas.text(0, canvas.bottom + 0.16, verdict, across="left", down="top", bold=True)
    if any(left.marks) or any(right.marks):
        canvas.note("✗ and a thick outline: differs from the other side", gap=0.05)
    return canvas.finish(_description(left, right, verdict))


def _check_height(left: _Answer, right: _Answer, width: float) -> None:
    for answer in (left, right):
        rows = sum(len(part.rows) for part in pieces(answer.shape, _most_columns(width)))
        if rows > _MOST_ROWS:
            msg = (
                f"{answer.title} of shape {shape_text(answer.shape)} is too large to draw: {rows} rows, "
                f"and {_MOST_ROWS} fit on a page. Compare a part of it."
            )
            raise FigureError(msg)


def _numeric(value: object, name: str) -> tuple[Tensor, str]:
    """An answer as a tensor, with what to call its type."""
    data, kind = numeric(value, name)
    if data.numel() > _MOST_CELLS or data.ndim > _MOST_AXES:
        msg = (
            f"{name} of shape {shape_text(data.shape)} is too large to draw: up to {_MOST_CELLS} numbers "
            f"and {_MOST_AXES} axes. Compare a part of it."
        )
        raise FigureError(msg)
    return data, kind


def _differing(
    one: Tensor, other: Tensor, rtol: float | None, atol: float | None
) -> tuple[list[bool], list[bool]]:
    """For each number of the two, whether it differs or has no partner."""
    if one.ndim != other.ndim:
        return [False] * one.numel(), [False] * other.numel()
    values, others = dict(_cells(one)), dict(_cells(other))
    same = {
        index: _close(value, others[index], _wider(one, other), rtol, atol)
        for index, value in values.items()
        if index in others
    }
    return [not same.get(i, False) for i in values], [not same.get(i, False) for i in others]


def _cells(tensor: Tensor) -> list[tuple[tuple[int, ...], Number]]:
    return list(zip(indices(tensor.shape), numbers(tensor), strict=True))


def _wider(one: Tensor, other: Tensor) -> torch.dtype:
    """The dtype whose tolerances hold: the coarser of two floating ones, else the common one."""
    if one.is_floating_point() and other.is_floating_point():
        return max(one.dtype, other.dtype, key=lambda dtype: torch.finfo(dtype).eps)
    return torch.promote_types(one.dtype, other.dtype)


def _close(
    value: Number, other: Number, dtype: torch.dtype, rtol: float | None, atol: float | None
) -> bool:
    try:
        pair = torch.tensor(value, dtype=dtype), torch.tensor(other, dtype=dtype)
        torch.testing.assert_close(*pair, rtol=rtol, atol=atol, equal_nan=True)
    except AssertionError:
        return False
    except RuntimeError:  # one of them does not fit into the dtype of the other
        return False
    return True


def _texts(one: Tensor, other: Tensor) -> tuple[list[str], list[str]]:
    """Both sides in words, with as many digits as it takes to tell different numbers apart."""
    a, b = numbers(one), numbers(other)
    for digits in (3, 4, 6, 9):
        texts = value_texts(a, digits), value_texts(b, digits)
        clear = all(x == y or s != t for x, y, s, t in zip(a, b, *texts, strict=False))
        if clear or len(a) != len(b):
            return texts
    return value_texts(a, 17), value_texts(b, 17)


def _draw_answer(
    canvas: Canvas,
    answer: _Answer,
    width: float,
    corner: tuple[float, float],
    facts: tuple[bool, bool],
) -> float:
    """Draws one side; returns how far right it reaches."""
    x, y = corner
    title = canvas.text(x, y, answer.title, size=LARGE, across="left", down="top", bold=True)
    right = title.right
    y = title.bottom + 0.03
    for fact, wrong in zip((f"shape {shape_text(answer.shape)}", answer.dtype), facts, strict=True):
        words = f"{fact}  ✗" if wrong else fact
        line = canvas.text(
            x,
            y,
            words,
            size=SMALL,
            across="left",
            down="top",
            bold=wrong,
            gid=f"fact:{answer.title}",
        )
        right, y = max(right, line.right), line.bottom + 0.02
    return max(right, _draw_grids(canvas, answer, width, (x, y + 0.08)))


def _draw_grids(
    canvas: Canvas, answer: _Answer, width: float, corner: tuple[float, float]
) -> float:
    """Draws the numbers, one grid below the other for more than two axes."""
    x, y = corner
    if not answer.texts:
        canvas.rectangle(Frame(x, y, 0.8, _HEIGHT), fill=PALE, edge=QUIET, dashed=True)
        canvas.text(x + 0.4, y + _HEIGHT / 2, "no cells", size=SMALL, colour=QUIET)
        return x + 0.8
    right = x
    for part in pieces(answer.shape, _most_columns(width)):
        if part.name:
            name = canvas.text(x, y, part.name, size=SMALL, across="left", down="top", bold=True)
            y = name.bottom + 0.03
        shape = (len(part.rows), len(part.rows[0]))
        frame = Frame(x, y, shape[1] * width, shape[0] * _HEIGHT)
        for row, members in enumerate(part.rows):
            for column, number in enumerate(members):
                _draw_number(canvas, answer, frame.cell(row, column, shape), number)
        right, y = max(right, frame.right), frame.bottom + 0.1
    return right


def _most_columns(width: float) -> int:
    return max(int(WIDEST / width), 1)


def _draw_number(canvas: Canvas, answer: _Answer, cell: Frame, number: int) -> None:
    wrong = answer.marks[number]
    canvas.rectangle(
        cell.grown(-0.02) if wrong else cell,
        fill=tint(RED, 0.14) if wrong else PAPER,
        edge=MARK if wrong else LINE,
        width=2.2 if wrong else 0.8,
        above=3 if wrong else 1,
        gid=f"{answer.title}:{'wrong' if wrong else 'same'}:{number}",
    )
    x, y = cell.middle
    canvas.text(x, y + (0.03 if wrong else 0), answer.texts[number], gid=f"{answer.title}:{number}")
    if wrong:
        canvas.cross(cell.right - 0.08, cell.y + 0.08, size=6, gid=f"{answer.title}:cross")


def _verdict(left: _Answer, right: _Answer) -> str:
    """The comparison in one sentence without a full stop."""
    parts = []
    if left.shape != right.shape:
        parts.append(f"the shapes differ: {shape_text(left.shape)} and {shape_text(right.shape)}")
    if left.dtype != right.dtype:
        parts.append(f"the dtypes differ: {left.dtype} and {right.dtype}")
    if len(left.shape) == len(right.shape):
        count = sum(left.marks)
        if left.shape == right.shape and count:
            parts.append(f"{count} of {len(left.marks)} numbers differ{'s' if count == 1 else ''}")
        elif left.shape == right.shape:
            parts.append("all numbers agree")
    return "; ".join(parts)


def _description(left: _Answer, right: _Answer, verdict: str) -> str:
    cells = [
        f"{list(index)}: {mine} for {theirs}"
        for index, mine, theirs, wrong in zip(
            indices(left.shape), left.texts, right.texts, left.marks, strict=False
        )
        if wrong and left.shape == right.shape
    ]
    text = (
        f"Your answer, shape {shape_text(left.shape)} and dtype {left.dtype}, beside the expected one, "
        f"shape {shape_text(right.shape)} and dtype {right.dtype}: {verdict}."
    )
    return f"{text} Yours for expected at {'; '.join(cells)}." if cells else text
