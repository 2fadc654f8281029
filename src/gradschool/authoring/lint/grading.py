"""Rules about exercises: solution cells, test cells and what is announced of them."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from nbformat import NotebookNode

from gradschool.authoring import code
from gradschool.authoring.course import LETTERS
from gradschool.authoring.exercises import (
    ExerciseError,
    announced,
    announcements,
    announcing,
    check_announced,
)
from gradschool.authoring.lint.base import Document, Kind, Problem, Rule
from gradschool.authoring.notebook import (
    grade_id,
    is_solution_cell,
    is_test_cell,
    is_written_answer,
)
from gradschool.authoring.regions import lines_of_code

_TEST_NAME = re.compile(r"[A-Za-z_]\w*(-[a-z0-9]+)+", re.ASCII)


def _solutions(nb: NotebookNode) -> dict[str, NotebookNode]:
    return {grade_id(cell): cell for cell in nb.cells if is_solution_cell(cell)}


def _graded(nb: NotebookNode) -> list[NotebookNode]:
    """The cells that give points."""
    return [cell for cell in nb.cells if is_test_cell(cell) or is_written_answer(cell)]


def _exercise_of(test: NotebookNode) -> str:
    return grade_id(test).partition("-")[0]


class DuplicateGradeId(Rule):
    """nbgrader keeps one cell of each grade_id: the points of the other are lost."""

    name = "duplicate-grade-id"

    def check(self, document: Document) -> Iterator[Problem]:
        """Count them."""
        counts = Counter(grade_id(cell) for cell in document.nb.cells)
        for cell in document.nb.cells:
            if grade_id(cell) and counts[grade_id(cell)] > 1:
                yield cell, f"the grade_id `{grade_id(cell)}` is used more than once: rename one"


class SolutionName(Rule):
    """Tests, report and feedback find an exercise by the name that its solution cell defines."""

    name = "solution-name"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for the definition, in the source and in what is left of it for students."""
        for cell, shown in zip(document.nb.cells, document.public_cells, strict=True):
            if not is_solution_cell(cell):
                continue
            name = grade_id(cell)
            for version, text in (("", cell.source), (" once its solution is out", shown.source)):
                tree = code.parse(text)
                if tree is not None and name not in code.defined(tree):
                    yield cell, f"the cell does not define `{name}`{version}: name both alike"
                    break


class SolutionRegion(Rule):
    """Without a region nbgrader replaces the whole cell: no signature is left to fill in.

    Of a written answer, the region holds the model answer that whoever grades compares with.
    """

    name = "solution-region"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for a region in each solution cell."""
        for cell in document.nb.cells:
            to_fill_in = is_solution_cell(cell) or is_written_answer(cell)
            if to_fill_in and " SOLUTION" not in cell.source:
                message = (
                    f"`{grade_id(cell)}` has no solution region: put its answer between "
                    "`### BEGIN SOLUTION` and `### END SOLUTION`"
                )
                yield cell, message


class StubRaises(Rule):
    """A stub that raises outside a function stops "Run all" before the lesson's end."""

    name = "stub-raises"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look at the cell as students get it."""
        for cell, shown in zip(document.nb.cells, document.public_cells, strict=True):
            tree = code.parse(shown.source) if is_solution_cell(cell) else None
            if tree is not None and code.raises_when_run(tree):
                message = (
                    "what students get raises as soon as the cell runs: put the solution region "
                    "inside a function or method body, or without indentation"
                )
                yield cell, message


class TestName(Rule):
    """A test cell's points are counted for the exercise that its name begins with."""

    name = "test-name"

    def check(self, document: Document) -> Iterator[Problem]:
        """Hold it to `<solution name>-<suffix>`."""
        for cell in filter(is_test_cell, document.nb.cells):
            if not _TEST_NAME.fullmatch(grade_id(cell)):
                message = (
                    f"the grade_id `{grade_id(cell)}` should be the exercise's name, a hyphen and "
                    "a word in lower case, as `flatten_batch-values`"
                )
                yield cell, message


class TestWithoutSolution(Rule):
    """A test of what no cell defines is 0 points for everybody."""

    name = "test-without-solution"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for the solution cell of each test."""
        solutions = _solutions(document.nb)
        for cell in filter(is_test_cell, document.nb.cells):
            if _exercise_of(cell) not in solutions:
                message = (
                    f"no solution cell is called `{_exercise_of(cell)}`: add it, or rename the test"
                )
                yield cell, message


class SolutionWithoutTest(Rule):
    """An exercise without a test cell gives no points, whatever its heading promises."""

    name = "solution-without-test"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for a test of each solution cell."""
        tested = {_exercise_of(cell) for cell in filter(is_test_cell, document.nb.cells)}
        for name, cell in _solutions(document.nb).items():
            if name not in tested:
                yield cell, f"`{name}` has no test: add a test cell `{name}-values` below it"


