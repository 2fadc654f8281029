"""Has a function changed what it was given?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import _disable_current_modes


class Snapshot:
    """A copy of all memory that the arguments of a call can reach, to compare with afterwards.

    Whole storages are compared byte by byte: NaN equals itself, and a write beside a view is seen.
    """

    def __init__(self, *arguments: Any) -> None:
        """Copy the storages of every tensor and array in (nested) `arguments`."""
        # The copies are the check's own: a `Cost` around the call must not count them.
        with _disable_current_modes():
            self._kept = [(leaf, _form(leaf), _bytes(leaf).clone()) for leaf in _leaves(arguments)]
        self._generators = any(isinstance(leaf, torch.Generator) for leaf in _walk(arguments))
        self._stream = torch.random.get_rng_state()

    def changed(self) -> bool:
        """True if a tensor or array has other bytes, another shape, strides or flags than before."""
        with _disable_current_modes():
            return any(
                _form(leaf) != form or not torch.equal(_bytes(leaf), kept)
                for leaf, form, kept in self._kept
            )

    def only_requires_grad_changed(self) -> bool:
        """True if a change was noticed, and it is one of `requires_grad` alone."""
        with _disable_current_modes():
            return self.changed() and all(
                _form(leaf)[:3] == form[:3] and torch.equal(_bytes(leaf), kept)
                for leaf, form, kept in self._kept
            )

    def drew_from_global_stream(self) -> bool:
        """True if a generator was among the arguments and the global stream was used all the same."""
        return self._generators and not torch.equal(self._stream, torch.random.get_rng_state())


def _walk(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            yield from _walk(item)
    else:
        yield value


def _leaves(value: Any) -> Iterator[torch.Tensor | np.ndarray]:
    for item in _walk(value):
        if isinstance(item, np.ndarray) or (
            isinstance(item, torch.Tensor) and item.device.type == "cpu"
        ):
            yield item


def _form(leaf: torch.Tensor | np.ndarray) -> tuple[Any, ...]:
    if isinstance(leaf, np.ndarray):
        return leaf.shape, leaf.strides, leaf.dtype
    return tuple(leaf.shape), leaf.stride(), leaf.dtype, leaf.requires_grad


def _bytes(leaf: torch.Tensor | np.ndarray) -> torch.Tensor:
    if isinstance(leaf, np.ndarray):
        # A view may be reversed or read-only: copy it rather than alias it.
        return torch.frombuffer(bytearray(leaf.tobytes()) or bytearray(1), dtype=torch.uint8)
    # Named, lest code that ran before has left another default device behind.
    return torch.empty(0, dtype=torch.uint8, device="cpu").set_(leaf.untyped_storage())
