"""What torch has recorded behind a tensor, read from `grad_fn`, and a backward pass watched."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final, Literal

import torch
from torch import Tensor

from gradschool.figures.values import FigureError

Kind = Literal["operation", "leaf", "constant"]
Key = tuple[int, int]  # the number of a node, and which of its outputs

MOST_NODES: Final = 60
_LARGEST: Final = 10_000  # numbers of a tensor up to which a missing value is computed again
_WRITTEN: Final = 4  # numbers of a tensor up to which they are written
_TOLD: Final = 4  # kinds of operations named in an error

SYMBOLS: Final = {
    "Abs": "|·|",
    "Add": "+",
    "Bmm": "@",
    "Cat": "cat",
    "Clamp": "clamp",
    "CloneB": "clone",
    "Div": "÷",
    "Dot": "·",
    "Exp": "exp",
    "Index": "[…]",
    "LogSoftmax": "log softmax",
    "Mm": "@",
    "MseLoss": "mse",
    "Mul": "×",
    "Mv": "@",
    "Neg": "−",
    "NllLoss": "nll",
    "Prod": "∏",
    "Relu": "relu",
    "Select": "[i]",
    "Sigmoid": "σ",
    "Slice": "[a:b]",
    "Sqrt": "√",
    "Sub": "−",
    "Sum": "Σ",
    "T": "( )ᵀ",
}
# The arguments that can be saved, in the order of `next_functions`.
_ARGUMENTS: Final = {
    "Addmm": ("self", "mat1", "mat2"),
    "Bmm": ("self", "mat2"),
    "Dot": ("self", "tensor"),
    "Mm": ("self", "mat2"),
    "Mv": ("self", "vec"),
    "Pow": ("self", "exponent"),
    "Convolution": ("input", "weight", "bias"),
    "NativeLayerNorm": ("input", "weight", "bias"),
    **dict.fromkeys(
        ("BinaryCrossEntropy", "BinaryCrossEntropyWithLogits", "HuberLoss", "L1Loss", "MseLoss"),
        ("self", "target"),
    ),
}


@dataclass
class Output:
    """A tensor that a node gives.

    Attributes:
        shape: its shape.
        name: what the student calls it; empty if nobody said.
        value: its numbers, if they are known.
    """

    shape: tuple[int, ...]
    name: str = ""
    value: Tensor | None = None


@dataclass
class Saved:
    """A tensor that an operation keeps for its backward pass.

    Attributes:
        name: which one it is.
        state: empty, or why it cannot be used: `freed` or `changed`.
        value: its numbers, unless the graph shows them under that name.
    """

    name: str
    state: Literal["", "freed", "changed"] = ""
    value: Tensor | None = None


@dataclass
class Node:
    """An operation, a leaf, or something that needs no gradient.

    Attributes:
        kind: which of them.
        function: what torch calls it: `MulBackward0`, `AccumulateGrad`; empty for a constant.
        symbol: an operation as in mathematics; for a constant what to say if its value is unknown.
        inputs: the tensors that it takes, in order.
        outputs: the tensors that it gives.
        saved: what it keeps for the backward pass.
        own: whether it is a `torch.autograd.Function` written in Python.
    """

    kind: Kind
    function: str
    symbol: str
    inputs: list[Key] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)
    own: bool = False


@dataclass
class Trace:
    """A graph: its nodes, each after those whose tensors it takes.

    Attributes:
        nodes: all of them.
        result: the tensor whose graph it is.
        functions: the grad_fn of each node, None for a constant.
    """

    nodes: list[Node]
    result: Key
    functions: list[Any]

    def users(self, key: Key) -> list[tuple[int, int]]:
        """Which nodes take a tensor, and as which of their inputs."""
        return [
            (number, place)
            for number, node in enumerate(self.nodes)
            for place, source in enumerate(node.inputs)
            if source == key
        ]

    @property
    def small(self) -> bool:
        """Whether all of its tensors are so small that their numbers can be written."""
        shapes = [output.shape for node in self.nodes for output in node.outputs]
        return all(len(shape) <= 1 and prod(shape) <= _WRITTEN for shape in shapes)

    def output(self, key: Key) -> Output:
        """A tensor of the graph."""
        return self.nodes[key[0]].outputs[key[1]]


def trace(result: object, names: Mapping[str, Tensor] | None) -> Trace:
    """Reads the graph behind a tensor.

    Args:
        result: what was computed.
        names: what the tensors in it are called.

    Returns:
        The graph.

    Raises:
        FigureError: if there is none, or it is too large to draw.
    """
    tensor = _with_graph(result)
    named = _named(names)
    functions = _functions(tensor.grad_fn)
    numbers = {id(function): number for number, function in enumerate(functions)}
    reader = _Reader(functions, numbers, named)
    graph = reader.read()
    graph.result = (graph.result[0], tensor.output_nr)
    reader.put_value(tensor, "result")
    _compute_missing(graph, named)
    return graph


def _with_graph(result: object) -> Tensor:
    if not isinstance(result, Tensor):
        msg = (
            f"result is of type {type(result).__name__}, not a tensor. Pass the tensor that was computed, "
            "before .item() or .numpy()."
        )
        raise FigureError(msg)
    if result.grad_fn is None and result.requires_grad:
        msg = (
            "result is a leaf: no operation computed it, so there is no graph behind it. Draw what you "
            "compute from it, e.g. figures.graph(x**2)."
        )
        raise FigureError(msg)
    if result.grad_fn is None:
        msg = (
            "result has no grad_fn: no input required a gradient (requires_grad=True), or it was computed "
            "under torch.no_grad() or cut off by .detach()."
        )
        raise FigureError(msg)
    return result


def _named(names: Any) -> dict[str, Tensor]:
    given = {} if names is None else names
    if not isinstance(given, Mapping):
        msg = f'names is {given!r:.60}; give a dictionary: names={{"x": x}}.'
        raise FigureError(msg)
    for name, tensor in given.items():
        if not isinstance(tensor, Tensor):
            msg = f"names[{name!r}] is of type {type(tensor).__name__}, not a tensor."
            raise FigureError(msg)
    return {str(name): tensor for name, tensor in given.items()}


def _functions(last: Any) -> list[Any]:
    """Every grad_fn behind the last one, each after those that its gradients go to."""
    done: dict[int, Any] = {}
    waiting = [(last, iter(last.next_functions))]
    begun = {id(last)}
    while waiting:
        function, following = waiting[-1]
        for other, _ in following:
            if other is not None and id(other) not in begun:
                begun.add(id(other))
                waiting.append((other, iter(other.next_functions)))
                break
        else:
            done[id(function)] = function
            waiting.pop()
        if len(begun) > 20 * MOST_NODES:
            break
    if len(begun) > MOST_NODES:
        kinds = Counter(_kind(function) for function in done.values())
        told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(_TOLD))
        told += ", …" if len(kinds) > _TOLD else ""
        more = "more than " if len(begun) > 20 * MOST_NODES else ""
        msg = (
            f"The graph has {more}{len(begun)} nodes ({told}); up to {MOST_NODES} can be drawn. Draw the graph "
            "of a tensor on the way, or of fewer layers or steps."
        )
        raise FigureError(msg)
    return list(done.values())


def _kind(function: Any) -> str:
    leaf = hasattr(function, "variable")
    return "leaf" if leaf else _symbol(type(function).__name__)


def base_name(function: str) -> str:
    """`Mul` of `MulBackward0`, `Cube` of `CubeBackward`."""
    return re.sub(r"Backward\d*$", "", function) or function


def _symbol(function: str) -> str:
    base = base_name(function)
    if base == "Pow":
        return "^"
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", base).lower()
    return SYMBOLS.get(base, spaced)


class _Reader:
    """Turns grad_fn objects into nodes."""

    def __init__(
        self, functions: list[Any], numbers: dict[int, int], named: dict[str, Tensor]
    ) -> None:
        self._functions = functions
        self._named = named
        self._numbers = numbers  # the place of a function among the functions
        self._nodes: list[Node] = []
        self._sources: list[Any] = []
        self._place: dict[int, int] = {}  # the place of a function among the nodes
        self._constants: dict[Any, int] = {}

    def read(self) -> Trace:
        """All nodes, constants among them."""
        self._named_of = {
            (id(tensor.grad_fn), tensor.output_nr): name
            for name, tensor in reversed(self._named.items())
            if tensor.grad_fn is not None
        }
        for function in self._functions:
            inputs = self._inputs(function)
            self._place[id(function)] = len(self._nodes)
            self._nodes.append(self._node(function, inputs))
            self._sources.append(function)
        for name, tensor in self._named.items():
            self.put_value(tensor, name)
        for function in self._functions:
            node = self._nodes[self._place[id(function)]]
            node.saved = self._saved(function)
        return Trace(self._nodes, (len(self._nodes) - 1, 0), self._sources)

    def put_value(self, tensor: Tensor, name: str) -> None:
        """Notes the numbers of a tensor of the graph, and its name if it has none yet."""
        place = self._place.get(id(tensor.grad_fn)) if tensor.grad_fn is not None else None
        if place is None or tensor.output_nr >= len(self._nodes[place].outputs):
            return
        output = self._nodes[place].outputs[tensor.output_nr]
        if tuple(tensor.shape) == output.shape:
            output.value = _value(tensor)
            output.name = output.name or name

    def _inputs(self, function: Any) -> list[Key]:
        inputs = []
        for number, (other, output) in enumerate(function.next_functions):
            if other is not None:
                inputs.append((self._place[id(other)], output))
            else:
                inputs.append((self._constant(function, number), 0))
        return inputs

    def _constant(self, function: Any, number: int) -> int:
        """The node for an input that needs no gradient; drawn once if it is the same tensor."""
        arguments = _ARGUMENTS.get(base_name(type(function).__name__), ("self", "other"))
        value = None
        if number < len(arguments):
            value = _look(function, f"_saved_{arguments[number]}")
        if isinstance(value, bool | int | float):
            value = torch.tensor(value)
        if not isinstance(value, Tensor) or value.requires_grad or value.is_meta:
            value = None
        key = _memory(value) if value is not None and value.numel() and value.ndim else object()
        if key not in self._constants:
            name = self._name_of_constant(value) if value is not None else ""
            shape = tuple(value.shape) if value is not None else ()
            self._constants[key] = len(self._nodes)
            unknown = "constant" if _may_keep(function) else "not kept"
            self._nodes.append(Node("constant", "", unknown, outputs=[Output(shape, name, value)]))
            self._sources.append(None)
        return self._constants[key]

    def _name_of_constant(self, value: Tensor) -> str:
        for name, tensor in self._named.items():
            if tensor.grad_fn is None and tensor.numel() and _memory(tensor) == _memory(value):
                return name
        return ""

    def _node(self, function: Any, inputs: list[Key]) -> Node:
        title = type(function).__name__
        if hasattr(function, "variable"):
            variable = function.variable
            name = next((n for n, t in self._named.items() if t is variable), "")
            shown = Output(tuple(variable.shape), name, _value(variable))
            return Node("leaf", "AccumulateGrad", "", [], [shown])
        own = hasattr(function, "saved_tensors")
        symbol = base_name(title) if own else _symbol(title)
        if base_name(title) == "Pow":
            exponent = _look(function, "_saved_exponent")
            if isinstance(exponent, int | float):
                symbol = _raised(exponent)
        factor = _look(function, "_saved_other")
        if isinstance(factor, int | float) and len(inputs) == 1:
            symbol = f"{symbol} {factor:g}"
        outputs = [
            Output(tuple(meta.shape), self._named_of.get((id(function), number), ""))
            for number, meta in enumerate(function._input_metadata)
        ]
        return Node("operation", title, symbol, inputs, outputs, own=own)

    def _saved(self, function: Any) -> list[Saved]:
        """What a function keeps, by the names of the graph where it has one."""
        saved: dict[str, Saved] = {}
        for name, read in _keepers(function):
            try:
                kept = read()
            except RuntimeError as error:
                state: Literal["freed", "changed"] = (
                    "changed" if "inplace" in str(error) or "in-place" in str(error) else "freed"
                )
                saved[name] = Saved(name, state)
                continue
            many = kept if isinstance(kept, tuple | list) else (kept,)
            for tensor in many:
                if isinstance(tensor, Tensor):
                    said = self._name_of(tensor, function)
                    saved[said or name] = Saved(
                        said or name, value=None if said else tensor.detach()
                    )
        return sorted(saved.values(), key=lambda kept: kept.name != "self")

    def _name_of(self, tensor: Tensor, function: Any) -> str:
        """The name of a saved tensor; its numbers are noted on the way."""
        if tensor.grad_fn is not None:
            self.put_value(tensor, "")
            if tensor.grad_fn is function:
                return "result"
            place = self._place.get(id(tensor.grad_fn))
            if place is not None and tensor.output_nr < len(self._nodes[place].outputs):
                return self._nodes[place].outputs[tensor.output_nr].name
            return ""
        return next(
            (
                name
                for name, other in self._named.items()
                if other is tensor or (other.numel() and _memory(other) == _memory(tensor))
            ),
            "",
        )


_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _raised(exponent: float) -> str:
    """The sign for a power: `( )²`, `( )^0.5`."""
    if exponent == int(exponent):
        return f"( ){str(int(exponent)).translate(_RAISED)}"
    return f"( )^{exponent:g}"


def _value(tensor: Tensor) -> Tensor | None:
    """The numbers of a tensor, if it has any."""
    return None if tensor.is_meta else tensor.detach()


def _look(function: Any, name: str) -> Any:
    """An attribute of a grad_fn; None if it has none or its saved tensors are gone."""
    try:
        return getattr(function, name, None)
    except RuntimeError:
        return None


def _keepers(function: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What to call each thing that a function may keep, and how to read it."""
    if hasattr(type(function), "saved_tensors"):
        yield "saved", lambda: function.saved_tensors
        return
    for name in dir(function):
        if name.startswith("_saved_"):
            yield name.removeprefix("_saved_"), lambda name=name: getattr(function, name)  # type: ignore[misc]


