"""The parts of a drawn graph: operations, tensors with their gradients, and the links between."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, text_size
from gradschool.figures.layering import Block, Link, Plan, Point, lay_out
from gradschool.figures.replay import Step
from gradschool.figures.style import (
    BLUE,
    GREEN,
    INK,
    LARGE,
    LINE,
    MARK,
    NORMAL,
    ORANGE,
    PALE,
    PAPER,
    QUIET,
    SMALL,
    WIDEST,
    YELLOW,
    deep,
    tint,
)
from gradschool.figures.tracing import Key, Node, Output, Trace
from gradschool.figures.values import numbers, shape_text, value_text

_BOX: Final = 0.26  # height of an operation
_LINE: Final = 0.165  # height of a line of text in a box
_PORT: Final = 0.22  # inches between the links that reach an operation
_STUB: Final = 0.2  # height of the numbers above an operation
_TIE: Final = 0.1  # from an operation to its tensor
_MOST_TERMS: Final = 3  # of a sum that is written
KEPT: Final = deep(GREEN)


@dataclass(frozen=True)
class Look:
    """How a box looks; each kind differs in more than its colour."""

    fill: str
    edge: str
    width: float = 0.8
    dashed: bool = False
    round_by: float = 0.06


LOOKS: Final = {
    "operation": Look(tint(ORANGE, 0.4), deep(ORANGE), 1.0, round_by=0.12),
    "running": Look(YELLOW, MARK, 2.4, round_by=0.12),
    "leaf": Look(tint(BLUE, 0.25), BLUE, 1.8),
    "constant": Look(PALE, QUIET, dashed=True),
    "tensor": Look(PAPER, LINE),
    "named": Look(PAPER, INK, 1.0),
    "result": Look(PAPER, INK, 2.0),
}


@dataclass
class State:
    """How far a backward pass has come.

    Attributes:
        arrived: the gradients that have reached a tensor, in the order of their arrival.
        sent: what an operation has sent to which of its inputs.
        running: the operation that is run, if any.
        on: whether there is a backward pass at all.
    """

    arrived: dict[Key, list[Tensor]] = field(default_factory=dict)
    sent: dict[tuple[int, int], Tensor] = field(default_factory=dict)
    running: int | None = None
    on: bool = False

    def after(self, step: Step, graph: Trace) -> "State":
        """The state after one more operation."""
        state = State(
            {key: list(some) for key, some in self.arrived.items()},
            dict(self.sent),
            step.node,
            on=True,
        )
        for place, (key, tensor) in enumerate(
            zip(graph.nodes[step.node].inputs, step.sent, strict=False)
        ):
            if tensor is not None:
                state.arrived.setdefault(key, []).append(tensor)
                state.sent[step.node, place] = tensor
        return state


@dataclass(frozen=True)
class Detail:
    """How much is written.

    Attributes:
        functions: what torch calls the nodes, and what they save.
        tensors: every tensor, not only named ones.
        gradients: whether room is left for gradients.
    """

    functions: bool
    tensors: bool
    gradients: bool


# Words


def written(graph: Trace, tensor: Tensor) -> str:
    """A tensor in a few letters: its numbers if all in the graph are few, else its shape."""
    if tensor.ndim == 0 or (graph.small and tensor.numel()):
        texts = ", ".join(value_text(value) for value in numbers(tensor))
        return texts if tensor.ndim == 0 else f"[{texts}]"
    return shape_text(tensor.shape)


def title_of(graph: Trace, output: Output) -> str:
    """A tensor's name and numbers."""
    value = output.value
    shown = shape_text(output.shape) if value is None else written(graph, value)
    if not output.name:
        return shown
    equals = " = " if output.value is not None and not shown.startswith("(") else " "
    return f"{output.name}{equals}{shown}"


