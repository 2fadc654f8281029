"""Strict comparison, with a line that says what differs and what to think about.

A bare `torch.allclose` broadcasts: `torch.allclose(torch.ones(3, 3), torch.ones(1))` is True. Here
type, shape, dtype, device and values must all agree.
"""

import contextlib
import math
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch.testing import assert_close

from gradschool import figures
from gradschool.checks.outcomes import WrongAnswer

Mistakes = Mapping[str, Any]

# For a line that a student reads: a hundred numbers are not more telling than six.
_SHORT = reprlib.Repr()  # its limits are arguments from Python 3.12 on
_SHORT.maxtuple = _SHORT.maxlist = _SHORT.maxdict = 8
_SHORT.maxstring, _SHORT.maxother = 60, 120


def require(condition: object, hint: str) -> None:
    """Fail with `hint` unless `condition` holds.

    Raises:
        WrongAnswer: the condition is false.
    """
    if not condition:
        raise WrongAnswer(hint)


def equal(
    yours: Any,
    expected: Any,
    *,
    mistakes: Mistakes | None = None,
    hint: str = "",
    rtol: float | None = None,
    atol: float | None = None,
    draw: bool = False,
) -> None:
    """Fail unless `yours` is `expected`: same type, shape, dtype, device and values.

    A `torch.Size` is the tuple of its entries.

    Args:
        yours: what the student's code returned.
        expected: tensors, numbers, strings, None, or tuples, lists and dictionaries of them.
        mistakes: from a hint to the value that this misconception leads to, or to a function
            without arguments that computes it. The first whose value is `yours` gives the message.
        hint: the message when no mistake is recognised; a description of the difference follows.
        rtol: relative tolerance; without `atol` either, those of `torch.testing.assert_close`.
        atol: absolute tolerance; of the two, one that is not given is 0.
        draw: show the two side by side (in visible tests only: it shows what is expected).

    Raises:
        WrongAnswer: they differ.
    """
    difference = _difference(yours, expected, rtol, atol)
    if difference is None:
        return
    if draw:
        _draw(yours, expected)
    recognised = next(_recognised(yours, mistakes or {}, rtol, atol), None)
    raise WrongAnswer(recognised or (f"{hint} ({difference})" if hint else difference))


def kind(value: Any) -> str:
    """What `value` is, with its article: "an int", "a numpy.float64", "the class int", "None"."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    of = type(value)
    own = of.__module__ in ("builtins", "__main__")
    name = of.__name__ if own else f"{of.__module__}.{of.__name__}"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def short(value: Any) -> str:
    """The `repr` of a value, with an ellipsis for what would not fit on a line."""
    return " ".join(_SHORT.repr(value).split())


def same_storage(a: torch.Tensor, b: torch.Tensor) -> bool:
    """True if both tensors live in one storage, so that writing to one can change the other."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


def _recognised(
    yours: Any, mistakes: Mistakes, rtol: float | None, atol: float | None
) -> Iterator[str]:
    for hint, wrong in mistakes.items():
        try:
            value = wrong() if callable(wrong) else wrong
            same = _difference(yours, value, rtol, atol) is None
        except Exception:  # noqa: BLE001, S112 - a wrong formula may well not run
            continue
        if same:
            yield hint


def _difference(yours: Any, expected: Any, rtol: float | None, atol: float | None) -> str | None:
    """What differs first, as a phrase, or None."""
    if yours is None and expected is not None:
        return "your function returned None: is there a `return`?"
    if isinstance(expected, torch.Tensor):
        return _tensor_difference(yours, expected, rtol, atol)
    yours, expected = _without_size(yours), _without_size(expected)
    if type(yours) is not type(expected):
        return f"got {kind(yours)} where {kind(expected)} is asked"
    if isinstance(expected, dict):
        return _dict_difference(yours, expected, rtol, atol)
    if isinstance(expected, tuple | list):
        return _sequence_difference(yours, expected, rtol, atol)
    if isinstance(expected, float):
        same = math.isclose(yours, expected, rel_tol=rtol or 1e-9, abs_tol=atol or 0.0)
        same = same or (math.isnan(yours) and math.isnan(expected))
    elif isinstance(expected, np.ndarray):
        same = np.array_equal(yours, expected)
    else:
        same = bool(yours == expected)
    return None if same else _got(yours, expected)