def _may_keep(function: Any) -> bool:
    """Whether a function keeps, or has kept, a tensor that needs no gradient."""
    for _, read in _keepers(function):
        try:
            kept = read()
        except RuntimeError:
            return True
        many = kept if isinstance(kept, tuple | list) else (kept,)
        if any(isinstance(tensor, Tensor) and not tensor.requires_grad for tensor in many):
            return True
    return False


def _memory(tensor: Tensor) -> tuple[Any, ...]:
    """What two tensors have in common exactly if they are the same numbers in the same memory."""
    return (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)


# Values that nobody kept

_FORMULAS: Final[dict[str, Callable[..., Tensor]]] = {
    "Abs": torch.abs,
    "Add": torch.add,
    "Addmm": torch.addmm,
    "Cos": torch.cos,
    "Div": torch.div,
    "Dot": torch.dot,
    "Exp": torch.exp,
    "Log": torch.log,
    "Mm": torch.mm,
    "Mul": torch.mul,
    "Mv": torch.mv,
    "Neg": torch.neg,
    "Relu": torch.relu,
    "Sigmoid": torch.sigmoid,
    "Sin": torch.sin,
    "Sqrt": torch.sqrt,
    "Sub": torch.sub,
    "T": torch.t,
    "Tanh": torch.tanh,
}


