"""Run a student's notebook from the top, and say what its visible tests say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearOutput, Execute
from nbgrader.utils import compute_checksum, is_grade, is_locked, setenv

from gradschool.authoring.notebook import read

_NOTE = (
    "Grading also runs hidden tests, on other inputs. Passing here is a good sign, "
    "not yet full marks."
)
_SECONDS = 60  # for one cell
_CHANGED = "this cell was changed. Grading puts the released one back, so what you see may differ."


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What the visible tests say.

    Attributes:
        summary: How many tests pass.
        lines: One for each exercise that does not pass, and for each cell that must not change.
        note: What this could not look at.
    """

    summary: str
    lines: Sequence[str]
    note: str = _NOTE


def validate(path: Path) -> Validation:
    """Run a notebook's cells in a fresh kernel, in its folder; the file stays as it is.

    Args:
        path: A released notebook with a student's answers.
    """
    notebook = read(path)
    if not any(map(_is_test, notebook.cells)):
        return Validation(summary="There are no tests in this notebook.", lines=(), note="")
    changed = [cell for cell in notebook.cells if _was_changed(cell)]
    tests = [cell for cell in _run(notebook, path.parent).cells if _is_test(cell)]
    passed = [cell for cell in tests if not _error(cell)]
    lines = [f"! {_name(cell)}: {_CHANGED}" for cell in changed]
    lines += _complaints(tests)
    summary = f"{len(passed)} of {len(tests)} visible test cells pass, run from the top."
    return Validation(summary=summary, lines=lines)


def _run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    resources = {"metadata": {"path": str(folder)}}
    with setenv(NBGRADER_VALIDATING="1", NBGRADER_EXECUTION="validate"):
        notebook, resources = ClearOutput().preprocess(notebook, resources)
        notebook, _ = Execute(timeout=_SECONDS).preprocess(notebook, resources)
    return notebook


def _complaints(tests: Sequence[NotebookNode]) -> list[str]:
    """The first error of each exercise: the others often follow from it."""
    found: dict[str, str] = {}
    for cell in tests:
        if error := _error(cell):
            found.setdefault(_name(cell).partition("-")[0], error)
    return list(found.values())


def _error(cell: NotebookNode) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            return "\n".join(output.traceback)
    return ""


def _is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(is_grade(cell))


def _was_changed(cell: NotebookNode) -> bool:
    expected = cell.metadata.get("nbgrader", {}).get("checksum")
    return bool(is_locked(cell) and expected and compute_checksum(cell) != expected)


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader.grade_id)
