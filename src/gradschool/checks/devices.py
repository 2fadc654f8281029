"""Devices that a test invents: a machine that only says what it has, and an asynchronous device.

No test needs a GPU, and each gives the same verdict where there is one.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode

ACCELERATORS = ("cuda", "mps")


class FakeDevice:
    """An asynchronous device on a clock of its own: nothing is measured, so everything is known.

    It has a queue, like a GPU: `run` puts a piece of work into it and returns at once, `sync` waits
    until all is done, `clock` says what time it is, in seconds.

    Attributes:
        calls: how often `run` was called.
        waits: how often `sync` was called.
    """

    def __init__(self, work: Sequence[float], *, launch: float = 0.1, busy: float = 0.0) -> None:
        """Begin to exist, with `busy` seconds of somebody's work in the queue.

        Args:
            work: seconds that the first, second, … piece of work takes; further ones as the last.
            launch: seconds that `run` itself takes.
            busy: seconds for which the queue is busy with earlier work.
        """
        self.calls = 0
        self.waits = 0
        self._work = tuple(work)
        self._launch = launch
        self._now = 64.0  # a clock need not start at 0
        self._done = self._now + busy

    def run(self) -> None:
        """Put the next piece of work into the queue."""
        self._now += self._launch
        work = self._work[min(self.calls, len(self._work) - 1)]
        self._done = max(self._now, self._done) + work
        self.calls += 1

    def sync(self) -> None:
        """Wait until the queue is empty."""
        self._now = max(self._now, self._done)
        self.waits += 1

    def clock(self) -> float:
        """The time in seconds."""
        return self._now


class Pretended(TorchFunctionMode):
    """What happened on an invented machine.

    Attributes:
        touched: names of the functions that wanted a tensor on an accelerator, in order.
    """

    def __init__(self) -> None:
        """Nothing has happened yet."""
        super().__init__()
        self.touched: list[str] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Refuse a tensor on an accelerator, whether this machine really has one or not."""
        name = getattr(func, "__name__", "")
        given = (*args, *(kwargs or {}).values())
        named = func is not torch.device and any(_accelerator(value) for value in given)
        if named or name in ACCELERATORS:
            self.touched.append(name)
            msg = "this machine is only pretended: it answers questions, but holds no tensors"
            raise RuntimeError(msg)
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def pretend_devices(*present: str, built: str | None = None) -> Iterator[Pretended]:
    """In the block, torch says that exactly these accelerators are there: "cuda", "mps" or none.

    All public ways to ask agree: `torch.cuda`, `torch.backends.mps`, `torch.mps`, `torch.accelerator`.
    A tensor on an accelerator is refused, and noted in what the block gets.

    Args:
        present: the accelerators that are there.
        built: the one that torch was built for, without its being there; else the first present.
    """
    built = present[0] if present else built
    accelerator = torch.device(built) if built else None

    def current_accelerator(check_available: bool = False) -> torch.device | None:  # noqa: FBT001, FBT002 - torch's own
        return accelerator if present or not check_available else None

    def current_device() -> int:
        if not present:
            msg = "this machine has no accelerator"
            raise RuntimeError(msg)
        return 0

    cuda, mps = ("cuda" in present), ("mps" in present)
    answers: list[tuple[Any, dict[str, Any]]] = [
        (
            torch.cuda,
            {
                "is_available": lambda: cuda,
                "device_count": lambda: int(cuda),
                "current_device": current_device,
            },
        ),
        (torch.backends.cuda, {"is_built": lambda: cuda or built == "cuda"}),
        (torch.mps, {"is_available": lambda: mps, "device_count": lambda: int(mps)}),
        (
            torch.backends.mps,
            {"is_available": lambda: mps, "is_built": lambda: mps or built == "mps"},
        ),
        (torch.xpu, {"is_available": lambda: False, "device_count": lambda: 0}),
        (
            torch.accelerator,
            {
                "is_available": lambda: bool(present),
                "current_accelerator": current_accelerator,
                "device_count": lambda: int(bool(present)),
                "current_device_index": current_device,
            },
        ),
    ]
    with contextlib.ExitStack() as stack:
        for module, functions in answers:
            stack.enter_context(mock.patch.multiple(module, **functions))
        yield stack.enter_context(Pretended())


def _accelerator(value: Any) -> bool:
    """Whether a value names a device that is an accelerator."""
    if isinstance(value, torch.device):
        return value.type in ACCELERATORS
    return isinstance(value, str) and value.partition(":")[0] in ACCELERATORS
