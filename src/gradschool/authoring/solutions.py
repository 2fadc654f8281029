"""What a student finds where the solution stood."""

import re
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions as _ClearSolutions
from nbgrader.utils import is_solution

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
# A raise without indentation would stop "Run all" at the first prediction exercise.
_AT_TOP_LEVEL = re.compile(rf"^{re.escape(STUB)}$", re.MULTILINE)
_TO_FILL_IN = re.compile(r"\.\.\.(?=,|\s*\)|\s*$)", re.MULTILINE)


class ClearSolutions(_ClearSolutions):  # type: ignore[misc] # nbgrader has no types
    """nbgrader's, but a solution at top level leaves a comment and does not raise.

    Inside a function body a student finds `# YOUR CODE HERE` and `raise NotImplementedError()`;
    under a dictionary of predictions, only the request to replace each `...` in it.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clear one cell."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if is_solution(cell) and cell.cell_type == "code":
            fills_in = _TO_FILL_IN.search(cell.source)
            request = ": replace each ... above" if fills_in else ""
            cell.source = _AT_TOP_LEVEL.sub(f"# YOUR CODE HERE{request}", cell.source)
        return cell, resources


def release_preprocessors() -> list[type]:
    """The steps from source to release, nbgrader's but for our `ClearSolutions`."""
    stock = GenerateAssignment.class_traits()["preprocessors"].default()
    return [ClearSolutions if step is _ClearSolutions else step for step in stock]
