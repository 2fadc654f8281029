"""What a rule is, what it looks at and what it reports."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from nbformat import NotebookNode

from gradschool.authoring.course import Course
from gradschool.authoring.regions import public


class Kind(StrEnum):
    """The three places that notebooks are committed to."""

    SOURCE = "source"
    RELEASE = "release"
    OPEN = "notebooks"


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that a notebook breaks; its string is one line that names place and remedy.

    Attributes:
        path: The file, relative to the course's folder.
        cell_id: The cell, or "" if it is about the whole notebook.
        rule: The rule's name.
        message: What is wrong and what to do.
    """

    path: Path
    cell_id: str
    rule: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}: cell {self.cell_id}" if self.cell_id else f"{self.path}"
        return f"{where}: [{self.rule}] {self.message}"


@dataclass(frozen=True)
class Document:
    """A notebook in its place.

    Attributes:
        course: The course that it belongs to.
        path: Its file, relative to the course's folder.
        kind: Which of the three places it lies in.
        topic: The topic, or "" for an open notebook.
        nb: The notebook.
        source: For a release, the notebook in `source/` that it is made from.
    """

    course: Course
    path: Path
    kind: Kind
    topic: str
    nb: NotebookNode
    source: NotebookNode | None = None

    @cached_property
    def public_cells(self) -> list[NotebookNode]:
        """The cells as students get them."""
        return [public(cell) for cell in self.nb.cells]

    @property
    def remedy(self) -> str:
        """How to bring this notebook into form."""
        if self.kind == Kind.RELEASE:
            return "regenerate it with `gradschool release`"
        return f"run `gradschool tidy {self.path}`"


# a cell (or None, for the whole notebook) and the message about it
Problem = tuple[NotebookNode | None, str]


class Rule(ABC):
    """One thing that must never happen in a committed notebook. A subclass says why.

    Attributes:
        name: The name that findings carry.
        kinds: The places in which the rule holds.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.SOURCE, Kind.OPEN})

    @abstractmethod
    def check(self, document: Document) -> Iterator[Problem]:
        """Report what breaks the rule."""

    def findings(self, document: Document) -> Iterator[Finding]:
        """The problems of a document that this rule is made for."""
        if document.kind not in self.kinds:
            return
        for cell, message in self.check(document):
            yield Finding(document.path, _name(document.nb, cell), self.name, message)


def _name(nb: NotebookNode, cell: NotebookNode | None) -> str:
    if cell is None:
        return ""
    index = next(index for index, other in enumerate(nb.cells) if other is cell)
    return str(cell.get("id") or f"number {index + 1}")
