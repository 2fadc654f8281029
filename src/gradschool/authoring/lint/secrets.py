"""Rules that keep solutions and hidden tests away from students."""

from collections.abc import Iterator
from typing import ClassVar

from nbformat import NotebookNode

from gradschool.authoring.lint.base import Document, Kind, Problem, Rule
from gradschool.authoring.notebook import (
    is_solution_cell,
    is_test_cell,
    is_written_answer,
)
from gradschool.authoring.regions import (
    MARKERS,
    Region,
    RegionError,
    lines_of_code,
    public,
    regions,
)

_TELLING = 6  # letters and digits that a line must have to be told from `else:` or `)`
_WHOLE = 40  # … and a region, to be told from an expression that any lesson uses


class LeakedSolution(Rule):
    """A solution in `release/` is in every student's hands for ever.

    Markers alone do not tell: a release made by hand, or from an older source, has none.
    """

    name = "leaked-solution"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.RELEASE})

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for lines that the source keeps in its regions only."""
        if document.source is None:
            return
        secret = _secret_lines(document.source)
        for cell in document.nb.cells:
            if leaked := [line for line in lines_of_code(cell.source) if line in secret]:
                message = (
                    f"`{leaked[0]}` is part of a solution or a hidden test: regenerate it with "
                    "`gradschool release`, and change the exercise if it was published"
                )
                yield cell, message


class LeakedMarker(Rule):
    """A marker in `release/` means that what stands around it was not taken out."""

    name = "leaked-marker"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.RELEASE})

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for the text of a marker, in upper case as nbgrader does."""
        for cell in document.nb.cells:
            if marker := _first_marker(cell.source):
                yield cell, f"`{marker}` is left over: regenerate it with `gradschool release`"


class ToldInLesson(Rule):
    """A solution that the lesson prints elsewhere is no exercise, a visible hidden test no test."""

    name = "told-in-lesson"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.SOURCE})

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for whole regions in the text that students see."""
        seen = ["\n".join(lines_of_code(cell.source)) for cell in document.public_cells]
        for cell in document.nb.cells:
            for region in _regions(cell):
                text = "\n".join(lines_of_code(region.text))
                if len(text) < _WHOLE:
                    continue
                message = (
                    f"it shows the {region.kind.lower()} of `{cell.get('id')}` word for word: "
                    "reword it, or change the exercise"
                )
                for other, visible in zip(document.nb.cells, seen, strict=True):
                    if text in visible:
                        yield other, message


class Regions(Rule):
    """A region that is not closed, or in a cell of the wrong kind, stops the release."""

    name = "region"

    def check(self, document: Document) -> Iterator[Problem]:
        """Hold each region to the kind of cell that it may stand in."""
        for cell in document.nb.cells:
            try:
                found = regions(cell.source)
            except RegionError as error:
                yield cell, f"{error}: let each BEGIN be followed by its END"
                continue
            for region in found:
                to_fill_in = is_solution_cell(cell) or is_written_answer(cell)
                if region.kind == "SOLUTION" and not to_fill_in:
                    yield cell, "a solution stands in a cell that is no solution cell: mark it so"
                elif region.kind == "HIDDEN TESTS" and not is_test_cell(cell):
                    yield cell, "hidden tests stand in a cell that is no test cell: mark it so"


class LooseFile(Rule):
    """nbgrader copies every other file of `source/<topic>/` to students as it is."""

    name = "loose-file"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.SOURCE, Kind.RELEASE})

    def check(self, document: Document) -> Iterator[Problem]:
        """Look through the files beside the notebook."""
        nb = document.source or document.nb
        secret = _secret_lines(nb)
        here = document.course.root / document.path
        for path in sorted(here.parent.rglob("*")):
            if path == here or not path.is_file() or ".ipynb_checkpoints" in path.parts:
                continue
            text = path.read_bytes().decode("utf-8", errors="replace")
            if path.suffix == ".ipynb":
                yield None, f"{path.name} lies beside it and would be released too: remove it"
            elif _first_marker(text) or any(line in secret for line in lines_of_code(text)):
                yield None, f"{path.name} lies beside it, holds solutions and is given to students"


def _regions(cell: NotebookNode) -> list[Region]:
    try:
        return regions(cell.source)
    except RegionError:
        return []  # the rule `region` reports it


def _secret_lines(source: NotebookNode) -> set[str]:
    """The lines that stand in regions of the source and nowhere else."""
    secret = {
        line
        for cell in source.cells
        for region in _regions(cell)
        for line in lines_of_code(region.text)
        if sum(map(str.isalnum, line)) >= _TELLING
    }
    return secret - {line for cell in source.cells for line in lines_of_code(public(cell).source)}


def _first_marker(text: str) -> str:
    return next((marker for marker in MARKERS if marker in text), "")
