"""Broadcasting, step by step: align on the right, fill with 1, stretch, and what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, text_size, widest
from gradschool.figures.display import for_readers
from gradschool.figures.sheets import mark_side
from gradschool.figures.style import (
    BLUE,
    GREEN,
    INK,
    LARGE,
    MARK,
    NORMAL,
    ORANGE,
    PALE,
    PAPER,
    PINK,
    QUIET,
    SKY,
    SMALL,
    WIDEST,
    tint,
)
from gradschool.figures.values import (
    FigureError,
    Number,
    Shaped,
    broadcast_shape,
    is_ghost,
    prose,
    shape_of,
    shape_text,
)

_COLOURS: Final = (BLUE, ORANGE, PINK, SKY)
_RESULT: Final = GREEN
_MOST_AXES: Final = 6


@dataclass(frozen=True)
class _Operand:
    """One of the tensors that meet.

    Attributes:
        name: what to call it.
        shape: as it is given.
        filled: the shape with 1s on the left, as many as it takes.
        stretched: the shape it is read in; where sizes clash, its own size.
        strides: of the stretched tensor, counted in numbers.
        colour: of its cells.
    """

    name: str
    shape: tuple[int, ...]
    filled: tuple[int, ...]
    stretched: tuple[int, ...]
    strides: tuple[int, ...]
    colour: str

    @property
    def added(self) -> int:
        """How many 1s were filled in."""
        return len(self.filled) - len(self.shape)

    def grows(self, axis: int) -> bool:
        """Whether this axis is stretched."""
        return self.filled[axis] != self.stretched[axis]

    @property
    def stored(self) -> int:
        """How many numbers are read: those along axes with a stride of 0 are read again."""
        pairs = zip(self.filled, self.strides, strict=True)
        return prod(size for size, stride in pairs if stride or not size)


@dataclass(frozen=True)
class _Meeting:
    """Several operands and what broadcasting makes of them.

    Attributes:
        operands: in the order in which they were given.
        result: the shape that comes out; None where sizes clash.
        clashes: the axes at which they do, counted from the left.
        message: what adding two such operands raises; empty if nothing, or not for two.
    """

    operands: list[_Operand]
    result: tuple[int, ...] | None
    clashes: list[int]
    message: str

    @property
    def rank(self) -> int:
        return len(self.operands[0].filled)

    @property
    def outcome(self) -> str:
        *most, last = (shape_text(operand.shape) for operand in self.operands)
        words = f"{', '.join(most)} with {last}" if most else last
        return f"{words} fails" if self.result is None else f"{words} → {shape_text(self.result)}"

    def size(self, axis: int) -> int:
        """The size that all operands have along an axis once they are stretched."""
        return next((o.stretched[axis] for o in self.operands if o.stretched[axis] != 1), 1)

    def clash(self, axis: int) -> str:
        """The sizes that do not agree: `4 ≠ 3`."""
        sizes = dict.fromkeys(operand.filled[axis] for operand in self.operands)
        return " ≠ ".join(str(size) for size in sizes if size != 1)


@for_readers
def broadcast(*operands: Shaped | Number, names: Sequence[str] = "abcd") -> Figure:
    """How shapes are broadcast: align on the right, fill with 1, stretch each 1, and the result.

    Below the sizes, up to three axes are drawn as cells: a solid cell is stored, a dashed one is a
    ghost, the same number read again because the stride of its axis is 0. Where two sizes clash,
    a ✗ stands at the axis and nothing comes out.

    Args:
        *operands: up to four tensors, NumPy arrays, numbers or shapes: `broadcast((3, 1), (4,))`.
        names: what to call them.

    Returns:
        The figure.

    Raises:
        FigureError: for what has no shape, or for more operands or axes than can be drawn.
    """
    meeting = _meeting(operands, names)
    canvas = Canvas()
    _draw_steps(canvas, meeting)
    if meeting.rank <= 3:
        _draw_blocks(canvas, meeting)
    size = LARGE if len(meeting.outcome) < 100 else NORMAL
    canvas.code(0, canvas.bottom + 0.26, [(meeting.outcome, True)], size=size)
    canvas.note(*_reasons(meeting), gap=0.06)
    return canvas.finish(_description(meeting))


def _meeting(operands: tuple[Any, ...], names: Sequence[str]) -> _Meeting:
    if not 1 <= len(operands) <= min(len(_COLOURS), len(names)):
        msg = (
            f"broadcast() draws 1 to {min(len(_COLOURS), len(names))} operands, each with a name, "
            f"not {len(operands)}: broadcast((3, 1), (4,))."
        )
        raise FigureError(msg)
    shapes = [_shape(value, name) for value, name in zip(operands, names, strict=False)]
    rank = max(map(len, shapes))
    if rank > _MOST_AXES:
        msg = (
            f"broadcast() draws up to {_MOST_AXES} axes, and {names[list(map(len, shapes)).index(rank)]} "
            f"has {rank}. Leave out axes in which the operands agree."
        )
        raise FigureError(msg)
    filled = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    wanted = [{size for size in column if size != 1} for column in zip(*filled, strict=True)]
    clashes = [axis for axis, sizes in enumerate(wanted) if len(sizes) > 1]
    drawn = []
    for number, (value, shape, full) in enumerate(zip(operands, shapes, filled, strict=True)):
        stretched = tuple(
            min(sizes) if size == 1 and len(sizes) == 1 else size
            for size, sizes in zip(full, wanted, strict=True)
        )
        strides = _strides(value, shape, stretched)
        drawn.append(_Operand(names[number], shape, full, stretched, strides, _COLOURS[number]))
    return _Meeting(drawn, broadcast_shape(*shapes), clashes, _message(operands, shapes))


def _shape(value: object, name: str) -> tuple[int, ...]:
    return () if isinstance(value, int | float | complex | np.generic) else shape_of(value, name)


def _strides(value: object, shape: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of the stretched tensor, read from it and counted in numbers."""
    if isinstance(value, np.ndarray):
        stretched = np.broadcast_to(value, target)
        return tuple(step // value.itemsize for step in stretched.strides)
    # On the meta device a shape of any size costs no memory.
    tensor = value.detach() if isinstance(value, Tensor) else torch.empty(shape, device="meta")
    return tuple(tensor.expand(target).stride())


def _message(operands: tuple[Any, ...], shapes: list[tuple[int, ...]]) -> str:
    """What `a + b` of such shapes raises; the two are one number each, stretched to the shapes."""
    if len(shapes) != 2 or broadcast_shape(*shapes) is not None:
        return ""
    arrays = any(isinstance(value, np.ndarray) for value in operands)
    tensors = any(isinstance(value, Tensor) for value in operands)
    try:
        if arrays and not tensors:
            np.add(*(np.broadcast_to(np.zeros(()), shape) for shape in shapes))
        else:
            torch.add(*(torch.zeros(()).expand(shape) for shape in shapes))
    except (RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _reasons(meeting: _Meeting) -> list[str]:
    """Why it works or does not, in sentences without a full stop."""
    if meeting.result is None:
        where = "; ".join(
            f"dim {axis - meeting.rank}: {meeting.clash(axis)}, and neither is 1"
            for axis in meeting.clashes
        )
        said = [f"adding them raises {meeting.message}"] if meeting.message else []
        return [where + _remedy(meeting), *said]
    grown = []
    for operand in meeting.operands:
        axes = [axis for axis in range(meeting.rank) if operand.grows(axis)]
        words = [f"dim {a - meeting.rank} (1 → {operand.stretched[a]})" for a in axes]
        grown += [f"{operand.name} along {prose(words)}"] if words else []
    if not grown:
        return ["all sizes agree: nothing is stretched"]
    return [f"stretched without a copy: {'; '.join(grown)}"]


def _remedy(meeting: _Meeting) -> str:
    """What would fit: a 1 put where it makes two shapes agree."""
    if len(meeting.operands) != 2:
        return ""
    for one, other in (meeting.operands, meeting.operands[::-1]):
        for place in range(1, len(one.shape) + 1):
            shape = (*one.shape[:place], 1, *one.shape[place:])
            result = broadcast_shape(shape, other.shape)
            if result is not None and len(result) == meeting.rank:
                words = f"{one.name}.unsqueeze({place}) has shape {shape_text(shape)}"
                return f"; {words} and would fit, if that is what is meant"
    return ""


# The sizes

_ROW: Final = 0.42  # inches: the height of a line of sizes
_ABOVE: Final = 0.42  # title and axes above the first line
_TITLES: Final = ("1  align on the right", "2  fill with 1", "3  stretch each 1")
_LAST: Final = "4  result"


@dataclass(frozen=True)
class _Entry:
    """What stands in a table for one axis of one operand."""

    words: str
    stride: str = ""
    ghost: bool = False
    wrong: bool = False


def _entry(meeting: _Meeting, operand: _Operand, axis: int, step: int) -> _Entry | None:
    """The entry for an axis after a step (0, 1 or 2); None where there is no axis yet."""
    size, added = operand.filled[axis], axis < operand.added
    if step == 0:
        return None if added else _Entry(str(size))
    if step == 1:
        return _Entry(str(size), ghost=added)
    grows = operand.grows(axis)
    return _Entry(
        f"{size} → {operand.stretched[axis]}" if grows else str(size),
        f"stride {operand.strides[axis]}",
        ghost=grows,
        wrong=axis in meeting.clashes and size != 1,
    )


def _draw_steps(canvas: Canvas, meeting: _Meeting) -> None:
    """Draws the three tables of sizes side by side, the last one with the result below it."""
    names = widest([operand.name for operand in meeting.operands], bold=True)
    beside = [max(names, text_size("dim", SMALL)[0]) + 0.1] * 3
    beside[2] = max(beside[2], text_size(_LAST, bold=True)[0] + 0.1)
    widths = [_column_width(meeting, step) for step in range(3)]
    height = _ABOVE + len(meeting.operands) * _ROW
    sizes = [
        (
            max(beside[step] + max(meeting.rank, 1) * widths[step], text_size(title, bold=True)[0]),
            height + (_ROW + 0.14 if step == 2 else 0),
        )
        for step, title in enumerate(_TITLES)
    ]
    for step, (x, y) in enumerate(flow(sizes, WIDEST, (0.45, 0.3))):
        canvas.text(x, y, _TITLES[step], across="left", down="top", bold=True)
        table = Frame(x + beside[step], y + _ABOVE, widths[step], _ROW)
        _draw_table(canvas, meeting, table, step)
        if step == 2:
            _draw_result(canvas, meeting, table.moved(0, len(meeting.operands) * _ROW))


def _column_width(meeting: _Meeting, step: int) -> float:
    entries = [
        entry
        for operand in meeting.operands
        for axis in range(meeting.rank)
        if (entry := _entry(meeting, operand, axis, step))
    ]
    words = widest([entry.words for entry in entries], bold=True)
    return max(0.4, words + 0.14, widest([entry.stride for entry in entries], SMALL) + 0.12)


def _draw_table(canvas: Canvas, meeting: _Meeting, first: Frame, step: int) -> None:
    """Draws one table; `first` is its left upper cell."""
    head = ("dim", first.x - 0.08) if meeting.rank else ("no axes", first.x + first.w)
    canvas.text(
        head[1], first.y - 0.03, head[0], size=SMALL, across="right", down="bottom", colour=QUIET
    )
    for axis in range(meeting.rank):
        x = first.x + (axis + 0.5) * first.w
        number = str(axis - meeting.rank)
        canvas.text(x, first.y - 0.03, number, size=SMALL, down="bottom", colour=QUIET)
    for line, operand in enumerate(meeting.operands):
        y = first.y + (line + 0.5) * first.h
        canvas.text(first.x - 0.08, y, operand.name, across="right", bold=True)
        if meeting.rank == 0:
            canvas.text(first.x + 0.1, y, "()", across="left", mono=True)
        for axis in range(meeting.rank):
            entry = _entry(meeting, operand, axis, step)
            if entry:
                frame = first.moved(axis * first.w, line * first.h).grown(-0.02)
                _draw_entry(canvas, entry, operand.colour, frame, f"{step}:{operand.name}:{axis}")


def _draw_entry(canvas: Canvas, entry: _Entry, colour: str, frame: Frame, name: str) -> None:
    canvas.rectangle(
        frame,
        fill=tint(colour, 0.12 if entry.ghost else 0.4),
        edge=MARK if entry.wrong else QUIET if entry.ghost else INK,
        width=2.4 if entry.wrong else 0.8,
        dashed=entry.ghost,
        gid=f"{'ghost' if entry.ghost else 'step'}:{name}",
    )
    x, y = frame.middle
    up = 0.07 if entry.stride else 0.0
    canvas.text(x, y - up, entry.words, bold=entry.ghost or entry.wrong, gid=f"size:{name}")
    if entry.stride:
        canvas.text(x, y + 0.09, entry.stride, size=SMALL, gid=f"stride:{name}")


def _draw_result(canvas: Canvas, meeting: _Meeting, first: Frame) -> None:
    """Draws the result below a line, as a sum stands below what is added."""
    y = first.y + 0.05
    canvas.line(
        (first.x - 0.1, y), (first.x + max(meeting.rank, 1) * first.w, y), colour=INK, width=1.4
    )
    first = first.moved(0, 0.12)
    canvas.text(first.x - 0.08, first.middle[1], _LAST, across="right", bold=True)
    if meeting.rank == 0:
        canvas.text(first.x + 0.1, first.middle[1], "()", across="left", mono=True, bold=True)
    for axis in range(meeting.rank):
        frame = first.moved(axis * first.w, 0).grown(-0.02)
        x, y = frame.middle
        if axis in meeting.clashes:
            canvas.cross(x, y - 0.08, size=12, gid="failure")
            canvas.text(x, y + 0.13, meeting.clash(axis), bold=True, gid="clash")
            continue
        fits = meeting.result is not None
        canvas.rectangle(
            frame,
            fill=tint(_RESULT, 0.4) if fits else PAPER,
            edge=INK if fits else QUIET,
            dashed=not fits,
        )
        canvas.text(x, y, str(meeting.size(axis)), bold=fits, gid=f"result:{axis}")


# The cells

_CELL: Final = 0.26
_STEP: Final = 0.14  # inches from a sheet to the next one behind it
_SHOWN: Final = 6  # cells along an axis; of longer ones the first few and the last are drawn
_SHEETS: Final = 4
_NOTHING: Final = (0.7, 0.4)  # the place of a tensor without cells


@dataclass(frozen=True)
class _Block:
    """What is drawn of one tensor as cells.

    Attributes:
        title: its name and shape.
        facts: what is stored of it.
        shape: depth, rows and columns; 1 for axes that are not there.
        strides: likewise.
        colour: of the cells.
        gid: names the cells.
    """

    title: str
    facts: str
    shape: tuple[int, int, int]
    strides: tuple[int, int, int]
    colour: str
    gid: str

    @property
    def front(self) -> tuple[float, float]:
        """Width and height of the sheet in front."""
        _, rows, columns = self.shape
        if 0 in self.shape:
            return _NOTHING
        return len(_shown(columns)) * _CELL, len(_shown(rows)) * _CELL

    @property
    def behind(self) -> float:
        """How far the last sheet lies behind the first."""
        return 0.0 if 0 in self.shape else _STEP * (min(self.shape[0], _SHEETS) - 1)

    @property
    def height(self) -> float:
        return self.front[1] + self.behind

    @property
    def width(self) -> float:
        words = max(text_size(self.title, bold=True)[0], text_size(self.facts, SMALL)[0])
        return max(self.front[0] + self.behind, words)


def _shown(size: int) -> list[int | None]:
    """The indices that are drawn along an axis; None for the gap in a long one."""
    return list(range(size)) if size <= _SHOWN else [*range(_SHOWN - 2), None, size - 1]


def _blocks(meeting: _Meeting) -> list[_Block]:
    blocks = []
    for operand in meeting.operands:
        read = prod(operand.stretched)
        facts = f"{operand.stored:,} stored"
        facts += f", read as {read:,}" if read > operand.stored else ""
        title = f"{operand.name} {shape_text(operand.shape)}"
        shape, strides = _three(operand.stretched), _three(operand.strides)
        blocks.append(_Block(title, facts, shape, strides, operand.colour, operand.name))
    if meeting.result is not None:
        title, facts = f"result {shape_text(meeting.result)}", f"{prod(meeting.result):,} stored"
        shape = _three(meeting.result)
        blocks.append(_Block(title, facts, shape, (1, 1, 1), _RESULT, "result"))
    return blocks


def _three(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    depth, rows, columns = (1,) * (3 - len(sizes)) + sizes
    return depth, rows, columns


def _draw_blocks(canvas: Canvas, meeting: _Meeting) -> None:
    """Draws the stretched operands as cells, and the result if there is one."""
    blocks = _blocks(meeting)
    top = canvas.bottom + 0.3
    head = canvas.text(0, top, "cell by cell", across="left", down="top", bold=True)
    if any(o.stored < prod(o.stretched) for o in meeting.operands):
        words = "solid: stored; dashed: a ghost, the stored number read again"
        canvas.text(
            head.right + 0.2, head.middle[1], words, size=SMALL, across="left", colour=QUIET
        )
    tallest = max(block.height for block in blocks)
    signs = ["with"] * (len(meeting.operands) - 1) + ["→"]
    # A side that is marked at the left needs room there.
    marked = 0.25 if any(axis < meeting.rank - 1 for axis in meeting.clashes) else 0.0
    sizes = [(block.width + 0.45 + marked, tallest + 0.5) for block in blocks]
    if meeting.result is None:
        sizes.append((1.0, tallest + 0.5))
    corners = flow(sizes, WIDEST, (0.1, 0.2))
    for number, (x, y) in enumerate(corners):
        base = head.bottom + 0.08 + y + 0.4 + tallest
        if number < len(blocks):
            _draw_block(canvas, blocks[number], x, base)
            _draw_clashes(canvas, meeting, blocks[number], Frame(x, base, *blocks[number].front))
        else:
            _draw_nothing(canvas, Frame(x, base - tallest / 2 - 0.3, 0.8, 0.6))
        if number < len(corners) - 1:
            middle = x + sizes[number][0] - marked - 0.18
            canvas.text(middle, base - tallest / 2, signs[number], size=SMALL)
    if any(size > _SHOWN for block in blocks for size in block.shape[1:]):
        canvas.note(f"⋯ a long axis: the first {_SHOWN - 2} cells and the last are drawn", gap=0.1)
    deepest = max(block.shape[0] for block in blocks)
    if deepest > _SHEETS:
        canvas.note(f"of {deepest} sheets the first {_SHEETS} are drawn", gap=0.1)


def _draw_nothing(canvas: Canvas, frame: Frame) -> None:
    canvas.rectangle(frame, edge=QUIET, dashed=True)
    canvas.text(frame.middle[0], frame.middle[1] + 0.12, "no result", size=SMALL, colour=QUIET)
    canvas.cross(frame.middle[0], frame.middle[1] - 0.1, size=12, gid="failure")


def _draw_block(canvas: Canvas, block: _Block, x: float, base: float) -> None:
    """Draws cells that stand on the height `base`, from the sheet at the back to the front one."""
    top = base - block.height
    canvas.text(x, top - 0.21, block.title, across="left", down="bottom", bold=True)
    canvas.text(x, top - 0.06, block.facts, size=SMALL, across="left", down="bottom", colour=QUIET)
    front = Frame(x, base - block.front[1], *block.front)
    if 0 in block.shape:
        canvas.rectangle(front, fill=PALE, edge=QUIET, dashed=True)
        canvas.text(*front.middle, "no cells", size=SMALL, colour=QUIET)
        return
    for sheet in reversed(range(min(block.shape[0], _SHEETS))):
        place = front.moved(sheet * _STEP, -sheet * _STEP)
        canvas.rectangle(place, fill=PAPER, edge="none")
        _draw_sheet(canvas, block, sheet, place)


def _draw_sheet(canvas: Canvas, block: _Block, sheet: int, place: Frame) -> None:
    rows, columns = _shown(block.shape[1]), _shown(block.shape[2])
    for at_row, row in enumerate(rows):
        for at_column, column in enumerate(columns):
            cell = place.cell(at_row, at_column, (len(rows), len(columns)))
            if row is None or column is None:
                if sheet == 0:
                    canvas.text(*cell.middle, "⋯", size=SMALL, colour=QUIET)
                continue
            ghost = is_ghost((sheet, row, column), block.strides)
            canvas.rectangle(
                cell.grown(-0.025) if ghost else cell,
                fill=tint(block.colour, 0.1 if ghost else 0.55),
                edge=QUIET if ghost else INK,
                dashed=ghost,
                gid=f"{block.gid} {'ghost' if ghost else 'cell'}:{sheet},{row},{column}",
            )


def _draw_clashes(canvas: Canvas, meeting: _Meeting, block: _Block, foot: Frame) -> None:
    """Marks the sides of a block whose size does not fit; `foot` lies below the front sheet."""
    front = foot.moved(0, -foot.h)
    for axis in meeting.clashes:
        size = block.shape[axis - meeting.rank]
        name = f"side:{block.gid}:{axis - meeting.rank}"
        if size == 1:
            continue
        if axis - meeting.rank >= -2:
            mark_side(canvas, front, axis - meeting.rank, size, gid=name)
            continue
        start = (front.x - 0.04, front.y - 0.04)
        end = (start[0] + block.behind, start[1] - block.behind)
        canvas.line(start, end, colour=MARK, width=3)
        canvas.text(start[0] - 0.06, start[1], str(size), across="right", bold=True, gid=name)


def _description(meeting: _Meeting) -> str:
    parts = []
    for operand in meeting.operands:
        steps = []
        if operand.added:
            steps.append(f"filled to {shape_text(operand.filled)}")
        if operand.stretched != operand.filled:
            strides = shape_text(operand.strides)
            steps.append(f"stretched to {shape_text(operand.stretched)} with strides {strides}")
        name = f"{operand.name} {shape_text(operand.shape)}"
        parts.append(f"{name} is {' and '.join(steps)}" if steps else f"{name} stays as it is")
    why = ". ".join(_reasons(meeting)).rstrip(".")
    return f"Broadcasting step by step: {'; '.join(parts)}. {meeting.outcome}: {why}."
