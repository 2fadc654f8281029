"""gather and scatter as arrows: each line along `dim` is a lane in which numbers travel."""

from dataclasses import dataclass
from math import prod
from typing import Any, Final

from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, widest
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
    WIDEST,
    ink_on,
    tint,
)
from gradschool.figures.values import (
    FigureError,
    Number,
    Numeric,
    indices,
    numeric,
    shape_text,
    value_texts,
)

_MOST_AXES: Final = 4
_MOST_LANES: Final = 16
_LONGEST: Final = 16
_HEIGHT: Final = 0.3
_GAP: Final = 0.42  # inches that the arrows have
_APART: Final = (0.35, 0.22)  # inches between lanes
_REDUCE: Final = ("sum", "prod", "mean", "amax", "amin")
_OTHER_NAMES: Final = {"add": "sum", "multiply": "prod"}
_SIGNS: Final = {None: "=", "sum": "+=", "prod": "*="}


@dataclass(frozen=True)
class _Strip:
    """Cells in a line: what they hold and what is said of them.

    Attributes:
        name: what they are.
        texts: what they hold.
        active: which of them take part.
        colour: of those.
        ruled: whether their indices stand at them.
        crossed: which of them have a ✗.
    """

    name: str
    texts: list[str]
    active: list[bool]
    colour: str
    ruled: bool = False
    crossed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class _Lane:
    """One line along `dim`.

    Attributes:
        name: which one: `row 0`, `column 0`, `[0, :, 1]`.
        upper: the strips that the arrows leave.
        lower: the strips that they reach.
        arrows: from which cell of the last upper to which cell of the first lower strip.
    """

    name: str
    upper: list[_Strip]
    lower: list[_Strip]
    arrows: list[tuple[int, int]]

    @property
    def strips(self) -> list[_Strip]:
        return [*self.upper, *self.lower]

    @property
    def length(self) -> int:
        return max(len(strip.texts) for strip in self.strips)


@for_readers
def gather(tensor: Tensor | NDArray[Any], dim: int, index: Tensor | NDArray[Any]) -> Figure:
    """`tensor.gather(dim, index)` as arrows: each index says from where its number is fetched.

    Every line of the tensor along `dim` is drawn as a lane of its own, since no number moves from
    one lane to another; columns (`dim` is the last but one) are drawn upright.

    Args:
        tensor: what is read.
        dim: the axis along which the index counts.
        index: whole numbers from 0 on, with as many axes as the tensor.

    Returns:
        The figure.

    Raises:
        FigureError: if torch cannot gather so, with its message, or for too many or long lanes.
    """
    data, where = numeric(tensor, "tensor")[0], numeric(index, "index")[0]
    axis = _axis(data, dim, "tensor")
    call = f"tensor.gather({dim}, index)"
    try:
        result = data.gather(axis, where)
    except (IndexError, RuntimeError, TypeError) as error:
        raise _refused(call, data, where, axis, error) from None
    lanes = []
    for lead in _leads(data, axis):
        whole, fetched = _line(data, lead, axis), _line(result, lead, axis)
        places = _places(where, lead, axis)
        used = [place in places for place in range(len(whole))]
        upper = [_Strip("tensor", value_texts(whole), used, BLUE, ruled=True)]
        lower = [
            _Strip("index", value_texts(places), [True] * len(places), ORANGE),
            _Strip("result", value_texts(fetched), [True] * len(places), GREEN),
        ]
        arrows = [(place, number) for number, place in enumerate(places)]
        lanes.append(_Lane(_lane_name(lead, axis), upper, lower, arrows))
    canvas = Canvas()
    facts = f"tensor {shape_text(data.shape)}, index {shape_text(where.shape)} → result {shape_text(result.shape)}"
    rule = f"result{_subscript(data.ndim)} = tensor{_subscript(data.ndim, axis)}"
    _draw(canvas, lanes, (call, facts, rule), upright=data.ndim >= 2 and axis == data.ndim - 2)
    moves = [
        f"{lane.name or 'the row'} fetches {', '.join(lane.lower[1].texts) or 'nothing'} from "
        f"{', '.join(lane.lower[0].texts) or 'nowhere'}"
        for lane in lanes
    ]
    return canvas.finish(f"Arrows for {call}: {facts}. {rule}. {'; '.join(moves)}.")


