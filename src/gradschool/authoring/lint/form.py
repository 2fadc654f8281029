"""Rules about the form in which a notebook is committed."""

from collections.abc import Iterator
from typing import ClassVar

import nbformat
from nbgrader.nbgraderformat import (
    MetadataValidator,
    SchemaTooNewError,
    SchemaTooOldError,
    ValidationError,
)
from nbgrader.utils import is_solution

from gradschool.authoring.lint.base import Document, Kind, Problem, Rule
from gradschool.authoring.notebook import is_test_cell
from gradschool.authoring.tidy import CELL_METADATA, GOES_ON, METADATA, cell_ids

_ALL = frozenset(Kind)


class NotebookFormat(Rule):
    """Other versions of the format have no cell ids, and Jupyter rewrites them when it saves."""

    name = "notebook-format"
    kinds: ClassVar[frozenset[Kind]] = _ALL

    def check(self, document: Document) -> Iterator[Problem]:
        """Hold the notebook to the schema of 4.5."""
        if document.nb.get("nbformat_minor") != 5:
            minor = document.nb.get("nbformat_minor")
            yield None, f"its format is 4.{minor}, not 4.5: {document.remedy}"
            return
        try:
            nbformat.validate(document.nb, relax_add_props=False)
        except nbformat.ValidationError as error:
            yield None, f"it is not valid ({str(error).splitlines()[0]}): {document.remedy}"


class CellId(Rule):
    """Ids made by chance say nothing in a difference, and change when a cell is copied."""

    name = "cell-id"

    def check(self, document: Document) -> Iterator[Problem]:
        """Compare with the ids that `tidy` gives."""
        cells = document.nb.cells
        for cell, name in zip(cells, cell_ids(cells), strict=True):
            if cell.get("id") != name:
                yield cell, f"its id should be `{name}`: {document.remedy}"


class TopLevelMetadata(Rule):
    """What an editor notes about itself changes with every author and hides real changes."""

    name = "top-level-metadata"

    def check(self, document: Document) -> Iterator[Problem]:
        """Compare with what `tidy` writes, but for the kernel."""
        given = {key: value for key, value in document.nb.metadata.items() if key != "kernelspec"}
        wanted = {key: value for key, value in METADATA.items() if key != "kernelspec"}
        if given != wanted:
            odd = sorted(given.keys() - wanted.keys()) or ["language_info"]
            yield None, f"its metadata has its own `{odd[0]}`: {document.remedy}"


class KernelSpec(Rule):
    """A kernel of the author's own name exists on no student's machine."""

    name = "kernelspec"

    def check(self, document: Document) -> Iterator[Problem]:
        """Compare with the kernel that every installation has."""
        if document.nb.metadata.get("kernelspec") != METADATA["kernelspec"]:
            yield None, f"its kernel should be `python3`: {document.remedy}"


class CellMetadata(Rule):
    """Folded cells, timings and editors' notes are one person's view, not the lesson's."""

    name = "cell-metadata"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for keys that `tidy` takes away."""
        for cell in document.nb.cells:
            if odd := sorted(cell.metadata.keys() - CELL_METADATA):
                yield cell, f"its metadata holds `{odd[0]}`: {document.remedy}"


class NbgraderMetadata(Rule):
    """nbgrader stops at metadata of another version, and its menu writes incomplete ones."""

    name = "nbgrader-metadata"
    kinds: ClassVar[frozenset[Kind]] = _ALL

    def check(self, document: Document) -> Iterator[Problem]:
        """Let nbgrader judge each cell."""
        for cell in document.nb.cells:
            try:
                MetadataValidator().validate_cell(cell)
            except (ValidationError, SchemaTooOldError, SchemaTooNewError) as error:
                reason = str(error).splitlines()[0]
                remedy = f"{document.remedy}, or choose its type again"
                yield cell, f"nbgrader refuses it ({reason}): {remedy}"


class Locked(Rule):
    """A test that is not locked is not restored when a student changes it."""

    name = "locked"
    kinds: ClassVar[frozenset[Kind]] = _ALL

    def check(self, document: Document) -> Iterator[Problem]:
        """Test cells are locked, cells to fill in are not."""
        for cell in document.nb.cells:
            locked = cell.metadata.get("nbgrader", {}).get("locked", False)
            if is_test_cell(cell) and not locked:
                yield cell, f"the test is not locked: {document.remedy}"
            elif is_solution(cell) and locked:
                yield cell, f"the cell to fill in is locked: {document.remedy}"


class TestView(Rule):
    """An open test pushes the lesson apart, and one without the tag stops "Run all"."""

    name = "test-view"
    kinds: ClassVar[frozenset[Kind]] = _ALL

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for the fold and the tag that `tidy` gives to a test cell."""
        for cell in filter(is_test_cell, document.nb.cells):
            folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
            if not folded or GOES_ON not in cell.metadata.get("tags", []):
                yield cell, f"the test is not folded or not tagged `{GOES_ON}`: {document.remedy}"


class CommittedOutput(Rule):
    """Outputs hold what students should find themselves, and make every commit unreadable."""

    name = "committed-output"
    kinds: ClassVar[frozenset[Kind]] = _ALL

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for outputs and numbers of execution."""
        for cell in document.nb.cells:
            if cell.get("outputs") or cell.get("execution_count") is not None:
                yield cell, f"it holds an output or its number of execution: {document.remedy}"
