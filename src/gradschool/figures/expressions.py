"""Index expressions in words: how they are written, and what each part does to its axis."""

from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gradschool.figures.values import prose, ranges_text, shape_text

_LONGEST: Final = 32  # characters of one part


@dataclass(frozen=True)
class Part:
    """One part of an index expression.

    Attributes:
        code: as it is written; empty for what is said of the whole.
        effect: what it does, in words.
        axis: the first axis of the tensor that it speaks of.
        negative: whether it counts from the end.
    """

    code: str
    effect: str
    axis: int
    negative: bool = False


def index_text(index: Any) -> str:
    """An index as it would be written between the brackets."""
    if isinstance(index, tuple):
        return f"{', '.join(map(_part_text, index))}{',' * (len(index) == 1)}" if index else "()"
    text = _part_text(index)
    # alone, a list of lists would mean something else: a tuple of lists
    return f"tensor({text})" if isinstance(index, Tensor) and text.startswith("[[") else text


def parts_of(index: Any, shape: tuple[int, ...], *, numpy: bool = False) -> list[Part]:
    """What each part of an index does to a tensor of that shape, which it must fit.

    Args:
        index: what stands between the brackets.
        shape: of the tensor.
        numpy: whether NumPy reads it, which takes a whole number beside a list as a list too.

    Returns:
        The parts in their order, then what holds for several of them together; nothing for a list
        of lists, which libraries and their versions read differently.
    """
    if isinstance(index, list) and any(not isinstance(i, int | np.integer) for i in index):
        return []
    given = index if isinstance(index, tuple) else (index,)
    taken = sum(_axes_taken(part) for part in given)
    joined = _joined(given, numpy=numpy)
    parts: list[Part] = []
    axis = 0
    for number, part in enumerate(given):
        count = len(shape) - taken if part is Ellipsis else _axes_taken(part)
        sizes = shape[axis : axis + count]
        parts.append(_part(part, axis, sizes, alone=number not in joined))
        axis += count
    if axis < len(shape) and parts:
        parts.append(Part("", f"{_axes(axis, len(shape) - axis)}: not mentioned, all of it", axis))
    if joined:
        parts.append(Part("", _together(given, joined), axis))
    return parts


def _part_text(part: Any) -> str:
    if isinstance(part, slice):
        ends = ["" if end is None else str(end) for end in (part.start, part.stop, part.step)]
        return f"{ends[0]}:{ends[1]}" + (f":{ends[2]}" if ends[2] else "")
    if part is Ellipsis:
        return "..."
    if isinstance(part, Tensor | np.ndarray | np.generic):
        if _is_mask(part):
            return "mask"
        text = str(part.tolist())
        return text if len(text) <= _LONGEST else f"index {shape_text(part.shape)}"
    text = str(part)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_mask(part: Any) -> bool:
    """Whether it consists of True and False (or of uint8, which torch still takes so)."""
    if isinstance(part, list):
        return bool(part) and all(isinstance(i, bool | np.bool_) for i in part)
    if not isinstance(part, Tensor | np.ndarray | np.generic):
        return isinstance(part, bool)
    name = str(part.dtype).removeprefix("torch.")
    return name == "bool" or (isinstance(part, Tensor) and name == "uint8")


def _is_new(part: Any) -> bool:
    """Whether it stands for a new axis: None, or a single True or False."""
    return part is None or (_is_mask(part) and np.ndim(_entries(part)) == 0)


def _entries(part: Any) -> NDArray[Any]:
    """The numbers of a list, an array, a tensor or a whole number."""
    return np.asarray(part.detach().cpu() if isinstance(part, Tensor) else part)


def _axes_taken(part: Any) -> int:
    """How many axes of the tensor a part speaks of."""
    if part is Ellipsis or _is_new(part):
        return 0
    return _entries(part).ndim if _is_mask(part) else 1


def _axes(first: int, count: int) -> str:
    return f"dim {first}" if count == 1 else f"dims {first}–{first + count - 1}"


def _part(part: Any, axis: int, sizes: tuple[int, ...], *, alone: bool) -> Part:
    """The effect of one part on the axes of those sizes."""
    code, where = _part_text(part), _axes(axis, len(sizes))
    if part is Ellipsis:
        words = f"{where}: as before" if sizes else "no axes are left for it"
        return Part(code, words, axis)
    if _is_new(part):
        return Part(code, f"a new axis of size {1 if part is None else int(part)}", axis)
    if isinstance(part, slice):
        places = list(range(*part.indices(sizes[0])))
        negative = any(end is not None and int(end) < 0 for end in (part.start, part.stop))
        return Part(code, f"{where}: {_taken(places, sizes[0])}", axis, negative)
    entries = _entries(part)
    if _is_mask(part):
        count = int(np.count_nonzero(entries))
        words = f"True at {count} of {prod(sizes)} places"
        words += f", size {prod(sizes)} → {count}" if alone else ""
        return Part(code, f"{where}: {words}", axis)
    negative = bool(entries.size) and bool((entries < 0).any())
    if entries.ndim == 0:
        said = f"{int(entries)}, which is {int(entries) % sizes[0]}" if negative else int(entries)
        gone = ", and the axis is gone" if alone else ""
        return Part(code, f"{where}: takes {said}{gone}", axis, negative)
    if entries.ndim == 1:
        places = [int(place) % sizes[0] for place in entries]
        taken = _taken(places, sizes[0], listed=True, alone=alone)
        return Part(code, f"{where}: {taken}", axis, negative)
    words = f"an index of shape {shape_text(entries.shape)}"
    words += f" takes the place of {sizes[0]}" if alone else ""
    return Part(code, f"{where}: {words}", axis, negative)


def _taken(places: list[int], size: int, *, listed: bool = False, alone: bool = True) -> str:
    """Which indices of an axis are taken: `takes 1–2, size 4 → 2`; of a list each, `takes 1, 2`."""
    if places == list(range(size)) and not listed:
        return f"takes all {size}"
    each = ", ".join(map(str, places)) or "none"
    words = each if listed or places != sorted(set(places)) else ranges_text(places)
    words = words if len(words) <= _LONGEST else f"{len(places)} of them"
    return f"takes {words}, size {size} → {len(places)}" if alone else f"takes {words}"


def _joined(given: tuple[Any, ...], *, numpy: bool) -> list[int]:
    """The parts that are read together, by their places: two lists or more, masks among them."""
    lists = [i for i, part in enumerate(given) if _is_list(part)]
    if numpy and lists:
        lists = [i for i, p in enumerate(given) if i in lists or isinstance(p, int | np.integer)]
    return lists if len(lists) > 1 else []


def _together(given: tuple[Any, ...], joined: list[int]) -> str:
    """What holds for parts that are read together: one shape for all, and where it goes."""
    shape = np.broadcast_shapes(*(_shape(given[i]) for i in joined))
    names = prose([_part_text(given[i]) for i in joined])
    words = f"{names} are read together: shape {shape_text(shape)}"
    if joined != list(range(joined[0], joined[-1] + 1)):
        words += ", which comes first because they stand apart"
    return words


def _shape(part: Any) -> tuple[int, ...]:
    """The shape of a list; a mask counts as the list of the places where it is True."""
    entries = _entries(part)
    return (int(np.count_nonzero(entries)),) if _is_mask(part) else entries.shape


def _is_list(part: Any) -> bool:
    """Whether it picks several places: a list, or a tensor or array with an axis."""
    return isinstance(part, list | range | Tensor | np.ndarray) and _entries(part).ndim > 0
