"""From what a student passes in to what can be drawn: checked, detached, written out.

Nothing here changes its argument, and every refusal is a `FigureError` that says what was
passed, why it has no picture, and what to do.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Number = bool | int | float | complex
Numeric = Tensor | NDArray[Any] | Number
Shaped = Tensor | NDArray[Any] | Sequence[int]


class FigureError(ValueError):
    """What was passed cannot be drawn; the message says why and what to do instead."""


def drawable(tensor: object, name: str) -> Tensor:
    """Checks that a tensor has numbers that can be drawn.

    Args:
        tensor: what the caller was given.
        name: what to call it in an error.

    Returns:
        The tensor, detached, with its storage and strides; any shape and dtype.

    Raises:
        FigureError: if it is not a tensor, has no data, or is not laid out by strides.
    """
    if not isinstance(tensor, Tensor):
        msg = f"{name} is of type {type(tensor).__name__}, not a tensor. Pass torch.tensor(...) of it."
        raise FigureError(msg)
    if tensor.is_meta:
        msg = (
            f"{name} is a meta tensor of shape {tuple(tensor.shape)}: it has a shape but no numbers. "
            'Draw one that has, e.g. torch.zeros_like(x, device="cpu").'
        )
        raise FigureError(msg)
    if tensor.layout != torch.strided:
        msg = f"{name} is laid out as {tensor.layout}, not by strides. Draw {name}.to_dense()."
        raise FigureError(msg)
    if tensor.is_quantized:
        msg = (
            f"{name} is quantised ({tensor.dtype}). Draw {name}.dequantize() or {name}.int_repr()."
        )
        raise FigureError(msg)
    return tensor.detach()


def numeric(value: object, name: str) -> tuple[Tensor, str]:
    """What a student may compute with, as a tensor that can be drawn.

    Args:
        value: a tensor, a NumPy array or a Python number.
        name: what to call it in an error.

    Returns:
        The tensor (a copy unless a tensor was given) and what to call its type.

    Raises:
        FigureError: if it is something else, or not made of numbers; see also `drawable`.
    """
    if isinstance(value, bool | int | float | complex) and not isinstance(value, np.generic):
        try:
            return torch.tensor(value), f"Python {type(value).__name__}"
        except (OverflowError, RuntimeError, ValueError):
            msg = f"{name} is a whole number too large for a tensor: {value!r:.40}."
            raise FigureError(msg) from None
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value)
        try:
            return torch.from_numpy(array), f"numpy {array.dtype}"
        except (TypeError, ValueError):
            msg = f"{name} is a NumPy array of dtype {array.dtype}; only numbers can be drawn."
            raise FigureError(msg) from None
    if not isinstance(value, Tensor):
        msg = (
            f"{name} is of type {type(value).__name__}; a tensor, an array or a number can be drawn. "
            "Pass torch.tensor(...) of it."
        )
        raise FigureError(msg)
    return drawable(value, name), dtype_text(value.dtype)


def shape_of(value: object, name: str) -> tuple[int, ...]:
    """The shape that a tensor or an array has or that a sequence of whole numbers is."""
    if isinstance(value, Tensor | np.ndarray):
        return tuple(value.shape)
    sizes = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else None
    if sizes is None or not all(type(size) is int and size >= 0 for size in sizes):
        msg = f"{name} is {value!r}; give a tensor or its shape, e.g. (2, 3)."
        raise FigureError(msg)
    return sizes


def on_cpu(tensor: Tensor) -> Tensor:
    """The numbers of a tensor in memory that Python reads; lazy conjugates are carried out."""
    return tensor.detach().cpu().resolve_conj().resolve_neg()


def numbers(tensor: Tensor) -> list[Number]:
    """All numbers of a tensor in the order of its indices (the last one runs fastest)."""
    values: list[Number] = on_cpu(tensor).flatten().tolist()
    return values


def value_text(value: Number, digits: int = 3) -> str:
    """A number as short as a cell needs, still showing its kind.

    An int stays an int, a float keeps a point (`3.0`), `nan` and `inf` are written so.

    Args:
        value: the number.
        digits: significant digits for what has a fraction.
    """
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**7 else _exponent(f"{value:.{digits - 1}e}")
    if isinstance(value, complex):
        imaginary = _plain(value.imag, digits)
        sign = "" if imaginary.startswith("-") else "+"
        return f"{_plain(value.real, digits)}{sign}{imaginary}j"
    if math.isfinite(value) and value == int(value) and abs(value) < 10**6:
        return f"{value:.1f}"
    return _pointed(_plain(value, digits))


def _plain(value: float, digits: int) -> str:
    return _exponent(f"{value:.{digits}g}")


def _pointed(text: str) -> str:
    """Adds `.0` to what would read as an int."""
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def _exponent(text: str) -> str:
    """Shortens 1.2e+05 to 1.2e5 and 1e-08 to 1e-8."""
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else text


def value_texts(values: Iterable[Number], digits: int = 3) -> list[str]:
    """Each number as the text for its cell."""
    return [value_text(value, digits) for value in values]


def levels(tensor: Tensor) -> NDArray[np.float64]:
    """How dark each number's cell is: 0 for the lowest, 1 for the highest, in the tensor's shape.

    Complex numbers are shown by their size; inf and -inf get the ends of the scale; NaN stays
    NaN, so that the caller must say how it is drawn. If all are equal, all are in the light half.
    """
    data = on_cpu(tensor)
    if data.is_complex():
        data = data.abs()
    values = data.to(torch.float64).numpy()
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    # Divided before they are subtracted: the range of float64 may be wider than float64.
    scale = max(abs(low), abs(high)) or 1.0
    span = high / scale - low / scale
    scaled: NDArray[np.float64] = np.where(
        np.isfinite(values), (values / scale - low / scale) / (span or 1.0), values
    )
    if not span:
        scaled = np.where(np.isfinite(values), 0.3, scaled)
    scaled = np.where(np.isposinf(values), 1.0, np.where(np.isneginf(values), 0.0, scaled))
    return np.asarray(scaled, dtype=np.float64)


def shape_text(shape: Sequence[int]) -> str:
    """A shape as Python writes it: `()`, `(3,)`, `(2, 3)`."""
    return str(tuple(shape))


def broadcast_shape(*shapes: Sequence[int]) -> tuple[int, ...] | None:
    """The shape that torch broadcasts some shapes to; None if they do not fit."""
    try:
        return tuple(torch.broadcast_shapes(*map(tuple, shapes)))  # type: ignore[no-untyped-call]
    except RuntimeError:
        return None


def is_ghost(index: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether a cell repeats an earlier one because it was reached by a step of length 0."""
    return any(i > 0 and stride == 0 for i, stride in zip(index, strides, strict=True))