def _compute_missing(graph: Trace, named: Mapping[str, Tensor]) -> None:
    """Computes values that autograd did not keep; none of them if one contradicts a known value."""
    found: dict[int, Tensor] = {}
    for number, node in enumerate(graph.nodes):
        if node.kind != "operation" or len(node.outputs) != 1:
            continue
        values = [graph.output(key).value for key in node.inputs]
        values = [found.get(key[0], value) for key, value in zip(node.inputs, values, strict=True)]
        known = node.outputs[0].value
        if known is not None:
            values = _recognised(graph, number, values, named)
        made = _again(graph, number, values)
        if made is None or tuple(made.shape) != node.outputs[0].shape:
            continue
        if known is None:
            found[number] = made
        elif not torch.allclose(made.double(), known.double(), rtol=1e-3, equal_nan=True):
            return
    for number, value in found.items():
        graph.nodes[number].outputs[0].value = value


def _recognised(
    graph: Trace, number: int, values: list[Tensor | None], named: Mapping[str, Tensor]
) -> list[Tensor | None]:
    """The inputs, with a constant that was not kept if exactly one named tensor fits the output."""
    known = graph.nodes[number].outputs[0].value
    missing = [place for place, value in enumerate(values) if value is None]
    if len(missing) != 1 or known is None:
        return values
    constant = graph.nodes[graph.nodes[number].inputs[missing[0]][0]]
    if constant.kind != "constant":
        return values
    fitting = []
    for name, tensor in named.items():
        if not tensor.requires_grad and not tensor.is_meta:
            tried: list[Tensor | None] = [tensor if v is None else v for v in values]
            made = _again(graph, number, tried)
            if made is not None and torch.equal(made, known):
                fitting.append((name, tensor, tried))
    if len(fitting) != 1:
        return values
    name, tensor, tried = fitting[0]
    constant.outputs[0] = Output(tuple(tensor.shape), name, tensor)
    return tried


