"""What pairwise distances cost in memory, written in three ways."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import torch
from matplotlib.figure import Figure
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gradschool.figures.canvas import Canvas, Frame, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.style import BLUE, GREEN, INK, ORANGE, QUIET, SMALL, tint
from gradschool.figures.values import FigureError, bytes_text, dtype_text, shape_text

_BAR: Final = 3.4  # inches of the longest bar
_THINNEST: Final = 0.02
_LINE: Final = 0.95  # from one way to the next
_SKETCH: Final = 0.5  # inches of a side of a sketched square


class _Largest(TorchDispatchMode):  # type: ignore[no-untyped-call] # torch's modes have no types
    """Notes the shape and the bytes of the largest tensor that an operation makes while entered."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.size = 0
        self.shape: tuple[int, ...] = ()

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Runs the operation and looks at what comes out."""
        made = func(*args, **(kwargs or {}))
        # A view makes no numbers.
        if isinstance(made, Tensor) and not func.is_view:
            size = made.numel() * made.element_size()
            if size > self.size:
                self.size, self.shape = size, tuple(made.shape)
        return made


@dataclass(frozen=True)
class _Way:
    """A way to compute all squared distances.

    Attributes:
        name: in words.
        code: that was run.
        colour: of its bar.
        times: how often the code runs.
        shape: of the largest tensor that it makes.
        size: of that tensor in bytes.
    """

    name: str
    code: str
    colour: str
    times: int
    shape: tuple[int, ...]
    size: int


Formula = Callable[[Tensor, Tensor], Tensor]


def _loop(A: Tensor, B: Tensor) -> Tensor:
    return (A[0] - B[0]).square().sum()


def _cube(A: Tensor, B: Tensor) -> Tensor:
    return (A[:, None] - B[None]).square().sum(2)


def _gram(A: Tensor, B: Tensor) -> Tensor:
    return A.square().sum(1)[:, None] - 2 * (A @ B.T) + B.square().sum(1)


_WAYS: Final[tuple[tuple[str, str, str, Formula], ...]] = (
    ("a loop over all pairs", "(A[i] - B[j]).square().sum()", BLUE, _loop),
    ("one broadcast: a cube", "(A[:, None] - B[None]).square().sum(2)", ORANGE, _cube),
    ("Gram matrix: |a|² - 2 a·b + |b|²", "sq(A)[:, None] - 2 * (A @ B.T) + sq(B)", GREEN, _gram),
)


@for_readers
def pairwise_memory(n: int, m: int, d: int, dtype: torch.dtype = torch.float32) -> Figure:
    """The largest tensor that pairwise squared distances make on the way, in three ways.

    A has the shape (n, d) and B (m, d): a loop over pairs; one broadcast expression, whose
    differences are a cube (n, m, d); and the expanded square with a matrix product. The bytes are
    those of the tensors that torch makes when the three are run on its meta device.

    Args:
        n: rows of A.
        m: rows of B.
        d: columns of both.
        dtype: of both, a floating one.

    Returns:
        The figure.

    Raises:
        FigureError: for sizes that are not positive whole numbers, or another dtype.
    """
    ways = _ways(n, m, d, dtype)
    canvas = Canvas()
    a, b, result = map(shape_text, ((n, d), (m, d), (n, m)))
    words = f"A {a}, B {b}, {dtype_text(dtype)} → distances {result}"
    canvas.code(0, 0, [(words, True)])
    left = max(text_size(way.code, SMALL, mono=True)[0] for way in ways) + 0.2
    most = max(way.size for way in ways)
    for number, way in enumerate(ways):
        _draw_way(canvas, way, Frame(left, 0.32 + number * _LINE, _BAR * way.size / most, 0.24))
    held = bytes_text(n * m * dtype.itemsize)
    canvas.note(
        f"a bar: the largest tensor made on the way; the distances themselves take {held} in each",
        "sq(A) is A.square().sum(1); the sketches are not to scale",
    )
    parts = [
        f"{way.name}, largest tensor {shape_text(way.shape)}, {bytes_text(way.size)}"
        for way in ways
    ]
    return canvas.finish(f"Memory for pairwise squared distances of {words}. {'; '.join(parts)}.")


def _ways(n: object, m: object, d: object, dtype: object) -> list[_Way]:
    sizes = []
    for name, size in (("n", n), ("m", m), ("d", d)):
        if type(size) is not int or not 1 <= size <= 10**6:
            msg = f"{name} is {size!r}; give a whole number from 1 to a million."
            raise FigureError(msg)
        sizes.append(size)
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        msg = f"dtype is {dtype!r}; distances need a floating one, e.g. torch.float32."
        raise FigureError(msg)
    one = torch.empty(sizes[0], sizes[2], dtype=dtype, device="meta")
    other = torch.empty(sizes[1], sizes[2], dtype=dtype, device="meta")
    ways = []
    for name, code, colour, formula in _WAYS:
        with torch.no_grad(), _Largest() as seen:
            formula(one, other)
        times = sizes[0] * sizes[1] if formula is _loop else 1
        ways.append(_Way(name, code, colour, times, seen.shape, seen.size))
    return ways


def _draw_way(canvas: Canvas, way: _Way, bar: Frame) -> None:
    """Draws one way: code, bar, bytes, and a sketch of the largest tensor."""
    canvas.text(0, bar.y, way.name, across="left", down="top", bold=True)
    canvas.text(
        0, bar.y + 0.19, way.code, size=SMALL, across="left", down="top", mono=True, colour=QUIET
    )
    sketch = _draw_sketch(canvas, way, (bar.x, bar.y))
    bar = Frame(sketch + 0.25, bar.y, max(bar.w, _THINNEST), bar.h)
    canvas.rectangle(bar, fill=way.colour, gid=f"bar:{way.name}")
    words = bytes_text(way.size)
    canvas.text(
        bar.right + 0.08,
        bar.middle[1],
        words,
        across="left",
        bold=True,
        gid=f"bytes:{way.name}",
    )
    often = f", {way.times:,} times one after the other" if way.times > 1 else ""
    canvas.text(
        bar.x,
        bar.bottom + 0.04,
        f"{shape_text(way.shape)}{often}",
        size=SMALL,
        across="left",
        down="top",
        colour=QUIET,
        gid=f"shape:{way.name}",
    )


def _draw_sketch(canvas: Canvas, way: _Way, corner: tuple[float, float]) -> float:
    """Draws the shape of a tensor, not to scale: a row, a square or a cube; returns where to go on."""
    x, y = corner
    fill, side, back = tint(way.colour, 0.5), _SKETCH, 0.22
    right = x + side + back
    if len(way.shape) == 1:
        canvas.rectangle(Frame(x, y + 0.05, side, 0.09), fill=fill)
        return right
    top = y + (back if len(way.shape) == 3 else 0.0)
    canvas.rectangle(Frame(x, top, side, side), fill=fill)
    if len(way.shape) == 3:
        far = (x + back, top - back), (right, top - back), (right, top - back + side)
        canvas.polygon((x, top), *far[:2], (x + side, top), fill=tint(way.colour, 0.3))
        canvas.polygon(
            (x + side, top), *far[1:], (x + side, top + side), fill=tint(way.colour, 0.75), edge=INK
        )
    return right
