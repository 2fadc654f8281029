"""Shapes in products: which sizes must agree, which vanish, which remain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from matplotlib.figure import Figure
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.style import (
    BLUE,
    GREEN,
    INK,
    LARGE,
    LINE,
    ORANGE,
    PAPER,
    QUIET,
    SMALL,
    tint,
)
from gradschool.figures.values import FigureError, Shaped, dtype_text, shape_of, shape_text

_LONGEST: Final = 1.7  # inches for the largest size in a picture
_SHORTEST: Final = 0.3  # for sizes too small to be drawn in proportion
_BEHIND: Final = 0.1
_FILL: Final = "#f2f4f7"
# Each size keeps its colour through a picture: of the left, the inner and the right axis.
_LEFT, _INNER, _RIGHT = BLUE, ORANGE, GREEN


@dataclass(frozen=True)
class _Side:
    """A side of a rectangle: the letter for its size, the size, and its colour."""

    letter: str
    size: int
    colour: str
    wrong: bool = False

    @property
    def label(self) -> str:
        return f"{self.letter} = {self.size}"


@dataclass(frozen=True)
class _Matrix:
    """One rectangle of a picture.

    Attributes:
        title: what stands above it.
        rows: its left side; None for an axis that the tensor does not have.
        columns: its lower side; likewise.
        batch: sizes of the axes before these two.
        copied: whether only the first row is stored and the others repeat it.
    """

    title: str
    rows: _Side | None
    columns: _Side | None
    batch: tuple[int, ...] = ()
    copied: bool = False

    @property
    def sheets(self) -> int:
        return min(max(1, *self.batch), 3) if self.batch else 1


class _Scale:
    """Inches for sizes: in proportion, but nothing thinner than can be seen."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._inch = _LONGEST / max(*sizes, 1)
        self.exact = all(size * self._inch >= _SHORTEST for size in sizes)

    def __call__(self, side: _Side | None) -> float:
        return _SHORTEST if side is None else max(side.size * self._inch, _SHORTEST)


@for_readers
def matmul(a: Shaped, b: Shaped) -> Figure:
    """The shapes in `a @ b`: which sizes meet, and the shape of the result or where it fails.

    Rectangles are in proportion where they can be. The two inner sizes have thick sides of one
    colour if they are equal, and a ✗ with both numbers between them if not. A 1-D tensor is drawn
    as one row (left) or one column (right), dashed, because that axis is not in the result.

    Args:
        a: a tensor or a shape: (k,), (m, k) or (…, m, k).
        b: a tensor or a shape: (k,), (k, n) or (…, k, n).

    Returns:
        The figure.

    Raises:
        FigureError: if one is no shape, or has no axis at all.
    """
    shapes = shape_of(a, "a"), shape_of(b, "b")
    for name, shape in zip("ab", shapes, strict=True):
        if not shape:
            msg = f"{name} has no axes; a matrix product needs at least one. Use * for a single number."
            raise FigureError(msg)
    result, reason = _product(*shapes)
    if reason is None and isinstance(a, Tensor) and isinstance(b, Tensor) and a.dtype != b.dtype:
        result = None
        reason = f"the dtypes differ: {dtype_text(a.dtype)} and {dtype_text(b.dtype)}; a product does not promote"
    canvas = Canvas()
    _draw_product(canvas, shapes, result, reason)
    text = f"{shape_text(shapes[0])} @ {shape_text(shapes[1])}"
    outcome = f"{text} → {shape_text(result)}" if result is not None else f"{text} fails"
    y = canvas.bottom + 0.24
    canvas.code(0, y, [(outcome, True)], size=LARGE)
    canvas.note(reason or _rule(shapes), gap=0.06)
    return canvas.finish(f"Shapes in a matrix product: {outcome}: {reason or _rule(shapes)}.")


