"""Rules about what guides a student through an exercise."""

import re
from collections.abc import Iterator

from gradschool.authoring.exercises import announcing
from gradschool.authoring.lint.base import Document, Problem, Rule
from gradschool.authoring.notebook import grade_id, is_written_answer

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
