"""Rules about what guides a student through an exercise."""

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from gradschool.authoring import code
from gradschool.authoring.exercises import ExerciseError, announcing, exercises
from gradschool.authoring.lint.base import Document, Kind, Problem, Rule
from gradschool.authoring.notebook import grade_id, is_written_answer

_HINT = re.compile(r"<details><summary>(.*?)</summary>\n\n\S.*?\n\n</details>", re.DOTALL)
_HINTS = ["Hint 1: a nudge", "Hint 2: the idea"]
_CRITERION = re.compile(r"^\| *(\d+) *\| *\S.*\|$", re.MULTILINE)


class Rubric(Rule):
    """What a person grades by is told beforehand: a student aims at it, and two graders agree."""

    name = "rubric"

    def check(self, document: Document) -> Iterator[Problem]:
        """Add up the points of the criteria that the task of each written answer lists."""
        points = {
            grade_id(cell): cell.metadata.nbgrader.get("points")
            for cell in filter(is_written_answer, document.nb.cells)
        }
        for cell, found in announcing(document.nb):
            for exercise in found:
                given = sum(map(int, _CRITERION.findall(cell.source)))
                if exercise.name in points and given != points[exercise.name]:
                    message = (
                        f"its rubric gives {given} points, the answer `{exercise.name}` "
                        f"{points[exercise.name]}: write a line `| 1 | for what |` for each "
                        "criterion, and make the sums equal"
                    )
                    yield cell, message


class Hints(Rule):
    """Help comes in two steps: a nudge leaves the idea to the student, who can still unfold it."""

    name = "hints"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for the two folded hints in the task of each exercise."""
        for cell, found in announcing(document.nb):
            if found and _HINT.findall(cell.source) != _HINTS:
                message = (
                    f"`{found[0].name}` should have two folded hints: write "
                    "`<details><summary>Hint 1: a nudge</summary>`, an empty line, the hint, an "
                    "empty line, `</details>`, then the same with `Hint 2: the idea`"
                )
                yield cell, message


class Progress(Rule):
    """The picture of what is passed is wrong if it counts other exercises than there are."""

    name = "progress"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.SOURCE})

    def check(self, document: Document) -> Iterator[Problem]:
        """Compare the call in the first code cell with the exercises and their test cells."""
        try:
            wanted = [(one.name, len(one.test_cells)) for one in exercises(document.nb)]
        except ExerciseError:
            return  # the rule `exercise-heading` reports it
        first = next((cell for cell in document.nb.cells if cell.cell_type == "code"), None)
        if wanted and first is not None and _declared(first.source) != wanted:
            call = ", ".join(f"{name}={count}" for name, count in wanted)
            yield first, f"the first code cell should show progress: `checks.progress({call})`"


def _declared(source: str) -> list[tuple[str | None, object]]:
    """The arguments of the call of `checks.progress`; none if there is none."""
    for node in ast.walk(code.parse(source) or ast.Module([], [])):
        if isinstance(node, ast.Call) and code.dotted(node.func) == "checks.progress":
            return [
                (word.arg, word.value.value if isinstance(word.value, ast.Constant) else None)
                for word in node.keywords
            ]
    return []
