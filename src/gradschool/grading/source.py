"""The cells that are ours, as they were released: tests, locked cells, and where answers go.

They come from the gradebook, which nbgrader filled when the assignment was generated: only there
are the tests as they were when students got theirs, with what header cells and autotests made of
them. The order comes from the notebook in `source/`, for a table has none.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.api import Notebook as Record

from gradschool.grading.errors import GradingError
from gradschool.grading.submission import UnreadableError, read_notebook

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


class Role(StrEnum):
    """What a cell is for, in the words of nbgrader's authoring toolbar."""

    TEST = "test"
    LOCKED = "read-only"
    SOLUTION = "solution"
    ANSWER = "manually graded answer"
    TASK = "manually graded task"


@dataclass(frozen=True)
class SourceCell:
    """One cell that nbgrader knows.

    Attributes:
        name: Its `grade_id`.
        role: What it is for.
        cell_type: `code` or `markdown`.
        text: Its source, hidden tests included, solutions removed.
        points: The most it gives; None if it is not graded.
        checksum: nbgrader's fingerprint of it, to see whether a student wrote anything.
    """

    name: str
    role: Role
    cell_type: str
    text: str = field(repr=False)
    points: float | None = None
    checksum: str | None = None

    @property
    def ours(self) -> bool:
        """Whether a student's version of it counts for nothing."""
        return self.role in (Role.TEST, Role.LOCKED)

    @property
    def metadata(self) -> dict[str, Any]:
        """What nbgrader wants to find in the cell."""
        found: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.name,
            "grade": self.role in (Role.TEST, Role.ANSWER),
            "solution": self.role in (Role.SOLUTION, Role.ANSWER),
            "task": self.role is Role.TASK,
            "locked": self.role in (Role.TEST, Role.LOCKED, Role.TASK),
            "cell_type": self.cell_type,
        }
        if self.points is not None:
            found["points"] = self.points
        if self.checksum is not None:
            found["checksum"] = self.checksum
        return found


@dataclass(frozen=True)
class Source:
    """One notebook of an assignment, as far as nbgrader knows its cells.

    Attributes:
        name: The notebook's name, without `.ipynb`.
        cells: In their order in the notebook.
        kernelspec: Of the notebook's metadata.
        lesson: The ids of its other cells, as far as they are known.
    """

    name: str
    cells: tuple[SourceCell, ...]
    kernelspec: dict[str, Any] = field(default_factory=lambda: dict(PYTHON))
    lesson: frozenset[str] = frozenset()


def read_source(gradebook: Gradebook, assignment: str, name: str, original: Path) -> Source:
    """Read what was released of one notebook.

    Args:
        gradebook: Where nbgrader recorded it.
        assignment: The assignment.
        name: The notebook, without `.ipynb`.
        original: The instructor's file; it may be missing, then the gradebook's order counts.

    Raises:
        GradingError: The gradebook does not know the notebook.
    """
    try:
        record = gradebook.find_notebook(name, assignment)
    except MissingEntry:
        msg = (
            f"The gradebook knows no notebook {name!r} of {assignment!r}: "
            f"release it first (`gradschool release`, or `nbgrader generate_assignment`)."
        )
        raise GradingError(msg) from None
    names, lesson = _outline(original)
    cells = _ordered(_cells(record), names)
    kernelspec = json.loads(record.kernelspec or "{}") or dict(PYTHON)
    return Source(name, tuple(cells), kernelspec, lesson)


def _cells(record: Record) -> list[SourceCell]:
    graded = {cell.name: cell.max_score for cell in (*record.grade_cells, *record.task_cells)}
    tasks = {cell.name for cell in record.task_cells}
    answers = {cell.name for cell in record.solution_cells}
    return [
        SourceCell(
            name=cell.name,
            role=_role(
                task=cell.name in tasks, grade=cell.name in graded, answer=cell.name in answers
            ),
            cell_type=cell.cell_type,
            text=cell.source or "",
            points=None if cell.name not in graded else float(graded[cell.name]),
            checksum=cell.checksum,
        )
        for cell in record.source_cells
    ]


def _role(*, task: bool, grade: bool, answer: bool) -> Role:
    if task:
        return Role.TASK
    if grade:
        return Role.ANSWER if answer else Role.TEST
    return Role.SOLUTION if answer else Role.LOCKED


def _outline(original: Path) -> tuple[list[str], frozenset[str]]:
    """The names of nbgrader's cells in their order, and the ids of the others."""
    try:
        notebook = read_notebook(original)
    except UnreadableError:
        return [], frozenset()
    names: list[str] = []
    lesson: set[str] = set()
    for cell in notebook["cells"]:
        grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
        if grade_id:
            names.append(grade_id)
        elif "id" in cell:
            lesson.add(cell["id"])
    return names, frozenset(lesson)


def _ordered(cells: Iterable[SourceCell], names: list[str]) -> list[SourceCell]:
    """In the order of the names; if some are not among them, the gradebook's order is left."""
    cells = list(cells)
    place = {name: index for index, name in enumerate(names)}
    if all(cell.name in place for cell in cells):
        cells.sort(key=lambda cell: place[cell.name])
    return cells
