"""Who owns which memory: names on the left, blocks of memory on the right, arrows between."""

import ctypes
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.lib.array_utils import byte_bounds
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, widest
from gradschool.figures.display import for_readers
from gradschool.figures.style import NORMAL, PALE, PALETTE, QUIET, SMALL, deep, tint
from gradschool.figures.values import (
    FigureError,
    Number,
    drawable,
    dtype_text,
    prose,
    ranges_text,
    shape_text,
    value_texts,
)

_MOST_BOXES: Final = 24
_MOST_NAMES: Final = 8
_WIDEST_BLOCK: Final = 7.6  # inches
_BOX: Final = 0.31
_LANE: Final = 0.44


@dataclass(frozen=True)
class _Reader:
    """A name and the memory that it reads, in bytes.

    Attributes:
        name: what the caller calls it.
        kind: torch or numpy.
        shape: of the tensor or array.
        dtype: of its numbers.
        device: where the memory is; addresses are comparable on one device only.
        start: the first byte of the memory that it keeps alive.
        content: all bytes of that memory.
        addresses: the address of each of its numbers.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    device: str
    start: int
    content: bytes
    addresses: list[int]

    @property
    def stop(self) -> int:
        return self.start + len(self.content)

    @property
    def facts(self) -> str:
        return f"{self.kind} {shape_text(self.shape)} {dtype_text(self.dtype)}"


@dataclass(frozen=True)
class _Block:
    """A stretch of memory as boxes, and everybody who reads it."""

    readers: list[_Reader]
    start: int
    unit: int
    texts: list[str]

    def boxes(self, reader: _Reader) -> list[int]:
        """The boxes that a reader reaches; a wide number may fill several narrow boxes."""
        width = max(reader.dtype.itemsize // self.unit, 1)
        firsts = {(address - self.start) // self.unit for address in reader.addresses}
        return sorted({first + i for first in firsts for i in range(width)})


@for_readers
def memory(**tensors: Tensor | NDArray[Any]) -> Figure:
    """Which names share memory: every stretch of memory once, every name with what it reaches.

    A triangle in a name's line stands under each box that the name reaches. Sharing is found by
    address, so a NumPy array and the tensor made of it by `torch.from_numpy` are one block.

    Args:
        **tensors: tensors and NumPy arrays by the names to write, e.g. `memory(a=a, row=a[0])`.

    Returns:
        The figure.

    Raises:
        FigureError: for what is neither tensor nor array, has no data, or is too large.
    """
    if not 1 <= len(tensors) <= _MOST_NAMES:
        msg = (
            f"memory() draws 1 to {_MOST_NAMES} names, not {len(tensors)}: memory(a=a, view=a[0])."
        )
        raise FigureError(msg)
    blocks = _blocks([_reader(name, value) for name, value in tensors.items()])
    for block in blocks:
        if _box_width(block) * len(block.texts) > _WIDEST_BLOCK:
            msg = (
                f"The numbers in the memory of {block.readers[0].name} are too long to be written side by "
                "side. Use a smaller example or shorter numbers."
            )
            raise FigureError(msg)
    canvas = Canvas()
    everybody = [reader for block in blocks for reader in block.readers]
    left = (
        max(
            widest([r.name for r in everybody], bold=True),
            widest([r.facts for r in everybody], SMALL),
        )
        + 0.2
    )
    y = 0.0
    for number, block in enumerate(blocks, start=1):
        y = _draw_block(canvas, block, number, left, y) + 0.28
    canvas.note("an arrow under a box: the name reaches this box")
    return canvas.finish(_description(blocks))


def _reader(name: str, value: object) -> _Reader:
    if isinstance(value, np.ndarray):
        return _array_reader(name, value)
    if not isinstance(value, Tensor):
        msg = (
            f"{name} is of type {type(value).__name__}; memory() draws tensors and NumPy arrays: "
            f"pass torch.tensor({name})."
        )
        raise FigureError(msg)
    data = drawable(value, name)
    raw = data.untyped_storage()
    _check_size(name, raw.nbytes(), data.element_size())
    own = raw.cpu()  # type: ignore[no-untyped-call]
    content = bytes(torch.empty(0, dtype=torch.uint8).set_(own).tolist())
    steps = [step * data.element_size() for step in data.stride()]
    addresses = _addresses(data.data_ptr(), tuple(data.shape), steps)
    return _Reader(
        name,
        "torch",
        tuple(data.shape),
        data.dtype,
        str(data.device),
        raw.data_ptr(),
        content,
        addresses,
    )


def _array_reader(name: str, array: NDArray[Any]) -> _Reader:
    try:
        dtype = torch.from_numpy(np.empty(0, array.dtype)).dtype
    except (TypeError, ValueError):
        msg = (
            f"{name} is a NumPy array of dtype {array.dtype}, which torch does not have. "
            f"Draw {name}.astype(float)."
        )
        raise FigureError(msg) from None
    # A view keeps the array alive that it was taken from: that is the memory to draw.
    root: NDArray[Any] = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    bounds = [byte_bounds(array), byte_bounds(root)]
    start, stop = min(low for low, _ in bounds), max(high for _, high in bounds)
    if array.size == 0:
        start = stop = 0
    _check_size(name, stop - start, array.itemsize)
    content = ctypes.string_at(start, stop - start) if stop > start else b""
    first = array.__array_interface__["data"][0]
    addresses = _addresses(first, array.shape, list(array.strides))
    return _Reader(name, "numpy", array.shape, dtype, "cpu", start, content, addresses)


def _check_size(name: str, size: int, item: int) -> None:
    if size // item > _MOST_BOXES:
        msg = (
            f"The memory behind {name} has {size // item} boxes; up to {_MOST_BOXES} can be drawn legibly. "
            "Use a smaller example."
        )
        raise FigureError(msg)


def _addresses(first: int, shape: tuple[int, ...], steps: list[int]) -> list[int]:
    """The address of each number; `steps` are in bytes and may be 0 or negative."""
    reached = {first} if 0 not in shape else set()
    # Axis by axis and as a set: a stride of 0 reaches one address however long the axis is.
    for size, step in zip(shape, steps, strict=True):
        reached = {address + i * step for address in reached for i in range(size if step else 1)}
    return sorted(reached)


def _blocks(readers: list[_Reader]) -> list[_Block]:
    """Groups readers whose memory overlaps, in the order in which the names were given."""
    groups: list[list[_Reader]] = []
    for reader in readers:
        touching = [group for group in groups if any(_overlap(reader, other) for other in group)]
        merged = [member for group in touching for member in group] + [reader]
        groups = [group for group in groups if group not in touching] + [merged]
    order = {id(reader): number for number, reader in enumerate(readers)}
    for group in groups:
        group.sort(key=lambda reader: order[id(reader)])
    groups.sort(key=lambda group: order[id(group[0])])
    return [_block(group) for group in groups]


def _overlap(one: _Reader, other: _Reader) -> bool:
    return one.device == other.device and one.start < other.stop and other.start < one.stop


def _block(readers: list[_Reader]) -> _Block:
    """Puts the bytes of all readers together and reads them in the narrowest dtype among them."""
    start, stop = min(r.start for r in readers), max(r.stop for r in readers)
    content = bytearray(stop - start)
    for reader in readers:
        content[reader.start - start : reader.stop - start] = reader.content
    narrow = min(readers, key=lambda reader: reader.dtype.itemsize)
    unit = narrow.dtype.itemsize
    whole = content[: len(content) // unit * unit]
    values: list[Number] = torch.frombuffer(whole, dtype=narrow.dtype).tolist() if whole else []
    _check_size(readers[0].name, len(content), unit)
    return _Block(readers, start, unit, value_texts(values))


def _title(block: _Block) -> str:
    names = prose([reader.name for reader in block.readers])
    if not block.texts:
        return f"{names}: empty, no memory"
    return (
        f"{names} share this memory" if len(block.readers) > 1 else f"{names} alone has this memory"
    )


def _box_width(block: _Block) -> float:
    return max(_BOX, widest(block.texts, NORMAL) + 0.08)


def _draw_block(canvas: Canvas, block: _Block, number: int, left: float, top: float) -> float:
    """Draws a block and a line for each of its names; returns where it ends."""
    x = left + 0.75
    width = _box_width(block)
    canvas.text(
        x,
        top,
        f"block {number}: {_title(block)}",
        across="left",
        down="top",
        bold=True,
        size=SMALL + 0.5,
    )
    y = top + 0.42
    for box, text in enumerate(block.texts):
        frame = Frame(x + box * width, y, width, _BOX)
        canvas.rectangle(frame, fill=PALE, gid=f"box:{number}:{box}")
        canvas.text(*frame.middle, text, gid=f"value:{number}:{box}")
        canvas.text(frame.middle[0], y - 0.02, str(box), size=SMALL, down="bottom", colour=QUIET)
    if not block.texts:
        canvas.rectangle(Frame(x, y, _BOX, _BOX), fill=PALE, edge=QUIET, dashed=True)
    for line, reader in enumerate(block.readers):
        lane = y + _BOX + 0.24 + line * _LANE
        _draw_reader(canvas, reader, left, lane)
        _draw_reach(canvas, block, reader, (left, lane), (x, width))
    return y + _BOX + 0.24 + (len(block.readers) - 1) * _LANE + _LANE / 2


def _draw_reader(canvas: Canvas, reader: _Reader, left: float, lane: float) -> None:
    colour = PALETTE[1] if reader.kind == "numpy" else PALETTE[0]
    frame = Frame(0, lane - 0.19, left, 0.38)
    canvas.rectangle(frame, fill=tint(colour, 0.18), edge=deep(colour), width=1.2)
    canvas.text(0.1, lane - 0.07, reader.name, across="left", bold=True, gid="name")
    canvas.text(0.1, lane + 0.09, reader.facts, size=SMALL, across="left", gid="facts")


def _draw_reach(
    canvas: Canvas,
    block: _Block,
    reader: _Reader,
    start: tuple[float, float],
    grid: tuple[float, float],
) -> None:
    """Draws the arrow from a name to its boxes: a line with a triangle under each box."""
    colour = deep(PALETTE[1] if reader.kind == "numpy" else PALETTE[0])
    boxes = block.boxes(reader)
    centres = [grid[0] + (box + 0.5) * grid[1] for box in boxes]
    if not centres:
        canvas.text(grid[0], start[1], "reaches nothing", size=SMALL, across="left", colour=QUIET)
        return
    canvas.line(start, (centres[-1], start[1]), colour=colour, width=1.4)
    for box, centre in zip(boxes, centres, strict=True):
        canvas.arrow(
            (centre, start[1]),
            (centre, start[1] - 0.15),
            colour=colour,
            gid=f"reach:{reader.name}:{box}",
        )


def _description(blocks: list[_Block]) -> str:
    parts = []
    for number, block in enumerate(blocks, start=1):
        held = f" ({', '.join(block.texts)})" if block.texts else ""
        reach = "; ".join(
            f"{reader.name}, a {reader.facts}, reaches {_reach_text(block.boxes(reader))}"
            for reader in block.readers
        )
        parts.append(f"Block {number}{held}: {reach}.")
    shared = [
        f"{one.name} and {other.name} share memory"
        for block in blocks
        for one, other in combinations(block.readers, 2)
        if block.texts
    ]
    parts.append(f"{'; '.join(shared)}." if shared else "No two names share memory.")
    return " ".join(parts)


def _reach_text(boxes: list[int]) -> str:
    if not boxes:
        return "no box"
    return f"box{'es' if len(boxes) > 1 else ''} {ranges_text(boxes)}"