@for_readers
def scatter(
    target: Tensor | NDArray[Any],
    dim: int,
    index: Tensor | NDArray[Any],
    source: Numeric,
    reduce: str | None = None,
) -> Figure:
    """`target.scatter(dim, index, source)` as arrows: each index says where its number goes.

    Each lane has the target before and after. Where different numbers are written to one cell and
    nothing combines them, any of them may stay: such cells have a ✗.

    Args:
        target: what is written into; it is not changed.
        dim: the axis along which the index counts.
        index: whole numbers from 0 on, with as many axes as the target.
        source: what is written: a tensor at least as large as the index, or one number.
        reduce: None to overwrite; `sum` (or `add`), `prod` (or `multiply`), `mean`, `amax` or
            `amin` to combine what arrives with what is there.

    Returns:
        The figure.

    Raises:
        FigureError: if torch cannot scatter so, with its message, or for too many or long lanes.
    """
    data, where = numeric(target, "target")[0], numeric(index, "index")[0]
    axis = _axis(data, dim, "target")
    given = numeric(source, "source")[0]
    if isinstance(source, bool | int | float | complex):
        given = given.to(data.dtype).expand(where.shape)
    how = _reduction(reduce)
    call = f"target.scatter({dim}, index, source)"
    if how is not None:
        call = f'target.scatter_reduce({dim}, index, source, "{how}")'
    try:
        after = (
            data.scatter(axis, where, given)
            if how is None
            else data.scatter_reduce(axis, where, given, how)
        )
    except (IndexError, RuntimeError, TypeError) as error:
        raise _refused(call, data, where, axis, error) from None
    parts = (given, where, data, after)
    lanes = [_writing_lane(parts, lead, axis, how) for lead in _leads(data, axis)]
    canvas = Canvas()
    facts = f"target {shape_text(data.shape)}, index {shape_text(where.shape)}, source {shape_text(given.shape)}"
    written = f"target{_subscript(data.ndim, axis)}"
    rule = f"{written} = {how} of itself and all that arrives"
    if how in _SIGNS:
        rule = f"{written} {_SIGNS[how]} source{_subscript(data.ndim)}"
    _draw(canvas, lanes, (call, facts, rule), upright=data.ndim >= 2 and axis == data.ndim - 2)
    if any(lane.lower[1].crossed for lane in lanes):
        canvas.note("✗ different numbers are written here: which of them stays is left to chance")
    moves = [
        f"{lane.name or 'the row'} becomes {', '.join(lane.lower[1].texts)}, written at "
        f"{', '.join(lane.upper[1].texts) or 'no place'}"
        for lane in lanes
    ]
    return canvas.finish(f"Arrows for {call}: {facts}. {rule}. {'; '.join(moves)}.")


def _writing_lane(
    parts: tuple[Tensor, Tensor, Tensor, Tensor], lead: tuple[int, ...], axis: int, how: str | None
) -> _Lane:
    """A lane of `scatter` from source, index, target before and target after."""
    sent, before, after = (_line(parts[number], lead, axis) for number in (0, 2, 3))
    places = _places(parts[1], lead, axis)
    arriving: dict[int, list[Number]] = {}
    for place, value in zip(places, sent, strict=False):
        arriving.setdefault(place, []).append(value)
    unclear = {p for p, values in arriving.items() if how is None and len(set(values)) > 1}
    reached = [place in arriving for place in range(len(before))]
    used = [number < len(places) for number in range(len(sent))]
    upper = [
        _Strip("source", value_texts(sent), used, BLUE),
        _Strip("index", value_texts(places), [True] * len(places), ORANGE),
    ]
    lower = [
        _Strip("before", value_texts(before), [False] * len(before), GREEN),
        _Strip("after", value_texts(after), reached, GREEN, ruled=True, crossed=frozenset(unclear)),
    ]
    return _Lane(_lane_name(lead, axis), upper, lower, list(enumerate(places)))


def _axis(data: Tensor, dim: object, name: str) -> int:
    """The axis counted from the front, checked."""
    rank = data.ndim
    if not 1 <= rank <= _MOST_AXES:
        msg = (
            f"{name} of shape {shape_text(data.shape)} has {rank} axes; 1 to {_MOST_AXES} can be drawn. "
            f"{'An index counts along an axis.' if not rank else 'Draw a part of it: x[0].'}"
        )
        raise FigureError(msg)
    if type(dim) is not int or not -rank <= dim < rank:
        msg = f"dim is {dim!r}; {name} of shape {shape_text(data.shape)} has the axes 0 to {rank - 1}."
        raise FigureError(msg)
    return dim % rank


