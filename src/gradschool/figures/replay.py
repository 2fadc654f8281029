"""A backward pass run through a graph and watched, which leaves no trace behind."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gradschool.figures.tracing import Trace
from gradschool.figures.values import FigureError, shape_text


@dataclass(frozen=True)
class Step:
    """One operation run backwards.

    Attributes:
        node: which one.
        received: the gradient of each output.
        sent: the gradient of each input; None where none is needed.
    """

    node: int
    received: list[Tensor | None]
    sent: list[Tensor | None]


def run_backward(graph: Trace, result: Tensor, gradient: Tensor | None) -> list[Step]:
    """Runs the backward pass and notes what each operation gets and gives.

    No `.grad` is written or kept, hooks are taken off again, and the graph can be used once more.

    Args:
        graph: read from the result.
        result: where the pass begins.
        gradient: of the result; needed unless it is one number.

    Returns:
        The operations in the order in which torch ran them.

    Raises:
        FigureError: if torch cannot run it, with its message.
    """
    _check_start(result, gradient)
    steps: list[Step] = []

    def watch(number: int) -> Callable[..., None]:
        def note(sent: Sequence[Tensor | None], received: Sequence[Tensor | None]) -> None:
            steps.append(Step(number, _copies(received), _copies(sent)))

        return note

    leaves = [
        function.variable
        for node, function in zip(graph.nodes, graph.functions, strict=True)
        if node.kind == "leaf"
    ]
    retained = _retained(graph)
    handles = [
        function.register_hook(watch(number))
        for number, (node, function) in enumerate(zip(graph.nodes, graph.functions, strict=True))
        if node.kind == "operation"
    ]
    try:
        torch.autograd.grad(result, leaves, gradient, retain_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise FigureError(_remedy(str(error))) from None
    finally:
        for handle in handles:
            handle.remove()
        for tensor, grad in retained:
            tensor.grad = grad
    return steps


def _check_start(result: Tensor, gradient: Any) -> None:
    if gradient is None and result.numel() != 1:
        msg = (
            f"result has the shape {shape_text(result.shape)}; a backward pass begins at one number. Draw "
            "result.sum(), or pass gradient= with a tensor of that shape."
        )
        raise FigureError(msg)
    if gradient is not None and (
        not isinstance(gradient, Tensor) or gradient.shape != result.shape
    ):
        msg = f"gradient must be a tensor of the shape of result, {shape_text(result.shape)}."
        raise FigureError(msg)


def _copies(tensors: Sequence[Tensor | None]) -> list[Tensor | None]:
    return [None if tensor is None else tensor.detach().clone() for tensor in tensors]


def _retained(graph: Trace) -> list[tuple[Tensor, Tensor | None]]:
    """The tensors of the graph that keep their gradient, with what they hold now.

    The engine fills them in any backward pass. Nothing leads from a grad_fn to its tensor, so that
    they are looked for among all objects.
    """
    members = {id(function) for function in graph.functions if function is not None}
    return [
        (tensor, tensor.grad)
        for tensor in gc.get_objects()
        if issubclass(type(tensor), Tensor)
        and tensor.grad_fn is not None
        and tensor.retains_grad
        and id(tensor.grad_fn) in members
    ]


def _remedy(error: str) -> str:
    if "second time" in error:
        return (
            "The graph's saved tensors have been freed by a backward pass; what is left cannot run again. "
            "Compute the result anew, or call backward(retain_graph=True)."
        )
    if "inplace" in error:
        return (
            "A tensor that the graph needs was changed in place after it was saved. Compute the result anew; "
            f"torch says: {error.splitlines()[0]:.200}"
        )
    return f"torch cannot run the backward pass: {error.splitlines()[0]:.300}"
