"""The graph that autograd recorded, drawn from `grad_fn`, and the backward pass through it."""

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from matplotlib.figure import Figure
from torch import Tensor

from gradschool.figures.canvas import Canvas, Frame, flow, text_size
from gradschool.figures.display import for_readers
from gradschool.figures.nodes import (
    KEPT,
    LOOKS,
    Detail,
    State,
    called,
    draw_graph,
    gradient_text,
    planned,
    rounded,
    saving,
    title_of,
    written,
)
from gradschool.figures.replay import Step, run_backward
from gradschool.figures.style import (
    MARK,
    QUIET,
    SMALL,
    WIDEST,
)
from gradschool.figures.tracing import Trace, trace
from gradschool.figures.values import FigureError, prose

_NAMED: Final = 20  # nodes up to which what torch calls them is written beside them
_FILLED: Final = 32  # nodes up to which each tensor is drawn, not only named ones
_MOST_STEPS: Final = 15


@for_readers
def graph(
    result: Tensor,
    names: Mapping[str, Tensor] | None = None,
    backward: bool = False,  # noqa: FBT001, FBT002 - reads well by its name
    gradient: Tensor | None = None,
) -> Figure:
    """The graph that autograd recorded behind a tensor, from its inputs down to the result.

    Everything is read from `result.grad_fn`: the operations, the leaves, what needs no gradient,
    and what each operation saves for its backward pass. Numbers that autograd does not keep are
    shown where they can be computed again.

    Args:
        result: any tensor with a grad_fn.
        names: what the tensors in the graph are called: `{"x": x, "w": w}`.
        backward: whether to run the backward pass and write the gradients in. Nothing is added to
            any `.grad`, and the graph stays usable; hooks of your own run as in any backward pass.
        gradient: of the result, if it is not one number.

    Returns:
        The figure.

    Raises:
        FigureError: if there is no graph, it is too large, or the backward pass cannot run.
    """
    traced = trace(result, names)
    state = State(on=backward)
    if backward:
        steps = run_backward(traced, result, gradient)
        state = _end(traced, _start(traced, result, gradient), steps)
    count = len(traced.nodes)
    detail = Detail(functions=count <= _NAMED, tensors=count <= _FILLED, gradients=backward)
    blocks, plan = planned(traced, state, detail)
    if plan.width > WIDEST and (detail.functions or detail.tensors):
        detail = Detail(functions=False, tensors=False, gradients=backward)
        blocks, plan = planned(traced, state, detail)
    canvas = Canvas()
    draw_graph(canvas, traced, blocks, plan, state, (0.0, 0.0))
    _draw_key(canvas, traced, detail, plan.width)
    return canvas.finish(_description(traced, state))


@for_readers
def graph_steps(
    result: Tensor,
    names: Mapping[str, Tensor] | None = None,
    gradient: Tensor | None = None,
) -> Figure:
    """The backward pass, one panel for each operation, in the order in which torch runs them.

    The pass is really run, with a hook at each operation that notes what arrives and what it hands
    on. Nothing is added to any `.grad`, and the graph stays usable.

    Args:
        result: any tensor with a grad_fn, and up to fifteen operations behind it.
        names: what the tensors in the graph are called: `{"x": x, "w": w}`.
        gradient: of the result, if it is not one number.

    Returns:
        The figure.

    Raises:
        FigureError: if there is no graph, it is too large, or the backward pass cannot run.
    """
    traced = trace(result, names)
    operations = sum(node.kind == "operation" for node in traced.nodes)
    if operations > _MOST_STEPS:
        msg = (
            f"The graph has {operations} operations; graph_steps() draws a panel for each of up to {_MOST_STEPS}. "
            "Use graph(result, backward=True), or fewer operations."
        )
        raise FigureError(msg)
    steps = run_backward(traced, result, gradient)
    states = [_start(traced, result, gradient)]
    for step in steps:
        states.append(states[-1].after(step, traced))
    end = _end(traced, states[0], steps)
    detail = Detail(functions=False, tensors=True, gradients=True)
    blocks, plan = planned(traced, end, detail)
    titles = [_start_title(traced, states[0])]
    titles += [_panel_title(traced, number, step) for number, step in enumerate(steps, 1)]
    wide = [max(plan.width, *(text_size(line, SMALL)[0] for line in title)) for title in titles]
    high = max(len(title) for title in titles) * 0.16 + 0.12
    canvas = Canvas()
    corners = flow([(width + 0.1, plan.height + high) for width in wide], WIDEST, (0.35, 0.35))
    for title, state, (x, y) in zip(titles, states, corners, strict=True):
        for number, line in enumerate(title):
            canvas.text(
                x,
                y + 0.16 * number,
                line,
                size=SMALL,
                across="left",
                down="top",
                bold=number == 0,
                gid="step",
            )
        draw_graph(canvas, traced, blocks, plan, state, (x, y + high))
    _draw_key(canvas, traced, detail, WIDEST)
    said = "; ".join(" ".join(title) for title in titles)
    return canvas.finish(
        f"The backward pass through the graph of {called(traced, traced.result)}, step by step. {said}."
    )


