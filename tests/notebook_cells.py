"""Running a source notebook's own test cells on other answers than its solutions."""

import builtins
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import torch
from nbgrader.utils import is_locked

from gradschool.authoring.exercises import exercises as announced_exercises
from gradschool.authoring.notebook import grade_id, read
from gradschool.authoring.solutions import ClearSolutions
from gradschool.checks import CheckFailure

SOURCE = Path(__file__).parents[1] / "source"


@dataclass(frozen=True)
class Exercise:
    """The code of one exercise.

    Attributes:
        setup: the notebook's first locked cell, which imports what solutions use.
        solution: the solution cell, as in `source/`.
        blank: the solution cell as students get it.
        tests: the test cells, hidden tests included, by name and in order.
    """

    setup: str
    solution: str
    blank: str
    tests: dict[str, str]


def exercises(topic):
    """The exercises of a topic that are tested, by name and in order."""
    nb = read(SOURCE / topic / f"{topic}.ipynb")
    setup = next(cell.source for cell in nb.cells if grade_id(cell) == "setup" and is_locked(cell))
    return {
        found.name: Exercise(
            setup,
            found.solution_cell.source,
            _cleared(found.solution_cell),
            {grade_id(cell): cell.source for cell in found.test_cells},
        )
        for found in announced_exercises(nb)
        if not found.written
    }


def _cleared(cell):
    resources = {"language": "python"}
    return ClearSolutions().preprocess_cell(cell.copy(), resources, 0)[0].source


def run_cell(source, name, namespace):
    """Execute a cell as a kernel does; what it prints on stdout is dropped, stderr is not."""
    with contextlib.redirect_stdout(io.StringIO()):
        # The file's name tells the student's code from the check's, as in a kernel.
        exec(compile(source, f"<cell {name}>", "exec"), namespace)  # noqa: S102 - as a kernel does


def fresh_namespace(**names):
    return {"__name__": "__main__", "__builtins__": builtins} | names


def judge(exercise, answer, *, seed=0, threads=1):
    """What each test cell makes of an answer: None if it passes, else the `CheckFailure`.

    Anything else that a test cell raises is an error of ours and goes on to the caller.
    """
    before = torch.get_num_threads()
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    namespace = fresh_namespace()
    try:
        run_cell(exercise.setup, "setup", namespace)
        # A kernel goes on after a cell that failed, and so does this.
        with contextlib.suppress(Exception):
            run_cell(answer, "answer", namespace)
        return {name: _outcome(name, test, namespace) for name, test in exercise.tests.items()}
    finally:
        torch.set_num_threads(before)


def _outcome(name, test, namespace):
    try:
        run_cell(test, name, namespace)
    except CheckFailure as failure:
        return failure
    return None