def gradient_text(graph: Trace, state: State, key: Key) -> str:
    """The gradient that has arrived at a tensor, as a sum if several have."""
    parts = state.arrived.get(key, [])
    if not parts:
        return ""
    total = written(graph, sum(parts[1:], start=parts[0]))
    terms = [written(graph, part) for part in parts]
    if 1 < len(parts) <= _MOST_TERMS and parts[0].ndim == 0:
        return f"{' + '.join(terms)} = {total}".replace("+ -", "− ")
    return total


def called(graph: Trace, key: Key) -> str:
    """What to call a tensor in a sentence."""
    node, output = graph.nodes[key[0]], graph.output(key)
    if output.name:
        return output.name
    if node.kind == "operation":
        return f"the result of {node.symbol}"
    return "a leaf" if node.kind == "leaf" else "a constant"


def saving(node: Node) -> str:
    """What an operation saves, in words."""
    gone = [saved for saved in node.saved if saved.state]
    if gone:
        words = {"freed": "freed", "changed": "changed since"}[gone[0].state]
        return f"✗ {', '.join(saved.name for saved in gone)}: {words}"
    names = [
        saved.name
        if saved.value is None or saved.value.ndim
        else f"{saved.name} = {value_text(saved.value.item())}"
        for saved in node.saved
    ]
    return f"saves {', '.join(names)}" if names else ""


# Blocks


@dataclass(frozen=True)
class Drawing:
    """A node ready to be drawn, measured from its left upper corner.

    Attributes:
        block: what the layout needs.
        operation: the box of the operation, if it is one.
        tensors: the boxes of its outputs; None where none is drawn.
        titles: what stands in them.
        words: beside the operation, or above the leaf.
        labelled: for which inputs a gradient stands at the link.
        ports: how far from the left side of the operation each link reaches it.
    """

    block: Block
    operation: Frame | None
    tensors: list[Frame | None]
    titles: list[str]
    words: list[str]
    labelled: frozenset[int] = frozenset()
    ports: tuple[float, ...] = ()


def planned(graph: Trace, state: State, detail: Detail) -> tuple[list[Drawing], Plan]:
    """Sizes and places for everything, with the gradients of the state."""
    shared = {key for key in state.arrived if len(graph.users(key)) > 1}
    drawings = [
        _measure(graph, number, state, detail, shared) for number in range(len(graph.nodes))
    ]
    links = [
        Link(source, out, number, place)
        for number, node in enumerate(graph.nodes)
        for place, (source, out) in enumerate(node.inputs)
    ]
    return drawings, lay_out([drawing.block for drawing in drawings], links, WIDEST - 0.6)