def _inner(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[int, int]:
    """The two sizes that must agree: the last of a, and the last but one of b (its only one in 1-D)."""
    a, b = shapes
    return a[-1], b[-2] if len(b) > 1 else b[0]


def _product(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[tuple[int, ...] | None, str | None]:
    """The shape of a @ b as torch gives it, or None and the reason why there is none."""
    try:
        # On the meta device torch works out shapes only, whatever their size.
        result = torch.empty(a, device="meta") @ torch.empty(b, device="meta")
    except RuntimeError:
        one, other = _inner((a, b))
        if one != other:
            return None, f"the inner sizes {one} and {other} differ{_repair(a, b)}"
        return (
            None,
            f"the batch sizes {shape_text(a[:-2])} and {shape_text(b[:-2])} cannot be stretched to agree",
        )
    return tuple(result.shape), None


def _repair(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """What would fit, where turning b round does."""
    if len(b) >= 2 and a[-1] == b[-1]:
        return f"; b.mT has shape {shape_text((*b[:-2], b[-1], b[-2]))} and would fit"
    return ""


def _rule(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> str:
    a, b = shapes
    text = f"the inner sizes agree ({_inner(shapes)[0]}) and vanish; the outer sizes remain"
    if len(a) == 1:
        text += "; a has one axis and counts as a row"
    if len(b) == 1:
        text += "; b has one axis and counts as a column"
    if len(a) > 2 or len(b) > 2:
        text += "; the axes before the last two are broadcast"
    return text


def _draw_product(
    canvas: Canvas,
    shapes: tuple[tuple[int, ...], tuple[int, ...]],
    result: tuple[int, ...] | None,
    reason: str | None,
) -> None:
    """Draws a, @, b, = and the result in a row around y = 0."""
    a, b = shapes
    inner = _inner(shapes)
    clash = inner[0] != inner[1]
    m = _Side("m", a[-2], _LEFT) if len(a) > 1 else None
    n = _Side("n", b[-1], _RIGHT) if len(b) > 1 else None
    scale = _Scale([*a[-2:], *b[-2:]])
    left = _Matrix(f"a {shape_text(a)}", m, _Side("k", inner[0], _INNER, wrong=clash), a[:-2])
    right = _Matrix(f"b {shape_text(b)}", _Side("k", inner[1], _INNER, wrong=clash), n, b[:-2])
    x = _draw_matrix(canvas, left, scale, 0.0)
    x = _draw_sign(canvas, "@", x, _conflict(inner) if clash else "" if reason else None)
    x = _draw_matrix(canvas, right, scale, x)
    x = _draw_sign(canvas, "=", x)
    if result is None:
        _draw_nothing(canvas, x)
    else:
        batch = result[: len(result) - (m is not None) - (n is not None)]
        title = f"a @ b {shape_text(result)}"
        _draw_matrix(canvas, _Matrix(title, m, n, batch), scale, x)
    if not scale.exact:
        canvas.note("sizes far apart: the thin sides are drawn thicker than in proportion")


@for_readers
def linear_layer(X: Shaped, W: Shaped, b: Shaped | None = None) -> Figure:
    """The shapes in `X @ W.T + b`, a linear layer on a batch.

    W is drawn as it is stored and turned round; b is one stored row, and its dashed copies show
    that it is added to every item.

    Args:
        X: the batch, a tensor or a shape: (n, i), or (i,) for one item.
        W: the weights: (o, i), a row for each output.
        b: the bias: (o,); None for a layer without.

    Returns:
        The figure; where sizes do not fit, it shows where.

    Raises:
        FigureError: if one is no shape or has the wrong number of axes.
    """
    x, w = shape_of(X, "X"), shape_of(W, "W")
    bias = None if b is None else shape_of(b, "b")
    _check_axes(x, w, bias)
    clash = (x[-1], w[1]) if x[-1] != w[1] else None
    bias_clash = (bias[0], w[0]) if bias is not None and bias[0] != w[0] else None
    result = None if clash or bias_clash else (*x[:-1], w[0])
    canvas = Canvas()
    _draw_layer(canvas, (x, w, bias), (clash, bias_clash), result)
    reason = _layer_reason(x, w, clash, bias_clash)
    words = f"X {shape_text(x)} @ W.T {shape_text((w[1], w[0]))}"
    words += f" + b {shape_text(bias)}" if bias is not None else ""
    outcome = f"{words} → {shape_text(result)}" if result is not None else f"{words} fails"
    canvas.code(0, canvas.bottom + 0.24, [(outcome, True)], size=LARGE)
    canvas.note(reason, gap=0.06)
    return canvas.finish(f"Shapes in a linear layer with W {shape_text(w)}: {outcome}: {reason}.")


def _check_axes(x: tuple[int, ...], w: tuple[int, ...], bias: tuple[int, ...] | None) -> None:
    wrong = [
        f"{name} has shape {shape_text(shape)}, wanted {wanted}"
        for name, shape, ranks, wanted in (
            ("X", x, (1, 2), "(n, i) or (i,)"),
            ("W", w, (2,), "(o, i)"),
            ("b", bias or (0,), (1,), "(o,)"),
        )
        if len(shape) not in ranks
    ]
    if wrong or bias == ():
        msg = f"A linear layer does not have these axes: {'; '.join(wrong) or 'b has shape ()'}."
        raise FigureError(msg)


def _layer_reason(
    x: tuple[int, ...],
    w: tuple[int, ...],
    clash: tuple[int, int] | None,
    bias_clash: tuple[int, int] | None,
) -> str:
    """Why the layer works or does not, in a sentence without a full stop."""
    wrong = []
    if clash:
        wrong.append(f"X has {clash[0]} features for each item and W wants {clash[1]}")
    if bias_clash:
        wrong.append(f"b has {bias_clash[0]} numbers and the layer has {bias_clash[1]} outputs")
    if wrong:
        return "; ".join(wrong)
    items = f"each of {x[0]} items" if len(x) == 2 else "the item"
    return f"{items} with {w[1]} features becomes {w[0]} outputs; W is stored as {shape_text(w)}"


def _draw_layer(
    canvas: Canvas,
    shapes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...] | None],
    clashes: tuple[tuple[int, int] | None, tuple[int, int] | None],
    result: tuple[int, ...] | None,
) -> None:
    """Draws X, @, W.T, +, b, = and Y in a row, and W as it is stored above W.T."""
    x_shape, w, bias = shapes
    clash, bias_clash = clashes
    scale = _Scale([*x_shape, *w])
    n = _Side("n", x_shape[0], _LEFT) if len(x_shape) == 2 else None
    o = _Side("o", w[0], _RIGHT)
    i = _Side("i", w[1], _INNER, wrong=clash is not None)
    features = _Side("i", x_shape[-1], _INNER, wrong=clash is not None)
    x = _draw_matrix(canvas, _Matrix(f"X {shape_text(x_shape)}", n, features), scale, 0.0)
    w_start = x = _draw_sign(canvas, "@", x, _conflict(clash) if clash else None)
    x = _draw_matrix(canvas, _Matrix(f"W.T {shape_text((w[1], w[0]))}", i, o), scale, x)
    if bias is not None:
        x = _draw_sign(canvas, "+", x, _conflict(bias_clash) if bias_clash else None)
        width = _Side("o", bias[0], _RIGHT, wrong=bias_clash is not None)
        copies = _Matrix(f"b {shape_text(bias)}", n, width, copied=True)
        x = _draw_matrix(canvas, copies, scale, x)
    x = _draw_sign(canvas, "=", x)
    if result is None:
        _draw_nothing(canvas, x)
    else:
        _draw_matrix(canvas, _Matrix(f"Y {shape_text(result)}", n, o), scale, x)
    _draw_weights(canvas, _Matrix(f"W {shape_text(w)}", o, i), scale, w_start)
    if not scale.exact:
        canvas.note("sizes far apart: the thin sides are drawn thicker than in proportion")


def _draw_weights(canvas: Canvas, weights: _Matrix, scale: _Scale, x: float) -> None:
    """Draws W above everything else, with an arrow down to W.T."""
    top = canvas.top
    middle = top - 0.62 - scale(weights.rows) / 2
    _draw_matrix(canvas, weights, scale, x, middle)
    canvas.arrow((x + 0.1, middle + scale(weights.rows) / 2 + 0.08), (x + 0.1, top - 0.03))
    words = ".T turns it round: rows become columns"
    canvas.text(x + 0.2, top - 0.14, words, size=SMALL, across="left", colour=QUIET)


def _conflict(sizes: tuple[int, int]) -> str:
    return f"{sizes[0]} ≠ {sizes[1]}"


def _draw_sign(canvas: Canvas, sign: str, x: float, failure: str | None = None) -> float:
    """Writes an operator, with a ✗ and words at it if it fails; returns where to go on.

    Args:
        canvas: the board.
        sign: the operator.
        x: where its place begins.
        failure: None if it works; else what to write, which may be nothing.
    """
    words = text_size(failure or "", bold=True)[0]
    middle = x + max(0.4, words) / 2
    canvas.text(middle, 0, sign, size=14, mono=True, bold=True)
    if failure is not None:
        canvas.cross(middle, -0.3, gid="failure")
        if failure:
            canvas.text(middle, 0.27, failure, bold=True, gid="clash")
    return x + max(0.4, words) + 0.1


def _draw_nothing(canvas: Canvas, x: float) -> None:
    frame = Frame(x, -0.35, 0.9, 0.7)
    canvas.rectangle(frame, edge=QUIET, dashed=True)
    canvas.text(*frame.middle, "no result", size=SMALL, colour=QUIET)


def _draw_matrix(
    canvas: Canvas, matrix: _Matrix, scale: _Scale, x: float, middle: float = 0.0
) -> float:
    """Draws one rectangle around the height `middle`; returns where to go on."""
    label = text_size(matrix.rows.label, SMALL, bold=True)[0] + 0.1 if matrix.rows else 0.0
    behind = _BEHIND * (matrix.sheets - 1)
    height = scale(matrix.rows)
    front = Frame(x + label, middle - height / 2, scale(matrix.columns), height)
    virtual = matrix.rows is None or matrix.columns is None
    for sheet in reversed(range(matrix.sheets)):
        place = front.moved(sheet * _BEHIND, -sheet * _BEHIND)
        canvas.rectangle(place, fill=_FILL, edge=QUIET, dashed=virtual, gid=matrix.title)
    if matrix.copied:
        _draw_copies(canvas, matrix, front)
    _draw_sides(canvas, matrix, front)
    y = front.y - behind - 0.06
    if matrix.batch:
        sizes = " × ".join(map(str, matrix.batch))
        y = canvas.text(
            x, y, f"batch: {sizes}", size=SMALL, across="left", down="bottom", colour=QUIET
        ).y
    title = canvas.text(x, y, matrix.title, across="left", down="bottom", bold=True)
    return max(front.right + behind, title.right) + 0.1


def _draw_copies(canvas: Canvas, matrix: _Matrix, frame: Frame) -> None:
    """Draws the first row as stored and the others as its dashed copies."""
    count = min(matrix.rows.size, 5, max(int(frame.h / 0.09), 2)) if matrix.rows else 1
    for row in range(count):
        strip = frame.cell(row, 0, (count, 1))
        fill = tint(_RIGHT, 0.35) if row == 0 else PAPER
        inside = strip if row == 0 else strip.grown(-0.02)
        name = "stored" if row == 0 else "copy"
        canvas.rectangle(
            inside, fill=fill, edge=INK if row == 0 else LINE, dashed=row > 0, gid=name
        )


def _draw_sides(canvas: Canvas, matrix: _Matrix, front: Frame) -> None:
    """Marks the sides of a rectangle with their colours and sizes."""
    if matrix.rows:
        side = matrix.rows
        # The copies of a bias are no size of its own: their side stays unmarked.
        if not matrix.copied:
            ends = (front.x, front.y), (front.x, front.bottom)
            canvas.line(*ends, colour=side.colour, width=4, dashed=side.wrong, gid=side.label)
        words = f"×{side.size}" if matrix.copied else side.label
        canvas.text(
            front.x - 0.06, front.middle[1], words, size=SMALL, across="right", bold=side.wrong
        )
    if matrix.columns:
        side = matrix.columns
        ends = (front.x, front.bottom), (front.right, front.bottom)
        canvas.line(*ends, colour=side.colour, width=4, dashed=side.wrong, gid=side.label)
        canvas.text(
            front.middle[0],
            front.bottom + 0.05,
            side.label,
            size=SMALL,
            down="top",
            bold=side.wrong,
        )
