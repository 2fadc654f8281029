"""What went wrong, read from the error outputs of the autograded notebooks.

A test cell that fails ends with an exception of `gradschool.checks`: its name tells the outcomes
apart, its message is the line that the student saw. A written answer is read for one thing: whether
there is anything in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nbformat import NotebookNode

from gradschool.authoring.course import Course
from gradschool.authoring.notebook import grade_id, read
from gradschool.classroom.lessons import Lesson

ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# A cell's file has a meaningless name, which a syntax error mentions.
CELL_FILE = re.compile(r"\(\d+\.py, line (\d+)\)")
LONGEST = 400


class Outcome(StrEnum):
    """How a test cell ended other than well."""

    NOT_ATTEMPTED = "not attempted"
    WRONG = "wrong answer"
    RAISED = "code raised"
    BROKEN = "cell failed"
    UNEXPECTED = "unexpected"


BY_NAME = {
    "NotAttempted": Outcome.NOT_ATTEMPTED,
    "WrongAnswer": Outcome.WRONG,
    "StudentError": Outcome.RAISED,
}


@dataclass(frozen=True)
class Finding:
    """One test cell that a student failed, or one written answer that they left.

    Attributes:
        student: The student's id.
        exercise: The exercise's name.
        cell: The grade_id of the test cell, or of the answer.
        outcome: How it ended.
        text: One line: the hint, or the unexpected error.
    """

    student: str
    exercise: str
    cell: str
    outcome: Outcome
    text: str


def read_findings(course: Course, lesson: Lesson, students: Iterable[str]) -> tuple[Finding, ...]:
    """All that the given students failed in a topic; who has no autograded notebook has none."""
    found: list[Finding] = []
    for student in students:
        path = course.autograded(student, lesson.topic)
        if path.is_file():
            notebook = read(path)
            found += _of_notebook(student, lesson, notebook)
    return tuple(found)


def _of_notebook(student: str, lesson: Lesson, notebook: NotebookNode) -> Iterable[Finding]:
    errors = {
        grade_id(cell): error
        for cell in notebook.cells
        if cell.cell_type == "code" and (error := _error(cell)) is not None
    }
    yield from _left(student, lesson, notebook)
    for exercise, cells in lesson.tests.items():
        for cell in cells:
            if cell in errors:
                yield _finding(student, exercise, cell, errors)


def _left(student: str, lesson: Lesson, notebook: NotebookNode) -> Iterable[Finding]:
    """The written answers that are as they were handed out."""
    texts = {grade_id(cell): cell.source for cell in notebook.cells}
    for exercise in lesson.exercises:
        name = exercise.name
        if exercise.written and texts.get(name) == exercise.solution_cell.source:
            yield Finding(student, name, name, Outcome.NOT_ATTEMPTED, "no response")


def _error(cell: NotebookNode) -> NotebookNode | None:
    """The cell's last error output, or None."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    return errors[-1] if errors else None


def _finding(student: str, exercise: str, cell: str, errors: dict[str, NotebookNode]) -> Finding:
    # When the solution cell itself failed, its name is undefined and a test only says so.
    broken = errors.get(exercise)
    if broken is not None:
        text = f"the solution cell fails with {_line(broken.ename, broken.evalue)}"
        return Finding(student, exercise, cell, Outcome.BROKEN, text)
    error = errors[cell]
    outcome = BY_NAME.get(error.ename, Outcome.UNEXPECTED)
    if outcome is Outcome.UNEXPECTED:
        return Finding(student, exercise, cell, outcome, _line(error.ename, error.evalue))
    text = _line("", error.evalue).removeprefix(f"{exercise}: ")
    return Finding(student, exercise, cell, outcome, text)


def _line(name: str, message: str) -> str:
    """The error as one line that is fit to be printed: no escape codes, not endless."""
    text = " ".join(ESCAPES.sub("", f"{name}: {message}" if name else message).split())
    text = CELL_FILE.sub(r"(line \1)", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