def _measure(graph: Trace, number: int, state: State, detail: Detail, shared: set[Key]) -> Drawing:
    node = graph.nodes[number]
    keys = [(number, out) for out in range(len(node.outputs))]
    titles, sizes = [], []
    for key, output in zip(keys, node.outputs, strict=True):
        title = (
            title_of(graph, output)
            if node.kind != "constant" or output.value is not None
            else node.symbol
        )
        wanted = node.kind != "operation" or detail.tensors or output.name or key == graph.result
        wanted = wanted and (bool(graph.users(key)) or key == graph.result or len(keys) == 1)
        grad = f"grad {gradient_text(graph, state, key)}" if detail.gradients else ""
        width = (
            max(text_size(title, NORMAL, bold=True)[0], text_size(grad, SMALL, bold=True)[0]) + 0.16
        )
        lines = 1 + (detail.gradients and node.kind != "constant")
        titles.append(title)
        sizes.append((max(width, 0.36), lines * _LINE + 0.07) if wanted else None)
    words = []
    if detail.functions:
        words = [word for word in (node.function, saving(node)) if word]
    if node.kind != "operation":
        (width, height) = sizes[0] or (0.0, 0.0)
        above = 0.17 if words else 0.0
        full = max(width, text_size(words[0], SMALL)[0] if words else 0.0)
        frame = Frame((full - width) / 2, above, width, height)
        return Drawing(Block(full, above + height, (full / 2,)), None, [frame], titles, words)
    labelled = frozenset(
        place
        for place, key in enumerate(node.inputs)
        if key in shared and (number, place) in state.sent
    )
    slots = [
        text_size(written(graph, state.sent[number, place]), SMALL)[0] + 0.18
        if place in labelled
        else _PORT
        for place in range(len(node.inputs))
    ]
    symbol = text_size(node.symbol, LARGE, bold=True)[0] + 0.2
    wide = max(sum(slots), symbol, 0.34)
    drawn = [size for size in sizes if size is not None]
    below = sum(width for width, _ in drawn) + 0.08 * max(len(drawn) - 1, 0)
    left = max(wide, below) / 2
    beside = 0.08 + max(text_size(word, SMALL)[0] for word in words) if words else 0.0
    stub = _STUB if labelled else 0.0
    box = Frame(left - wide / 2, stub, wide, max(_BOX, 0.3 if len(words) > 1 else 0.0))
    start = box.x + (wide - sum(slots)) / 2
    entries = []
    for place, slot in enumerate(slots):
        entries.append(start + (0.06 if place in labelled else slot / 2))
        start += slot
    tensors: list[Frame | None] = []
    exits = []
    tie = _TIE if len(drawn) < 2 else 2 * _TIE
    x = left - below / 2
    for size in sizes:
        if size is None:
            tensors.append(None)
            exits.append(left)
            continue
        tensors.append(Frame(x, box.bottom + tie, *size))
        exits.append(x + size[0] / 2)
        x += size[0] + 0.08
    height = max([box.bottom, *(frame.bottom for frame in tensors if frame)])
    width = max(left + max(below, wide) / 2, box.right + beside)
    block = Block(width, height, tuple(exits), tuple(entries))
    ports = tuple(entry - box.x for entry in entries)
    return Drawing(block, box, tensors, titles, words, labelled, ports)


# Drawing


def draw_graph(
    canvas: Canvas, graph: Trace, drawings: list[Drawing], plan: Plan, state: State, corner: Point
) -> None:
    """Draws the links, then the nodes, with what has arrived in a state of the backward pass."""
    drawn: set[tuple[Point, Point]] = set()
    routes = iter(plan.routes)
    for number, node in enumerate(graph.nodes):
        for place, key in enumerate(node.inputs):
            route = [(x + corner[0], y + corner[1]) for x, y in next(routes)]
            box = drawings[number].operation
            if box is not None and box.y:
                route.append((route[-1][0], route[-1][1] + box.y))
            lit = (number, place) in state.sent and number == state.running
            _draw_route(
                canvas,
                route,
                drawn,
                quiet=graph.nodes[key[0]].kind == "constant",
                lit=lit,
                gid=f"link:{number}:{place}",
            )
    for number, drawing in enumerate(drawings):
        x, y = plan.corners[number]
        _draw_node(canvas, graph, number, drawing, state, (x + corner[0], y + corner[1]))


