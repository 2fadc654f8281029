"""The student's object, called so that whatever it does ends in one of the known outcomes."""

import contextlib
import re
import textwrap
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from gradschool.checks.compare import kind, short
from gradschool.checks.inputs import Snapshot
from gradschool.checks.names import names_used
from gradschool.checks.outcomes import CheckFailure, NotAttempted, StudentError, WrongAnswer

NOT_ATTEMPTED = "not attempted yet"
LONGEST_MESSAGE = 160


class Student:
    """Stands for the function (or class) that the student wrote, and is called like it.

    A call fails the check if the code raises, if it changes an argument, or if it draws from the
    global random stream although it was given a generator.

    Attributes:
        value: the student's own object.
    """

    def __init__(
        self,
        exercise: str,
        value: Any,
        errors: Mapping[str, str],
        *,
        may_change: bool = False,
        check: str = "",
    ) -> None:
        """Wrap `value`; `errors` and `check` are those of `explain`."""
        self.value = value
        self._exercise = exercise
        self._errors = errors
        self._may_change = may_change
        self._check = check

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function and return what it returns, unchecked.

        Raises:
            NotAttempted: it is still the stub.
            StudentError: it raised anything else.
            WrongAnswer: it is not callable, or it changed its arguments or the random stream.
        """
        if not callable(self.value):
            raise WrongAnswer(f"`{self._exercise}` should be a function, it is {kind(self.value)}")
        before = Snapshot(args, kwargs)
        with self.guard():
            result = self.value(*args, **kwargs)
        if before.changed() and not self._may_change:
            raise WrongAnswer(
                "your function changed the tensor it was given (its requires_grad, not its numbers); "
                "work on a tensor of your own"
                if before.only_requires_grad_changed()
                else "your function changed the tensor it was given; compute a new one instead"
            )
        if before.drew_from_global_stream():
            raise WrongAnswer(
                "draw from the generator that you were given (generator=…); this used the global "
                "random stream"
            )
        return result

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Take every exception of the block for the student's: `with Value.guard(): y = 3 * x`.

        For a test that goes on with what the student's code made (operators of their class, a
        backward pass through their function): Python and torch raise some errors of it themselves,
        where none of the student's lines is on the way.

        Raises:
            NotAttempted: what the block used is still the stub.
            StudentError: the block raised anything else that is not a check's own failure.
        """
        try:
            yield
        except CheckFailure:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - explained in one line
            raise explain(error, self._errors, self._check) from None

    def refuses(self, error: type[Exception], *args: Any, hint: str, **kwargs: Any) -> None:
        """Fail with `hint` unless the student's function raises `error` for these arguments.

        Raises:
            NotAttempted: it is still the stub.
            WrongAnswer: it returned something, or raised an error of another type.
        """
        try:
            result = self(*args, **kwargs)
        except StudentError as raised:
            if not isinstance(raised.__context__, error):
                raise WrongAnswer(f"{hint} ({raised.message})") from None
        else:
            raise WrongAnswer(f"{hint} (your function returned {short(result)})")

    def avoid(self, *names: str, hint: str) -> None:
        """Fail with `hint` if the student's code uses any of these names (see `names_used`).

        Raises:
            WrongAnswer: it does.
        """
        if used := sorted(names_used(self.value) & set(names)):
            raise WrongAnswer(f"{hint} (your code uses {', '.join(used)})")


def explain(
    error: BaseException, errors: Mapping[str, str], check: str
) -> NotAttempted | StudentError:
    """Turn an exception of the student's code into an outcome with a one-line message.

    Args:
        error: what was raised.
        errors: from a regular expression, searched in `Type: message`, to a hint.
        check: the file of the check itself: a line of it is not the student's to mend.
    """
    # The stub's says nothing; torch raises the same type, with words, for what it cannot do.
    if isinstance(error, NotImplementedError) and not str(error):
        return NotAttempted(NOT_ATTEMPTED)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    shown = textwrap.shorten(text, width=LONGEST_MESSAGE, placeholder=" …")
    hint = next((hint for pattern, hint in errors.items() if re.search(pattern, text)), None)
    if hint:
        return StudentError(f"{hint} ({shown})")
    return StudentError(f"your code raised {shown}{_line(error.__traceback__, check)}")


def _line(trace: TracebackType | None, check: str) -> str:
    """Where in the student's code: the innermost frame that is in a cell other than the check's."""
    for frame in reversed(traceback.extract_tb(trace)):
        if _is_cell(frame.filename) and frame.filename != check:
            return f", in line {frame.lineno} of your cell: `{frame.line}`".replace(": ``", "")
    return ""


def _is_cell(filename: str) -> bool:
    """IPython and ipykernel name a cell's file so; Python's own files end in `.py` elsewhere."""
    return "ipykernel_" in filename or "ipython-input" in filename or filename.startswith("<cell")