def _start(graph: Trace, result: Tensor, gradient: Tensor | None) -> State:
    """Before the first operation: the gradient of the result by itself."""
    seed = torch.ones_like(result) if gradient is None else gradient
    return State({graph.result: [seed.detach()]}, on=True)


def _end(graph: Trace, state: State, steps: Sequence[Step]) -> State:
    for step in steps:
        state = state.after(step, graph)
    state.running = None
    return state


def _start_title(graph: Trace, state: State) -> list[str]:
    seed = written(graph, state.arrived[graph.result][0])
    return ["start", f"the gradient of {called(graph, graph.result)}: {seed}"]


def _panel_title(graph: Trace, number: int, step: Step) -> list[str]:
    node = graph.nodes[step.node]
    got = prose(
        [written(graph, tensor) for tensor in step.received if tensor is not None] or ["nothing"]
    )
    sent = [
        f"{written(graph, tensor)} to {called(graph, key)}"
        for key, tensor in zip(node.inputs, step.sent, strict=False)
        if tensor is not None
    ]
    return [
        f"{number}. {node.symbol}  {node.function}",
        f"gets {got}",
        f"sends {', '.join(sent) or 'nothing'}",
    ]


_MEANINGS: Final = {
    "operation": "operation",
    "leaf": "leaf: its gradient is added to .grad (AccumulateGrad)",
    "tensor": "tensor on the way",
    "constant": "needs no gradient",
}


def _draw_key(canvas: Canvas, graph: Trace, detail: Detail, width: float) -> None:
    """Says below the graph what its marks mean; only those that occur."""
    kinds = {"tensor", *(node.kind for node in graph.nodes)}
    entries = [(look, words) for look, words in _MEANINGS.items() if look in kinds]
    notes = []
    if any(node.symbol == "not kept" and node.outputs[0].value is None for node in graph.nodes):
        notes.append(("not kept: no slope depends on it", QUIET))
    if detail.functions and any(node.saved for node in graph.nodes):
        notes.append(("saves …: kept for the backward pass", KEPT))
    if detail.gradients:
        notes.append(("grad: the gradient that arrives", MARK))
    sizes = [(text_size(words, SMALL)[0] + 0.28, 0.16) for _, words in entries]
    sizes += [(text_size(words, SMALL)[0], 0.16) for words, _ in notes]
    y = canvas.bottom + 0.2
    corners = flow(sizes, min(max(width, 4.6), WIDEST), (0.25, 0.06))
    for (look, words), (x, down) in zip(entries, corners, strict=False):
        frame = Frame(x, y + down + 0.01, 0.22, 0.14)
        rounded(canvas, frame, LOOKS[look], gid=f"key:{look}")
        canvas.text(
            frame.right + 0.06, frame.middle[1], words, size=SMALL, across="left", colour=QUIET
        )
    for (words, colour), (x, down) in zip(notes, corners[len(entries) :], strict=True):
        canvas.text(x, y + down + 0.08, words, size=SMALL, across="left", colour=colour)


def _description(graph: Trace, state: State) -> str:
    """The graph in words."""
    leaves = [title_of(graph, node.outputs[0]) for node in graph.nodes if node.kind == "leaf"]
    parts = []
    for node in graph.nodes:
        if node.kind != "operation":
            continue
        given = (
            title_of(graph, node.outputs[0])
            if len(node.outputs) == 1
            else f"{len(node.outputs)} tensors"
        )
        said = f"{node.function} takes {prose([called(graph, key) for key in node.inputs] or ['nothing'])} and gives {given}"
        parts.append(f"{said}, {words}" if (words := saving(node)) else said)
    text = (
        f"The graph behind {called(graph, graph.result)}, {title_of(graph, graph.output(graph.result))}: {len(parts)} operation"
        f"{'' if len(parts) == 1 else 's'}; leaves {', '.join(leaves)}. {'; '.join(parts)}."
    )
    if not state.on:
        return text
    grads = [
        f"{called(graph, (number, 0))} {gradient_text(graph, state, (number, 0))}"
        for number, node in enumerate(graph.nodes)
        if (number, 0) in state.arrived and (node.kind == "leaf" or node.outputs[0].name)
    ]
    return f"{text} Gradients: {', '.join(grads)}."
