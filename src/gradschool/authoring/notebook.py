"""Reading, writing and asking about notebooks, without mending them in silence."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import NotebookNode, reader
from nbgrader.utils import is_grade, is_solution


class NotebookError(Exception):
    """A file is not a notebook that can be worked with; the message says which and why."""


def read(path: Path) -> NotebookNode:
    """Read a notebook exactly as it is on disk.

    `nbformat.read` would give new random ids to cells without one, which hides what the lint
    and `tidy` look for.

    Raises:
        NotebookError: The file is missing, is not JSON, or is no notebook of version 4.
    """
    try:
        nb = reader.reads(path.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    except Exception as error:
        # reader raises whatever the damage causes: KeyError, AttributeError, its own, …
        msg = f"{path} cannot be read as a notebook ({type(error).__name__}: {error})."
        raise NotebookError(msg) from error
    if nb.get("nbformat") != 4:
        msg = f"{path} has notebook format {nb.get('nbformat')}: save it with JupyterLab 4."
        raise NotebookError(msg)
    if not all({"cell_type", "source", "metadata"} <= cell.keys() for cell in nb.cells):
        msg = f"{path} has a cell without cell_type, source or metadata: mend it by hand."
        raise NotebookError(msg)
    return cast("NotebookNode", nb)


def dumps(nb: NotebookNode) -> str:
    """The notebook as text, with the newline at the end that git and editors want."""
    text = nbformat.writes(nb)  # type: ignore[no-untyped-call]
    return str(text).rstrip("\n") + "\n"


def node(content: Mapping[str, Any]) -> NotebookNode:
    """A notebook, or a part of one, made of plain data."""
    return cast("NotebookNode", nbformat.from_dict(content))  # type: ignore[no-untyped-call]


def grade_id(cell: NotebookNode) -> str:
    """The cell's name in nbgrader, or ''."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_solution_cell(cell: NotebookNode) -> bool:
    """Whether a student writes an answer here that other cells test."""
    return cell.cell_type == "code" and is_solution(cell) and not is_grade(cell)


def is_written_answer(cell: NotebookNode) -> bool:
    """Whether a student writes a text here, which a person grades."""
    return cell.cell_type == "markdown" and bool(is_solution(cell) and is_grade(cell))


def is_test_cell(cell: NotebookNode) -> bool:
    """Whether this is an autograded test."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
