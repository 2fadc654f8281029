"""What a lesson announces about its exercises, and the cells that make them up.

An exercise begins with a Markdown cell that holds

    ### Exercise T-E08 · `flatten_batch`

    *Layer 2 · level 2/5 · 6 minutes · 4 points*

(at any depth of heading), then come its solution cell and its test cells. Of a written answer, the
one cell is both: a student writes in it, and a person gives its points.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from gradschool.authoring.markdown import headings
from gradschool.authoring.notebook import (
    grade_id,
    is_solution_cell,
    is_test_cell,
    is_written_answer,
)

FORM = "`### Exercise T-E08 · `flatten_batch``, then `*Layer 2 · level 2/5 · 6 minutes · 4 points*`"
_HEADING = re.compile(r"Exercise ([TBIAGL]-E\d\d) · `([A-Za-z_]\w*)`")
_FACTS = re.compile(r"\*Layer ([1-4]) · level ([1-5])/5 · (\d+) minutes? · (\d+) points?\*")


class ExerciseError(ValueError):
    """A lesson announces an exercise wrongly; the message says how and what is expected."""


@dataclass(frozen=True)
class Announcement:
    """What a heading in Markdown says about an exercise."""

    id: str
    name: str
    layer: int
    level: int
    minutes: int
    points: int


@dataclass(frozen=True)
class Exercise:
    """An exercise: what is announced, the cell to fill in and the cells that test it.

    A written answer has no test cells.
    """

    id: str
    name: str
    layer: int
    level: int
    minutes: int
    points: int
    solution_cell: NotebookNode
    test_cells: tuple[NotebookNode, ...]

    @property
    def written(self) -> bool:
        """Whether it asks for a text, which a person grades."""
        return is_written_answer(self.solution_cell)

    @property
    def graded_cells(self) -> tuple[NotebookNode, ...]:
        """The cells that give its points."""
        return (self.solution_cell,) if self.written else self.test_cells


def announcements(cell: NotebookNode) -> list[Announcement]:
    """The exercises that a cell announces.

    Raises:
        ExerciseError: A heading begins with "Exercise" but is not of the form above.
    """
    lines = cell.source.split("\n")
    found = []
    for heading in headings(cell):
        if not heading.text.startswith("Exercise "):
            continue
        name = _HEADING.fullmatch(heading.text)
        # the first line that is not empty below the heading
        facts = _FACTS.fullmatch(next(filter(str.strip, lines[heading.line + 1 :]), "").strip())
        if name is None or facts is None:
            msg = f"the heading “{heading.text}” does not have the form {FORM}"
            raise ExerciseError(msg)
        numbers = (int(number) for number in facts.groups())
        found.append(Announcement(name[1], name[2], *numbers))
    return found


def announcing(nb: NotebookNode) -> Iterator[tuple[NotebookNode, list[Announcement]]]:
    """Each cell with what it announces, without those that announce it wrongly."""
    for cell in nb.cells:
        try:
            yield cell, announcements(cell)
        except ExerciseError:
            continue


def announced(nb: NotebookNode) -> Iterator[tuple[NotebookNode | None, list[Announcement]]]:
    """Each cell to fill in, with what is announced between it and the one before it.

    What is announced below the last solution comes last, with None.

    Raises:
        ExerciseError: As `announcements`.
    """
    pending: list[Announcement] = []
    for cell in nb.cells:
        pending += announcements(cell)
        if is_solution_cell(cell) or is_written_answer(cell):
            yield cell, pending
            pending = []
    if pending:
        yield None, pending


def exercises(nb: NotebookNode) -> list[Exercise]:
    """The exercises of a notebook that keeps the rules (see `lint`), from top to bottom.

    Raises:
        ExerciseError: A solution is not announced by exactly one heading of its name, or a
            heading announces what has no solution.
    """
    tests: dict[str, list[NotebookNode]] = {}
    for cell in filter(is_test_cell, nb.cells):
        tests.setdefault(grade_id(cell).partition("-")[0], []).append(cell)
    found = []
    for cell, above in announced(nb):
        check_announced(cell, above)
        if cell is not None:
            found.append(
                Exercise(
                    **vars(above[0]),
                    solution_cell=cell,
                    test_cells=tuple(tests.get(grade_id(cell), ())),
                )
            )
    return found


def check_announced(cell: NotebookNode | None, above: list[Announcement]) -> None:
    """Hold a solution cell to its announcement.

    Raises:
        ExerciseError: There is not exactly one, or it names another exercise.
    """
    names = ", ".join(f"`{announcement.name}`" for announcement in above)
    if cell is None:
        msg = f"the exercise {names} is announced but no solution cell follows: add it"
    elif not above:
        msg = f"no heading announces `{grade_id(cell)}`: write {FORM} above it"
    elif len(above) > 1:
        msg = f"{names} are announced above `{grade_id(cell)}`: keep one heading for it"
    elif above[0].name != grade_id(cell):
        msg = f"the heading above `{grade_id(cell)}` announces {names}: use one name in both"
    else:
        return
    raise ExerciseError(msg)
