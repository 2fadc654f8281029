"""The ways a check can end other than well, each rendered as one line.

IPython shows an exception through its `_render_traceback_` when it has one. So the student reads
the same single line in JupyterLab, in nbgrader's Validate, on the command line and in feedback,
and the report can tell the outcomes apart by the exception's name.
"""

from typing import ClassVar


class CheckFailure(AssertionError):
    """A check did not pass. `str()` is one line: `exercise: what is wrong`."""

    mark: ClassVar[str] = "✗"

    def __init__(self, message: str, exercise: str = "") -> None:
        """Keep `message` as one line; `exercise` is filled in by the check that is running."""
        super().__init__(message)
        self.message = " ".join(message.split())
        self.exercise = exercise

    def __str__(self) -> str:
        return f"{self.exercise}: {self.message}" if self.exercise else self.message

    def _render_traceback_(self) -> list[str]:
        return [f"{self.mark} {self}"]


class NotAttempted(CheckFailure):
    """The exercise is still as it was handed out."""

    mark = "○"


class WrongAnswer(CheckFailure):
    """The student's code ran and its result is wrong."""


class StudentError(CheckFailure):
    """The student's code raised an exception."""


class BrokenCheck(CheckFailure):
    """The check itself failed: an author's mistake, never the student's."""

    mark = "!"