def _reduction(reduce: object) -> str | None:
    if reduce is None:
        return None
    if isinstance(reduce, str) and reduce in (*_REDUCE, *_OTHER_NAMES):
        return _OTHER_NAMES.get(reduce, reduce)
    msg = f"reduce is {reduce!r}; scatter() knows None, {', '.join((*_REDUCE, *_OTHER_NAMES))}."
    raise FigureError(msg)


def _refused(call: str, data: Tensor, where: Tensor, axis: int, error: Exception) -> FigureError:
    """What torch says, and what helps."""
    size = data.shape[axis]
    remedy = f"Give an index of {data.ndim} axes with whole numbers from 0 to {size - 1}."
    whole = not (where.is_floating_point() or where.is_complex())
    if whole and where.numel() and int(where.min()) < 0:
        remedy = f"It does not count from the end; index % {size} does."
    return FigureError(f"{call} raises {type(error).__name__}: {str(error).rstrip('.')}. {remedy}")


def _leads(data: Tensor, axis: int) -> list[tuple[int, ...]]:
    """The lines along an axis, each by its index along the others with a -1 at the axis."""
    others = [1 if number == axis else size for number, size in enumerate(data.shape)]
    if prod(others) > _MOST_LANES or data.shape[axis] > _LONGEST:
        msg = (
            f"A tensor of shape {shape_text(data.shape)} has {prod(others)} lines of {data.shape[axis]} "
            f"along dim {axis}; up to {_MOST_LANES} lines of {_LONGEST} can be drawn. Use a smaller example."
        )
        raise FigureError(msg)
    return [(*index[:axis], -1, *index[axis + 1 :]) for index in indices(others)]


def _line(data: Tensor, lead: tuple[int, ...], axis: int) -> list[Number]:
    """The numbers on one line; none if the tensor does not reach so far."""
    if any(i >= size for i, size in zip(lead, data.shape, strict=True)):
        return []
    place = tuple(slice(None) if number == axis else i for number, i in enumerate(lead))
    values: list[Number] = data[place].tolist()
    if len(values) > _LONGEST:
        msg = f"A line of {len(values)} numbers is too long to draw; up to {_LONGEST} can be drawn."
        raise FigureError(msg)
    return values


def _places(where: Tensor, lead: tuple[int, ...], axis: int) -> list[int]:
    """The whole numbers on one line of an index."""
    return [int(place.real) for place in _line(where, lead, axis)]


def _lane_name(lead: tuple[int, ...], axis: int) -> str:
    if len(lead) == 1:
        return ""
    if len(lead) == 2:
        return f"{'column' if axis == 0 else 'row'} {lead[1 - axis]}"
    parts = [":" if number == axis else str(i) for number, i in enumerate(lead)]
    return f"[{', '.join(parts)}]"


def _subscript(rank: int, axis: int | None = None) -> str:
    """`[i, j]`, or `[i, index[i, j]]` for an axis that the index counts along."""
    letters = list("ijkl"[:rank])
    plain = f"[{', '.join(letters)}]"
    if axis is None:
        return plain
    letters[axis] = f"index{plain}"
    return f"[{', '.join(letters)}]"


@dataclass(frozen=True)
class _Plan:
    """How lanes are laid out: the strips of one run to the right, or down if it is upright.

    Attributes:
        upright: whether they run down.
        width: of a cell.
        beside: room at the left, for names or for indices.
    """

    upright: bool
    width: float
    beside: float

    @property
    def above(self) -> float:
        """Room for the lane's name and, if upright, the strips' names."""
        return 0.42 if self.upright else 0.2

    def size(self, lane: _Lane) -> tuple[float, float]:
        length, across = max(lane.length, 1), len(lane.strips)
        if self.upright:
            return self.beside + across * self.width + _GAP + 0.15, self.above + length * _HEIGHT
        return self.beside + length * self.width, self.above + across * _HEIGHT + _GAP + 0.18

    def cell(self, corner: tuple[float, float], lane: _Lane, strip: int, place: int) -> Frame:
        """The frame of a cell of a strip."""
        gap = _GAP if strip >= len(lane.upper) else 0.0
        x, y = corner[0] + self.beside, corner[1] + self.above
        if self.upright:
            return Frame(x + strip * self.width + gap, y + place * _HEIGHT, self.width, _HEIGHT)
        return Frame(x + place * self.width, y + strip * _HEIGHT + gap, self.width, _HEIGHT)