def dtype_text(dtype: torch.dtype) -> str:
    """A dtype's name without `torch.`."""
    return str(dtype).removeprefix("torch.")


def bytes_text(size: int) -> str:
    """A number of bytes: `400 bytes`, `4 MB`; a MB is a million bytes."""
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.4g} {unit}"
    return f"{size} byte{'' if size == 1 else 's'}"


def sheet_shape(shape: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of one sheet of a tensor: its last two axes, a row for 1-D, a cell for 0-D."""
    columns = shape[-1] if len(shape) >= 1 else 1
    rows = shape[-2] if len(shape) >= 2 else 1
    return rows, columns


def leading_indices(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """The index of each sheet along all axes but the last two; `[()]` up to two axes."""
    return list(product(*(range(size) for size in shape[:-2])))


class Piece(NamedTuple):
    """What is drawn of a tensor as one grid: a sheet, or some columns of a sheet that is too wide.

    Attributes:
        name: which part of the tensor it is; empty if it is all of it.
        rows: for each cell its place among all numbers of the tensor.
    """

    name: str
    rows: list[list[int]]


def pieces(shape: Sequence[int], most_columns: int) -> list[Piece]:
    """Cuts a tensor into grids of at most so many columns.

    Args:
        shape: of the tensor.
        most_columns: that fit on the page, at least 1.

    Returns:
        The grids, in the order of the indices; none of an empty tensor.
    """
    rows, columns = sheet_shape(shape)
    result = []
    for sheet, leading in enumerate(leading_indices(shape)):
        for start in range(0, columns if rows else 0, most_columns):
            stop = min(start + most_columns, columns)
            names = [f"[{', '.join(map(str, leading))}]"] if leading else []
            names += [f"columns {start}–{stop - 1}"] if columns > most_columns else []
            first = sheet * rows * columns
            grid = [
                list(range(first + row * columns + start, first + row * columns + stop))
                for row in range(rows)
            ]
            result.append(Piece(" ".join(names), grid))
    return result


def indices(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All indices of a tensor of that shape; the last one runs fastest."""
    return product(*(range(size) for size in shape))


def prose(names: Sequence[str]) -> str:
    """Joins names as prose: `a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def ranges_text(positions: Iterable[int]) -> str:
    """Whole numbers as ranges: `0–2, 5`; `none` if there are none."""
    runs: list[list[int]] = []
    for position in sorted(set(positions)):
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return ", ".join(texts) if texts else "none"
