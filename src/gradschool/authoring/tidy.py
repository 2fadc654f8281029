"""Bring a notebook into the one form that it has in git."""

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from gradschool.authoring.markdown import headings, slug
from gradschool.authoring.notebook import NotebookError, dumps, grade_id, is_test_cell, node, read

# Everything that JupyterLab would add beyond this changes with whoever saved the notebook last.
METADATA: dict[str, dict[str, str]] = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
CELL_METADATA = frozenset({"jupyter", "nbgrader", "tags"})
GOES_ON = "raises-exception"
_MAX_ID = 64
_ID = re.compile(rf"[a-zA-Z0-9_-]{{1,{_MAX_ID}}}")
_TOP = "top"


def tidy(path: Path) -> bool:
    """Name the cells of a notebook, empty its outputs and normalise its metadata, on disk.

    Args:
        path: A notebook in `source/` or `notebooks/` (one in `release/` is nbgrader's to write).

    Returns:
        Whether the file changed.

    Raises:
        NotebookError: It is not a notebook.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    after = dumps(tidied(read(path)))
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def tidied(nb: NotebookNode) -> NotebookNode:
    """A tidy copy of the notebook.

    Raises:
        NotebookError: The result is not valid, for a reason that tidying cannot mend.
    """
    cells = [_tidied_cell(cell) for cell in nb.cells]
    for cell, name in zip(cells, cell_ids(nb.cells), strict=True):
        cell.id = name
    tidy_nb = node({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    try:
        nbformat.validate(tidy_nb)
    except nbformat.ValidationError as error:
        msg = f"The notebook is not valid and cannot be tidied: {error}"
        raise NotebookError(msg) from error
    return tidy_nb


def cell_ids(cells: list[NotebookNode]) -> list[str]:
    """The id that each cell should have: nbgrader's name for it, or the heading that it is under.

    Names that say something make a difference between two versions readable, and are the same
    whoever makes them.
    """
    taken = {grade_id(cell) for cell in cells if _is_named(cell)}
    named: set[str] = set()
    ids, heading = [], _TOP
    for cell in cells:
        heading = next((slug(found.text) for found in headings(cell)), heading) or _TOP
        own = grade_id(cell)
        if _is_named(cell) and own not in named:
            named.add(own)
            ids.append(own)
        else:
            ids.append(_unused(heading, taken))
            taken.add(ids[-1])
        # a cell may hold several headings: what follows stands under the last
        heading = next((slug(found.text) for found in reversed(headings(cell))), heading) or _TOP
    return ids


def _is_named(cell: NotebookNode) -> bool:
    return _is_nbgraders(cell) and _ID.fullmatch(grade_id(cell)) is not None


def _is_nbgraders(cell: NotebookNode) -> bool:
    return any(ask(cell) for ask in (is_grade, is_solution, is_locked, is_task))


def _unused(name: str, taken: set[str]) -> str:
    candidate, count = name[:_MAX_ID].rstrip("-"), 1
    while candidate in taken:
        count += 1
        suffix = f"-{count}"
        candidate = name[: _MAX_ID - len(suffix)].rstrip("-") + suffix
    return candidate


def _tidied_cell(cell: NotebookNode) -> NotebookNode:
    metadata = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA}
    kept = {"cell_type": cell.cell_type, "metadata": metadata, "source": cell.source}
    if cell.cell_type == "code":
        kept |= {"execution_count": None, "outputs": []}
    elif cell.get("attachments"):
        kept["attachments"] = cell.attachments
    fresh = node(kept)
    if "nbgrader" in fresh.metadata:
        _normalise_nbgrader(fresh)
    if is_test_cell(fresh):
        _as_students_see_tests(fresh)
    return fresh


def _as_students_see_tests(cell: NotebookNode) -> None:
    """Fold a test, so that it does not push the lesson apart, and let "Run all" go on after it.

    Jupyter and nbclient stop at a cell that raises unless it carries the tag; an exercise that
    is still open is no reason to stop.
    """
    cell.metadata["jupyter"] = node({"source_hidden": True})
    tags = cell.metadata.get("tags", [])
    cell.metadata["tags"] = [*(tag for tag in tags if tag != GOES_ON), GOES_ON]


def _normalise_nbgrader(cell: NotebookNode) -> None:
    """Complete a cell's nbgrader metadata for schema 3, or remove it where it says nothing."""
    MetadataValidator().upgrade_cell_metadata(cell)
    if not _is_nbgraders(cell):
        cell.metadata.pop("nbgrader", None)
        return
    old = cell.metadata.nbgrader
    fresh: dict[str, Any] = {
        "grade": bool(is_grade(cell)),
        "grade_id": str(old.get("grade_id", "")),
        "locked": bool(is_locked(cell)),
        "schema_version": MetadataValidator.schema_version,
        "solution": bool(is_solution(cell)),
        "task": bool(is_task(cell)),
    }
    if is_grade(cell) or is_task(cell):
        points = old.get("points", 0)
        fresh["points"] = int(points) if points == int(points) else points
    cell.metadata.nbgrader = node(fresh)