def _draw(
    canvas: Canvas, lanes: list[_Lane], words: tuple[str, str, str], *, upright: bool
) -> None:
    """Draws head and rule, then the lanes."""
    call, facts, rule = words
    canvas.code(0, 0, [(call, True)], size=LARGE)
    canvas.text(0, 0.14, facts, across="left", down="top")
    canvas.code(0, 0.43, [(rule, False)])
    texts = [text for lane in lanes for strip in lane.strips for text in strip.texts]
    names = [strip.name for strip in lanes[0].strips] if lanes else []
    width = max(0.34, widest(texts, SMALL, bold=True) + 0.12)
    if upright:
        plan = _Plan(upright, max(width, widest(names, SMALL) + 0.1), 0.25)
    else:
        beside = max(widest(names, SMALL), widest([n.name for n in lanes], SMALL, bold=True))
        plan = _Plan(upright, width, beside + 0.12)
    top = canvas.bottom + 0.18
    if not lanes:
        canvas.text(0, top, "no lanes: there is nothing to move", across="left", down="top")
    sizes = [plan.size(lane) for lane in lanes]
    # As many on every line as on the first.
    lines = len({y for _, y in flow(sizes, WIDEST, _APART)})
    each = -(-len(lanes) // max(lines, 1))
    room = each * (max((w for w, _ in sizes), default=0.0) + _APART[0])
    corners = flow(sizes, min(room, WIDEST), _APART)
    for lane, (x, y) in zip(lanes, corners, strict=True):
        _draw_lane(canvas, lane, plan, (x, top + y))


def _draw_lane(canvas: Canvas, lane: _Lane, plan: _Plan, corner: tuple[float, float]) -> None:
    """Draws the strips of a lane, and its arrows from the upper to the lower ones."""
    canvas.text(*corner, lane.name, size=SMALL, across="left", down="top", bold=True)
    for number, strip in enumerate(lane.strips):
        frames = [plan.cell(corner, lane, number, place) for place in range(len(strip.texts))]
        _draw_name(canvas, strip, plan, plan.cell(corner, lane, number, 0))
        if not frames:
            middle = plan.cell(corner, lane, number, 0).middle
            canvas.text(*middle, "none", size=SMALL, colour=QUIET, gid=f"none:{lane.name}")
        for place, frame in enumerate(frames):
            _draw_cell(canvas, strip, frame, place, lane.name)
            if strip.ruled:
                _draw_place(canvas, frame, place, first=number == 0, upright=plan.upright)
    for start, end in lane.arrows:
        one = plan.cell(corner, lane, len(lane.upper) - 1, start)
        other = plan.cell(corner, lane, len(lane.upper), end)
        begin = (one.right, one.middle[1]) if plan.upright else (one.middle[0], one.bottom)
        stop = (other.x, other.middle[1]) if plan.upright else (other.middle[0], other.y)
        name = f"arrow:{lane.name}:{start}:{end}"
        canvas.arrow(begin, stop, colour=INK, width=1.2, above=5, gid=name)


def _draw_name(canvas: Canvas, strip: _Strip, plan: _Plan, first: Frame) -> None:
    x, y = (first.middle[0], first.y - 0.03) if plan.upright else (first.x - 0.08, first.middle[1])
    canvas.text(
        x,
        y,
        strip.name,
        size=SMALL,
        across="center" if plan.upright else "right",
        down="bottom" if plan.upright else "center",
        colour=QUIET,
    )


def _draw_cell(canvas: Canvas, strip: _Strip, frame: Frame, place: int, lane: str) -> None:
    active = strip.active[place]
    fill = tint(strip.colour, 0.45) if active else PAPER
    edge, above = (INK, 2) if active else (LINE, 1)
    name = f"{strip.name}:{lane}:{place}"
    canvas.rectangle(frame, fill=fill, edge=edge, above=above, gid=name)
    ink = ink_on(fill) if active else QUIET
    canvas.text(*frame.middle, strip.texts[place], size=SMALL, colour=ink, bold=active, gid=name)
    if place in strip.crossed:
        canvas.cross(frame.right - 0.06, frame.y + 0.06, size=6, gid=f"unclear:{lane}:{place}")


def _draw_place(canvas: Canvas, frame: Frame, place: int, *, first: bool, upright: bool) -> None:
    """Writes the index of a cell outside of the lane: at the side where its first strip is."""
    x, y = frame.middle
    if upright:
        x = frame.x - 0.05 if first else frame.right + 0.05
        canvas.text(x, y, str(place), size=SMALL, across="right" if first else "left", colour=QUIET)
    else:
        y = frame.y - 0.03 if first else frame.bottom + 0.03
        canvas.text(x, y, str(place), size=SMALL, down="bottom" if first else "top", colour=QUIET)