def _draw_route(
    canvas: Canvas,
    route: list[Point],
    drawn: set[tuple[Point, Point]],
    *,
    quiet: bool,
    lit: bool,
    gid: str,
) -> None:
    """Draws a link, what others share with it once; a lit one points back to where it came from."""
    colour, width = (MARK, 2.0) if lit else (LINE if quiet else QUIET, 1.0)
    for start, end in pairwise(route):
        if (start, end) in drawn and not lit:
            continue
        drawn.add((start, end))
        (a, b), (c, d) = start, end
        middle = (b + d) / 2
        path = Path(
            [start, (a, middle), (c, middle), end],
            [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
        )
        canvas.axes.add_artist(
            PathPatch(
                path,
                facecolor="none",
                edgecolor=colour,
                linewidth=width,
                capstyle="butt",
                zorder=3 if lit else 2,
                gid=gid,
            )
        )
    (x, y), back = (route[0], 0.09) if lit else (route[-1], -0.07)
    canvas.axes.add_artist(
        FancyArrowPatch(
            (x, y + back),
            (x, y),
            arrowstyle="-|>,head_length=4.5,head_width=2.4",
            color=colour,
            linewidth=width,
            shrinkA=0,
            shrinkB=0,
            mutation_scale=1,
            zorder=3,
            gid=gid.replace("link", "arrow"),
        )
    )
    canvas.reserve(*route)


def rounded(canvas: Canvas, frame: Frame, look: Look, *, gid: str) -> None:
    """Draws a box with round corners."""
    canvas.axes.add_artist(
        FancyBboxPatch(
            (frame.x, frame.y),
            frame.w,
            frame.h,
            boxstyle=f"round,pad=0,rounding_size={min(look.round_by, frame.h / 2)}",
            facecolor=look.fill,
            edgecolor=look.edge,
            linewidth=look.width,
            linestyle=(0, (3, 2)) if look.dashed else "solid",
            zorder=4,
            gid=gid,
        )
    )
    canvas.reserve((frame.x, frame.y), (frame.right, frame.bottom))


def _draw_node(
    canvas: Canvas, graph: Trace, number: int, drawing: Drawing, state: State, corner: Point
) -> None:
    box = drawing.operation
    if box is not None:
        box = box.moved(*corner)
        _draw_operation(canvas, graph, number, drawing, box, state)
    elif drawing.words:
        x = corner[0] + drawing.block.width / 2
        word = drawing.words[0]
        name = f"function:{number}"
        canvas.text(x, corner[1], word, size=SMALL, down="top", colour=QUIET, gid=name)
    for out, (frame, title) in enumerate(zip(drawing.tensors, drawing.titles, strict=True)):
        if frame is not None:
            there = frame.moved(*corner)
            if box is not None:
                canvas.line((box.middle[0], box.bottom), (there.middle[0], there.y), colour=QUIET)
            _draw_tensor(canvas, graph, (number, out), there, title, state)


def _draw_operation(
    canvas: Canvas, graph: Trace, number: int, drawing: Drawing, box: Frame, state: State
) -> None:
    """Draws an operation, what is said beside it, and what it has sent above it."""
    node = graph.nodes[number]
    look = LOOKS["running" if state.running == number else "operation"]
    rounded(canvas, box, look, gid=f"operation:{number}")
    canvas.text(*box.middle, node.symbol, size=LARGE, bold=True, gid=f"symbol:{number}")
    for line, word in enumerate(drawing.words):
        y = box.middle[1] + (line - (len(drawing.words) - 1) / 2) * 0.15
        kind, colour = ("function", QUIET) if word == node.function else ("saved", KEPT)
        canvas.text(
            box.right + 0.06,
            y,
            word,
            size=SMALL,
            across="left",
            colour=MARK if word.startswith("✗") else colour,
            gid=f"{kind}:{number}",
        )
    for place in drawing.labelled & {place for user, place in state.sent if user == number}:
        canvas.text(
            box.x + drawing.ports[place] + 0.05,
            box.y - _STUB / 2 - 0.01,
            written(graph, state.sent[number, place]),
            size=SMALL,
            across="left",
            colour=MARK,
            gid=f"sent:{number}:{place}",
        )


def _draw_tensor(
    canvas: Canvas, graph: Trace, key: Key, frame: Frame, title: str, state: State
) -> None:
    node, output = graph.nodes[key[0]], graph.output(key)
    look: str = "tensor" if node.kind == "operation" else node.kind
    if key == graph.result:
        look = "result"
    elif look == "tensor" and output.name:
        look = "named"
    rounded(canvas, frame, LOOKS[look], gid=f"{look}:{key[0]}:{key[1]}")
    two = frame.h > 1.5 * _LINE
    y = frame.y + 0.035 + _LINE / 2
    canvas.text(
        frame.middle[0],
        y if two else frame.middle[1],
        title,
        bold=bool(output.name),
        colour=INK,
        gid=f"value:{key[0]}:{key[1]}",
    )
    grad = gradient_text(graph, state, key)
    if two and grad:
        canvas.text(
            frame.middle[0],
            y + _LINE,
            f"grad {grad}",
            size=SMALL,
            colour=MARK,
            bold=True,
            gid=f"grad:{key[0]}:{key[1]}",
        )
