"""Points and comments, from how each cell ended and never from what it printed.

Where nothing out of the ordinary happened, the points are those of nbgrader's own
`utils.determine_grade`: none after an error, a number that the test cell ends with as partial
credit, else all. Other than there, a warning on stderr costs nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_grade, is_solution, is_task

from gradschool.grading.assemble import METADATA
from gradschool.grading.errors import OurFaultError
from gradschool.grading.record import CellRun, Run, Status

NO_RESPONSE = "No response."
# How a cell can end without an exception of its own, and what to say if the engine does not.
_CUT_SHORT = {
    Status.TIMEOUT: "it was stopped at the time limit",
    Status.DIED: "it ended the Python process",
    Status.FLOOD: "it was stopped because it printed too much",
    Status.NOT_RUN: "it was not run",
}


@dataclass(frozen=True)
class Scored:
    """What goes into the gradebook.

    Attributes:
        notebook: The notebook that was run.
        scores: Points by test cell and answer; None where a person has to grade.
        comments: What nbgrader shows beside an answer, by the name of its cell; None for nothing.
        notes: What somebody should look at, in plain words.
    """

    notebook: NotebookNode = field(repr=False)
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    notes: tuple[str, ...] = ()


def score(run: Run) -> Scored:
    """Score a notebook that was run.

    Raises:
        OurFaultError: It could not be run, by no fault of the student's.
    """
    if run.ours:
        raise OurFaultError(run.ours)
    runs = {cell.index: cell for cell in run.cells}
    scores: dict[str, float | None] = {}
    remarks = _remarks(run.notebook)
    notes: list[str] = []
    answer = ""
    for index, cell in enumerate(run.notebook.cells):
        name = _name(cell)
        if is_solution(cell) or is_task(cell):
            answer = name
        if cell.cell_type == "code" and name:
            ran = runs.get(index) or CellRun(index, cell.get("id", ""), Status.NOT_RUN, "")
            if ran.status in _CUT_SHORT:
                notes.append(f"{name}: {_why(ran)}")
                remarks.setdefault(answer, []).append(_remark(cell, ran))
            if is_grade(cell) and not is_solution(cell):
                points = float(cell.metadata.nbgrader["points"])
                scores[name], complaint = test_points(cell, ran.status, points)
                notes += [f"{name}: {complaint}"] if complaint else []
        if is_grade(cell) and is_solution(cell):
            scores[name] = 0.0 if _untouched(cell) else None
    comments = {
        _name(cell): _comment(cell, remarks.get(_name(cell), []))
        for cell in run.notebook.cells
        if is_solution(cell) or is_task(cell)
    }
    return Scored(run.notebook, scores, comments, tuple(notes))


def test_points(cell: NotebookNode, status: Status, points: float) -> tuple[float, str]:
    """The points of a test cell, and what is odd about them ('' if nothing is)."""
    if status is not Status.OK:
        return 0.0, ""
    results = [output for output in cell.outputs if output.output_type == "execute_result"]
    if not results:
        return points, ""
    credit = _number(results[0])
    if credit is None or math.isnan(credit) or credit < 0:
        return points, ""
    if credit > points:
        # nbgrader would stop here; most likely the cell just ends with a value.
        return points, f"ends with {credit:g}, more than its {points:g} points, which it got"
    return credit, ""


def _number(result: NotebookNode) -> float | None:
    try:
        return float(result.data["text/plain"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _untouched(cell: NotebookNode) -> bool:
    checksum = cell.metadata.nbgrader.get("checksum")
    return checksum is not None and bool(compute_checksum(cell) == checksum)


def _comment(cell: NotebookNode, remarks: list[str]) -> str | None:
    """Nbgrader's own comment, and then ours."""
    blank = [NO_RESPONSE] if _untouched(cell) and not is_task(cell) else []
    # Markdown, in which two line ends begin a paragraph.
    return "\n\n".join([*blank, *remarks]) or None


def _remarks(notebook: NotebookNode) -> dict[str, list[str]]:
    """What the assembly has to say to the student, by answer."""
    noted: Any = notebook.metadata.get(METADATA, {}).get("comments", {})
    return {name: [text] for name, text in noted.items()}


def _why(ran: CellRun) -> str:
    return ran.note or _CUT_SHORT[ran.status]


def _remark(cell: NotebookNode, ran: CellRun) -> str:
    what = f"The test `{_name(cell)}`" if is_grade(cell) else f"The cell `{_name(cell)}`"
    return f"{what} did not finish: {_why(ran)}."
