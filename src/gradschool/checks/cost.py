"""What a computation costs: how many operations torch dispatched, how much memory they made."""

import contextlib
import sys
import sysconfig
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

# The Python of installed packages and of the standard library (an import may run a lot of it, and
# make named tuples and dataclasses from strings) is not the student's.
_NOT_COUNTED = (
    "<frozen",
    "<string>",
    str(Path(torch.__file__).parent),
    str(Path(__file__).parent),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)

SHORTEST_PAUSE = 0.02  # seconds, a few times as long as Python lets one thread run

# What hands a tensor's numbers to NumPy, or to Python as a list.
_LEAVING = {"numpy", "__array__", "__dlpack__", "tolist"}


class Cost(TorchDispatchMode):  # type: ignore[no-untyped-call] # torch's modes have no types
    """Counts while it is entered: `with Cost() as cost: …`.

    A Python loop over a tensor shows as many operations; an intermediate that should not exist
    shows as a large storage. Views and tensors on the meta device take no memory. Only the thread
    that entered it is counted, so the same code always costs the same.

    Attributes:
        operations: operations dispatched (an operation of the public API may dispatch several).
        largest: elements in the largest storage that an operation created.
        allocated: bytes in all storages that operations created, freed or not.
        names: the operations' names, in order, for instance `aten.mm.default`.
        left_torch: whether a tensor's numbers were handed to NumPy or made a list, where torch
            counts nothing; `memory_outside` measures it.
        lines: lines of Python that ran outside libraries, once for each time round a loop.
    """

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations = 0
        self.largest = 0
        self.allocated = 0
        self.names: list[str] = []
        self.lines = 0
        self._calls = _Calls()
        self._trace_before: Any = None

    @property
    def left_torch(self) -> bool:
        """Whether a tensor's numbers were handed to NumPy or made a list."""
        return not _LEAVING.isdisjoint(self._calls.names)

    def __enter__(self) -> Self:
        """Start to count."""
        # The first operation of a process under a mode makes torch import half of itself.
        with _Uncounted():  # type: ignore[no-untyped-call]
            torch.empty(0)
        super().__enter__()  # type: ignore[no-untyped-call]
        self._calls.__enter__()  # type: ignore[no-untyped-call]
        self._trace_before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop to count."""
        sys.settrace(self._trace_before)
        self._calls.__exit__(kind, error, trace)  # type: ignore[no-untyped-call]
        super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run the operation and note what it made."""
        before = {_address(t) for t in _tensors((args, kwargs))}
        result = func(*args, **(kwargs or {}))
        self.operations += 1
        self.names.append(sys.intern(str(func)))  # many of one name take no memory
        for tensor in _tensors(result):
            if _address(tensor) not in before:
                self._count(tensor)
        return result

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename.startswith(_NOT_COUNTED):
            return None
        self.lines += event in ("call", "line")
        return self._trace

    def _count(self, tensor: torch.Tensor) -> None:
        size = tensor.untyped_storage().nbytes()
        self.allocated += size
        self.largest = max(self.largest, size // tensor.dtype.itemsize)


def memory_outside(call: Callable[[], Any], enough: int, attempts: int = 10) -> int:
    """Bytes that Python and NumPy hold at most while `call()` runs, beyond what they held before.

    Python knows this for all threads together, and the first call of a function may import half a
    library. So a number that is not below `enough` is measured again, less what the other threads
    take while this one sleeps as long, and the least of the `attempts` counts.
    """
    least = sys.maxsize
    with _tracing():
        for _ in range(attempts):
            start = time.perf_counter()
            held = _held_at_most(call)
            if held >= enough:
                pause = max(time.perf_counter() - start, SHORTEST_PAUSE)
                held = max(0, held - _held_at_most(lambda: time.sleep(pause)))  # noqa: B023
            least = min(least, held)
            if least < enough:
                break
    return least


def _held_at_most(call: Callable[[], Any]) -> int:
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    call()
    return tracemalloc.get_traced_memory()[1] - before


class _Uncounted(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A mode that only runs what it is given."""

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return func(*args, **(kwargs or {}))


class _Calls(TorchFunctionMode):
    """The names of what is called of torch's public API."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        self.names.add(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def _tracing() -> Iterator[None]:
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        yield
    finally:
        if not was_tracing:
            tracemalloc.stop()


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        # A fake tensor claims another device than its storage has.
        if value.untyped_storage().device.type != "meta":
            yield value
    elif isinstance(value, Mapping):
        yield from _tensors(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)


def _address(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