class TestBeforeSolution(Rule):
    """A test above the cell that it tests fails for every right answer."""

    name = "test-before-solution"

    def check(self, document: Document) -> Iterator[Problem]:
        """Go through the cells from top to bottom."""
        solutions = _solutions(document.nb)
        passed: set[str] = set()
        for cell in document.nb.cells:
            if is_solution_cell(cell):
                passed.add(grade_id(cell))
            elif is_test_cell(cell) and _exercise_of(cell) in solutions.keys() - passed:
                yield cell, f"it stands above `{_exercise_of(cell)}`: move it below"


class Points(Rule):
    """Points are whole: half a point is not what a heading can announce or a student can read."""

    name = "points"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look at each cell that gives points."""
        for cell in _graded(document.nb):
            points = cell.metadata.nbgrader.get("points")
            if type(points) is not int or points < 1:
                yield cell, f"it is worth {points} points: give it 1, 2, 3 …"


class PointsAnnounced(Rule):
    """The heading is a promise, the graded cells are what is paid."""

    name = "points-announced"

    def check(self, document: Document) -> Iterator[Problem]:
        """Compare the heading with the sum of the graded cells."""
        sums: dict[str, float] = {}
        for cell in _graded(document.nb):
            points = cell.metadata.nbgrader.get("points")
            worth = points if isinstance(points, int | float) else 0  # else `points` reports it
            sums[_exercise_of(cell)] = sums.get(_exercise_of(cell), 0) + worth
        for cell, found in announcing(document.nb):
            for exercise in found:
                if exercise.name in sums and exercise.points != sums[exercise.name]:
                    message = (
                        f"it announces {exercise.points} points for `{exercise.name}`, its graded "
                        f"cells give {sums[exercise.name]}: make them equal"
                    )
                    yield cell, message


class ExerciseHeading(Rule):
    """The heading tells a student what an exercise is worth, and the report what it is about."""

    name = "exercise-heading"

    def check(self, document: Document) -> Iterator[Problem]:
        """Hold each heading to its form, and each solution to its heading."""
        malformed = list(_malformed(document.nb))
        yield from malformed
        if malformed:
            return
        for cell, above in announced(document.nb):
            try:
                check_announced(cell, above)
            except ExerciseError as error:
                yield cell, str(error)


class ExerciseId(Rule):
    """Report, feedback and discussion name an exercise by its id: T-E08 must be one thing."""

    name = "exercise-id"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.SOURCE})

    def check(self, document: Document) -> Iterator[Problem]:
        """Look at the letter, and for ids used before."""
        seen: set[str] = set()
        for cell, found in announcing(document.nb):
            for exercise in found:
                if exercise.id[0] != LETTERS[document.topic]:
                    letter = LETTERS[document.topic]
                    yield cell, f"`{exercise.id}` should begin with {letter} in {document.topic}"
                if exercise.id in seen:
                    yield cell, f"`{exercise.id}` is announced before: give it a number of its own"
                seen.add(exercise.id)


class EndsInExpression(Rule):
    """nbgrader reads the value at a test cell's end as partial credit, and may even crash on it."""

    name = "ends-in-expression"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look at the last statement, with and without the hidden tests."""
        for cell, shown in zip(document.nb.cells, document.public_cells, strict=True):
            if not is_test_cell(cell):
                continue
            trees = (code.parse(cell.source), code.parse(shown.source))
            if any(tree and tree.body and isinstance(tree.body[-1], ast.Expr) for tree in trees):
                message = (
                    "it ends in an expression, whose value nbgrader may take for points: "
                    "end it with a statement (an assert, a checked function)"
                )
                yield cell, message


class HiddenOnly(Rule):
    """Of a cell with hidden tests only, students see nothing: an empty cell that takes points."""

    name = "hidden-only"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look at what is left when the hidden tests are out."""
        for cell, shown in zip(document.nb.cells, document.public_cells, strict=True):
            if is_test_cell(cell) and not any(lines_of_code(shown.source)):
                yield cell, "students would see an empty cell: begin it with a visible test"


class BorrowedName(Rule):
    """A test that uses the lesson's variables fails when a student renames or deletes one."""

    name = "borrowed-name"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look up each name, with and without the hidden tests."""
        for cell, shown in zip(document.nb.cells, document.public_cells, strict=True):
            if not is_test_cell(cell):
                continue
            for text in (cell.source, shown.source):
                names = code.borrowed(text) if code.parse(text) else set()
                names -= {_exercise_of(cell)}
                if names:
                    listed = ", ".join(f"`{name}`" for name in sorted(names))
                    yield cell, f"it uses {listed} of the lesson: import or define it in the cell"
                    break


def _malformed(nb: NotebookNode) -> Iterator[Problem]:
    for cell in nb.cells:
        try:
            announcements(cell)
        except ExerciseError as error:
            yield cell, str(error)