def _without_size(value: Any) -> Any:
    return tuple(value) if type(value) is torch.Size else value


def _got(yours: Any, expected: Any) -> str:
    return f"got {short(yours)}, expected {short(expected)}"


def _dict_difference(
    yours: dict[Any, Any], expected: dict[Any, Any], rtol: float | None, atol: float | None
) -> str | None:
    if yours.keys() != expected.keys():
        return f"the keys are {sorted(map(str, yours))}, expected {sorted(map(str, expected))}"
    for key, value in expected.items():
        if difference := _difference(yours[key], value, rtol, atol):
            return f"at key {key!r}: {difference}"
    return None


def _sequence_difference(
    yours: Any, expected: Any, rtol: float | None, atol: float | None
) -> str | None:
    if len(yours) != len(expected):
        return _got(yours, expected)
    items = zip(yours, expected, strict=True)
    differences = (_difference(mine, theirs, rtol, atol) for mine, theirs in items)
    return next((difference for difference in differences if difference), None)


def _tensor_difference(
    yours: Any, expected: torch.Tensor, rtol: float | None, atol: float | None
) -> str | None:
    # A subclass may answer as it likes (an `==` that is always true), so it is not accepted.
    if type(yours) not in (torch.Tensor, torch.nn.Parameter):
        return f"got {kind(yours)} where a torch.Tensor is asked"
    for what in ("shape", "dtype", "device", "layout"):
        mine, theirs = getattr(yours, what), getattr(expected, what)
        if mine != theirs:
            return f"{what} {_plain(mine)}, expected {_plain(theirs)}"
    if expected.device.type == "meta":
        return None
    mine, theirs = yours.detach(), expected.detach()
    if _differs(mine, theirs, rtol, atol):
        return _values_difference(mine, theirs, rtol, atol)
    return None


def _differs(a: torch.Tensor, b: torch.Tensor, rtol: float | None, atol: float | None) -> bool:
    if rtol is not None or atol is not None:  # torch wants both or none
        rtol, atol = rtol or 0.0, atol or 0.0
    try:
        assert_close(a, b, rtol=rtol, atol=atol, equal_nan=True)
    except AssertionError:
        return True
    return False


def _values_difference(
    yours: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None
) -> str:
    mine, theirs = yours.reshape(-1), expected.reshape(-1)
    # Bisect for the first entry that differs: a tensor may have millions.
    first, after = 0, mine.numel()
    while after - first > 1:
        middle = (first + after) // 2
        if _differs(mine[first:middle], theirs[first:middle], rtol, atol):
            after = middle
        else:
            first = middle
    where = [int(i) for i in torch.unravel_index(torch.tensor(first), expected.shape)]
    place = f" at index {where}" if where else ""
    pair = mine[first].item(), theirs[first].item()
    values = tuple(map(_number, pair))
    if values[0] == values[1]:  # "is 3, expected 3" would tell nobody anything
        values = tuple(map(repr, pair))
    return f"the value{place} is {values[0]}, expected {values[1]}"


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def _plain(value: Any) -> str:
    return str(tuple(value)) if isinstance(value, torch.Size) else str(value)


def _draw(yours: Any, expected: Any) -> None:
    """Draw in a notebook, where the two can be drawn; a picture never decides a grade."""
    with contextlib.suppress(figures.FigureError, ImportError):
        from IPython import get_ipython

        if get_ipython() is not None:
            figures.show(figures.compare(yours, expected))
