"""What a lesson's own cells use to show an error without stopping the notebook."""

import contextlib
import textwrap
from collections.abc import Iterator

LONGEST_LINE = 250


@contextlib.contextmanager
def expect_error(kind: type[Exception]) -> Iterator[None]:
    """Print the error that the block is meant to raise, in one line, and go on.

    Args:
        kind: the type of the error; another type is not caught.

    Raises:
        AssertionError: the block raised nothing, so the lesson would claim what is not true.
    """
    try:
        yield
    except kind as error:
        text = f"{type(error).__name__}: {error}"
        print(textwrap.shorten(text, width=LONGEST_LINE, placeholder=" …"))
    else:
        message = f"this was expected to raise {kind.__name__} and did not"
        raise AssertionError(message)
