"""Predictions: what a student wrote down before running, against what the code then gives."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gradschool.checks.compare import Mistakes, kind, short
from gradschool.checks.outcomes import WrongAnswer


def compare_prediction(
    key: str,
    yours: Any,
    truth: Any,
    mistakes: Mistakes,
    rtol: float = 0.0,
    words: Sequence[str] = (),
) -> None:
    """Fail unless the prediction says what the truth is, in whatever spelling.

    A tuple, a list, a `torch.Size` and a tensor of the same entries are the same prediction, so
    are 3 and 3.0, and `torch.float32`, "torch.float32", "float32" and "float". A number is no tuple.

    Raises:
        WrongAnswer: with the hint of the recognised mistake, or a general one.
    """
    try:
        mine, right = plain(yours), plain(truth)
    except WrongAnswer as failure:
        raise WrongAnswer(f"prediction {key}: {failure.message}") from None
    if words:
        mine = mine.lower() if isinstance(mine, str) else mine
        if mine not in words:
            asked = ", ".join(f'"{word}"' for word in words)
            raise WrongAnswer(f"prediction {key}: {short(yours)} is none of the words {asked}")
    if _same(mine, right, rtol):
        return
    for hint, wrong in mistakes.items():
        if _same(mine, plain(wrong), rtol):
            raise WrongAnswer(f"prediction {key}: {hint}")
    wrong_form = _wrong_form(yours, mine, right)
    general = f"{short(yours)} is not what the code gives; run it in a cell and compare"
    raise WrongAnswer(f"prediction {key}: {wrong_form or general}")


def _wrong_form(yours: Any, mine: Any, right: Any) -> str | None:
    """What a prediction of another kind than the truth should have been, or None."""
    if isinstance(right, tuple):
        asked = "a tuple"
    elif isinstance(right, bool):
        asked = "True or False"
    elif isinstance(right, numbers.Number):
        asked = "one number"
    elif isinstance(right, str):
        asked = "one value"
    else:  # the truth is None, and to say so would give it away
        return None
    if isinstance(mine, str) and not isinstance(right, str):
        return f"{short(yours)} is text; {asked} is asked, without quotes"
    if isinstance(yours, torch.Tensor | np.ndarray):
        return f"{kind(yours)} is not asked here: write {asked} instead"
    if isinstance(right, tuple) and not isinstance(mine, tuple):
        return f"{short(yours)} does not fit; a tuple is asked"
    if isinstance(mine, tuple) and not isinstance(right, tuple):
        without = "brackets" if isinstance(yours, list) else "parentheses and commas"
        return f"{short(yours)} is {kind(yours)}; {asked} is asked, without {without}"
    return None


def plain(value: Any) -> Any:
    """Bring the spellings of one answer to one form: tuples, numbers, booleans, strings, None.

    Raises:
        WrongAnswer: the value is of a type that no prediction has.
    """
    if isinstance(value, torch.Tensor | np.ndarray | np.generic):
        return plain(value.tolist())
    if type(value) in (tuple, list, torch.Size):
        return tuple(plain(item) for item in value)
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if type(value) is str:
        name = value.strip().removeprefix("torch.")
        named = getattr(torch, name, None)  # "double" is another name of float64
        return plain(named) if isinstance(named, torch.dtype) else name
    if value is None or isinstance(value, bool | numbers.Number):
        return value
    raise WrongAnswer(f"a prediction is a tuple, a number or a string, not {kind(value)}")


def _same(a: Any, b: Any, rtol: float) -> bool:
    """Equal, where True is not 1; numbers up to the share `rtol` of the larger one."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y, rtol) for x, y in zip(a, b, strict=True))
    if rtol and _is_real(a) and _is_real(b):
        return math.isclose(a, b, rel_tol=rtol)
    return isinstance(a, bool) == isinstance(b, bool) and type(a == b) is bool and bool(a == b)


def _is_real(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
