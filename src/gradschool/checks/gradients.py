"""The gradient of what the student's code returned, for code that a model must learn through."""

from typing import Any

import torch

from gradschool.checks.compare import kind
from gradschool.checks.outcomes import WrongAnswer

CUT = (
    "the numbers are right, but torch cannot follow them back to the input, so that no gradient "
    "comes through: something on the way (.item(), .detach(), .data, NumPy, a new torch.tensor) "
    "cuts the thread"
)


def gradient(
    result: Any, of: torch.Tensor, upstream: torch.Tensor | None = None, *, hint: str = CUT
) -> torch.Tensor:
    """The gradient of `(upstream * result).sum()` with respect to the tensor `of`.

    Args:
        result: what the student's code computed from `of`, which requires a gradient.
        of: the tensor to go back to.
        upstream: of the shape of `result`; choose random numbers, since many a wrong gradient is
            right for ones. None for a result of one element.
        hint: the message when there is no way back from `result` to `of`.

    Raises:
        WrongAnswer: `result` is no tensor, or torch finds no way back.
    """
    if not isinstance(result, torch.Tensor):
        msg = f"got {kind(result)} where a torch.Tensor is asked"
        raise WrongAnswer(msg)
    if not result.requires_grad:
        raise WrongAnswer(hint)
    try:
        (found,) = torch.autograd.grad(result, of, upstream, allow_unused=True)
    except RuntimeError as error:
        msg = f"torch cannot compute a gradient through your code: {str(error).splitlines()[0]}"
        raise WrongAnswer(msg) from None
    if found is None:
        raise WrongAnswer(hint)
    return found
