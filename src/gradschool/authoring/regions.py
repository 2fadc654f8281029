"""The regions of a cell that students do not get: solutions and hidden tests."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from gradschool.authoring.solutions import ClearSolutions

KINDS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
MARKERS = tuple(f"{side} {kind}" for kind in KINDS for side in ("BEGIN", "END"))


class RegionError(ValueError):
    """The BEGIN and END lines of a cell do not match."""


@dataclass(frozen=True)
class Region:
    """The lines between a BEGIN and an END line."""

    kind: str
    text: str


def regions(source: str) -> list[Region]:
    """The regions of a cell.

    Raises:
        RegionError: A region is not closed, not opened, or opened within another.
    """
    found: list[Region] = []
    current: str | None = None
    lines: list[str] = []
    for line in source.split("\n"):
        side, kind = _marker(line)
        if side == "BEGIN" and current is None:
            current, lines = kind, []
        elif side == "END" and current == kind:
            found.append(Region(kind, "\n".join(lines)))
            current = None
        elif side:
            msg = f"`{side} {kind}` does not belong here"
            raise RegionError(msg)
        else:
            lines.append(line)
    if current is not None:
        msg = f"`BEGIN {current}` has no `END {current}` below it"
        raise RegionError(msg)
    return found


def _marker(line: str) -> tuple[str, str]:
    return next(
        ((side, kind) for kind in KINDS for side in ("BEGIN", "END") if f"{side} {kind}" in line),
        ("", ""),
    )


def public(cell: NotebookNode) -> NotebookNode:
    """A copy of the cell as students get it; unchanged where its regions do not match."""
    copy = deepcopy(cell)
    try:
        regions(cell.source)
    except RegionError:
        return copy
    for step in (ClearSolutions(enforce_metadata=False), ClearHiddenTests(enforce_metadata=False)):
        copy, _ = step.preprocess_cell(copy, {"language": "python"}, 0)
    return copy


def lines_of_code(text: str) -> Iterator[str]:
    """The lines that say something, without indentation: not empty, no comment."""
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield stripped