def _again(graph: Trace, number: int, values: Sequence[Tensor | None]) -> Tensor | None:
    """The output of an operation from its inputs, if all is known that it takes."""
    node, function = graph.nodes[number], graph.functions[number]
    inputs = [value for value in values if value is not None and value.numel() <= _LARGEST]
    if len(inputs) != len(values) or node.own or any(value.is_complex() for value in inputs):
        return None
    base = base_name(node.function)
    options = {}
    for option in ("alpha", "beta"):
        if hasattr(function, f"_saved_{option}"):
            options[option] = _look(function, f"_saved_{option}")
    try:
        with torch.no_grad():
            if node.function in {"SumBackward0", "MeanBackward0"}:
                return inputs[0].sum() if base == "Sum" else inputs[0].mean()
            if node.function == "PowBackward0":
                exponent: Tensor | None = inputs[0] ** function._saved_exponent
                return exponent
            if base in {"View", "UnsafeView", "Reshape", "Unsqueeze", "Squeeze"}:
                return inputs[0].reshape(node.outputs[0].shape)
            factor = _look(function, "_saved_other")
            factors = [factor] if isinstance(factor, int | float) and len(inputs) == 1 else []
            return _FORMULAS[base](*inputs, *factors, **options) if base in _FORMULAS else None
    except (RuntimeError, TypeError):
        return None
