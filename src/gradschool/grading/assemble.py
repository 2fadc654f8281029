"""The notebook to run: the student's answers, our tests, in an order in which tests can pass.

Nothing here reads a file or a database, and no cell of a student can make it fail: a notebook is
plain data of any shape until `_Cell.read` has taken from it what is kept.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.utils import compute_checksum

from gradschool.grading.source import Role, Source, SourceCell

# Where the notes stand in the assembled notebook, for whoever opens it and for the next step.
METADATA = "gradschool"
_VALID_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_TYPES = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Assembled:
    """A notebook that is ready to run.

    Attributes:
        notebook: Valid in format 4.5, without outputs.
        notes: What had to be repaired, in plain words.
        comments: What to tell the student about an answer, by the name of its cell.
    """

    notebook: NotebookNode = field(repr=False)
    notes: tuple[str, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)


def assemble(student: Mapping[str, Any], source: Source) -> Assembled:
    """Put a student's answers and the cells of the source together.

    Args:
        student: Any data with a list of `cells` that are dictionaries.
        source: What was released.
    """
    notes = _Notes()
    cells = [_Cell.read(cell) for cell in student["cells"]]
    line = _claimed(cells, source, notes)
    _add_missing_answers(line, source, notes)
    _order_tests(line, source, notes)
    _order_locked(line, source, notes)
    for slot in line:
        _compare(slot, notes)
    notebook = _render(line, source)
    notebook.metadata[METADATA] = {"notes": list(notes.sentences()), "comments": notes.comments}
    return Assembled(notebook, notes.sentences(), notes.comments)


def recognises(student: Mapping[str, Any], source: Source) -> bool:
    """Whether at least one cell of the source is in a student's notebook."""
    names = {cell.name for cell in source.cells}
    cells = [_Cell.read(cell) for cell in student["cells"]]
    return not names or any(cell.grade_id in names or cell.id in names for cell in cells)


# --- what is taken from a student's cell


@dataclass(eq=False)
class _Cell:
    """A student's cell, as far as it counts."""

    type: str
    text: str
    id: str
    nbgrader: dict[str, Any]
    attachments: dict[str, Any]

    @classmethod
    def read(cls, cell: Mapping[str, Any]) -> "_Cell":
        metadata = _dictionary(cell.get("metadata"))
        kind = cell.get("cell_type")
        return cls(
            type=kind if kind in _TYPES else "raw",
            text=text_of(cell.get("source")),
            id=text_of(cell.get("id")),
            nbgrader=_dictionary(metadata.get("nbgrader")),
            attachments=_attachments(cell.get("attachments")),
        )

    @property
    def grade_id(self) -> str:
        return text_of(self.nbgrader.get("grade_id"))


def _dictionary(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """A string that can be written; a notebook may hold a list of lines, or anything else."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _attachments(value: Any) -> dict[str, Any]:
    """Pictures pasted into a text cell: {name: {media type: base64}}."""
    return {
        text_of(name): {text_of(kind): text_of(data) for kind, data in bundle.items()}
        for name, bundle in _dictionary(value).items()
        if isinstance(bundle, dict)
    }


# --- which cell is which


@dataclass(eq=False)
class _Slot:
    """A place in the notebook to run: a cell of the student, one of the source, or both."""

    student: _Cell | None
    source: SourceCell | None = None


def _claimed(cells: list[_Cell], source: Source, notes: "_Notes") -> list[_Slot]:
    """A student's cells in their order, each joined with the cell of the source that it is."""
    claims: dict[str, list[_Cell]] = {cell.name: [] for cell in source.cells}
    for cell in cells:
        if cell.grade_id in claims:
            claims[cell.grade_id].append(cell)
    for cell in cells:
        # An editor may lose the metadata of a cell, or a student rename it; its id stays.
        if cell.grade_id not in claims and claims.get(cell.id) == []:
            claims[cell.id].append(cell)
    by_name = {cell.name: cell for cell in source.cells}
    kept = {id(found[-1]): by_name[name] for name, found in claims.items() if found}
    spare = {id(cell): by_name[name] for name, found in claims.items() for cell in found[:-1]}
    for one in {cell.name: cell for cell in spare.values()}.values():
        notes.add("copies of tests were removed" if one.ours else SEVERAL, one)
    line = []
    for cell in cells:
        if id(cell) in spare and spare[id(cell)].ours:
            continue
        if cell.grade_id and id(cell) not in kept and id(cell) not in spare:
            notes.unknown.append(cell.grade_id)
        line.append(_Slot(cell, kept.get(id(cell))))
    return line


# --- the order


def _index(line: list[_Slot], name: str) -> int:
    """The place of a cell of the source; -1 if it is not there."""
    return next((i for i, slot in enumerate(line) if slot.source and slot.source.name == name), -1)


def _add_missing_answers(line: list[_Slot], source: Source, notes: "_Notes") -> None:
    """An empty cell for each answer that is not there; what a student has stays where it is."""
    before = -1
    for cell in source.cells:
        place = _index(line, cell.name)
        if place < 0 and not cell.ours:
            place = before + 1
            line.insert(place, _Slot(None, cell))
            notes.add(MISSING_ANSWER, cell)
        before = place if place >= 0 else before


def _order_tests(line: list[_Slot], source: Source, notes: "_Notes") -> None:
    """Each test comes after the answer that it tests, and after the tests before it."""
    rank = {cell.name: number for number, cell in enumerate(source.cells)}
    previous = ""
    for cell in source.cells:
        if cell.role is Role.TEST:
            here, after = _index(line, cell.name), _index(line, previous)
            between = (slot.source for slot in line[after + 1 : here] if slot.source)
            if not after < here or any(rank[one.name] > rank[cell.name] for one in between):
                slot = line.pop(here) if here >= 0 else _Slot(None, cell)
                line.insert(_below(line, previous, source), slot)
                notes.add("missing tests were put back" if here < 0 else MOVED, cell)
        if cell.role is not Role.LOCKED:
            previous = cell.name


def _below(line: list[_Slot], previous: str, source: Source) -> int:
    """Below a cell, and below what the student wrote under it: it may be a part of the answer."""
    place = _index(line, previous) + 1
    if place and source.lesson:
        while place < len(line) and _own(line[place], source):
            place += 1
    return place


def _own(slot: _Slot, source: Source) -> bool:
    return slot.source is None and slot.student is not None and slot.student.id not in source.lesson


def _order_locked(line: list[_Slot], source: Source, notes: "_Notes") -> None:
    """A locked cell, such as the imports, comes before all that follows it in the source."""
    rank = {cell.name: number for number, cell in enumerate(source.cells)}
    previous = ""
    for cell in source.cells:
        if cell.role is Role.LOCKED:
            here = _index(line, cell.name)
            later = (
                place
                for place, slot in enumerate(line)
                if slot.source and rank[slot.source.name] > rank[cell.name]
            )
            limit = next(later, len(line))
            if here < 0:
                line.insert(min(_index(line, previous) + 1, limit), _Slot(None, cell))
                notes.add("missing read-only cells were put back", cell)
            elif here > limit:
                line.insert(limit, line.pop(here))
                notes.add("read-only cells were moved back up", cell)
        previous = cell.name


# --- the notes

SEVERAL = "answers were there more than once, and the last one counts"
MISSING_ANSWER = "answers are missing"
MOVED = "tests were moved back below their answers"
_TO_STUDENT = {
    SEVERAL: "There were several cells for this answer: the last one counts.",
    MISSING_ANSWER: "The cell for this answer was missing.",
}


@dataclass
class _Notes:
    """What was repaired: the names of the cells, by what was done."""

    repairs: dict[str, list[str]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def add(self, repair: str, cell: SourceCell) -> None:
        self.repairs.setdefault(repair, []).append(cell.name)
        if repair in _TO_STUDENT:
            self.comments[cell.name] = _TO_STUDENT[repair]

    def sentences(self) -> tuple[str, ...]:
        found = [f"{repair}: {_names(names)}" for repair, names in self.repairs.items()]
        if self.unknown:
            found.append(f"cells that this assignment does not have: {_names(self.unknown)}")
        return tuple(found)


def _names(names: Iterable[str], most: int = 4) -> str:
    names = [name if name.isprintable() and len(name) < 80 else "…" for name in names]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _compare(slot: _Slot, notes: _Notes) -> None:
    """Note what a student changed in a cell that is ours."""
    ours, theirs = slot.source, slot.student
    if ours is None or theirs is None:
        return
    if theirs.type != ours.cell_type:
        notes.add("cells were turned back into what they were", ours)
    elif theirs.grade_id != ours.name:
        notes.add("renamed cells got their names back", ours)
    elif not _same_settings(theirs.nbgrader, ours.metadata):
        notes.add("the settings of cells (points, kind, lock) were put back", ours)
    elif ours.ours and _was_edited(theirs):
        notes.add("changed cells were put back as they were", ours)


def _same_settings(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    # A grade cell is locked whatever its metadata say: older versions of nbgrader left it out.
    kinds = (
        ("grade", "solution", "task") if ours["grade"] else ("grade", "solution", "task", "locked")
    )
    if any(theirs.get(kind, False) is not ours[kind] for kind in kinds):
        return False
    if "points" not in ours or "points" not in theirs:
        return "points" not in ours or not ours["grade"]
    try:
        return bool(float(theirs["points"]) == ours["points"])
    except (TypeError, ValueError):
        return False


def _was_edited(cell: _Cell) -> bool:
    """Whether the text is another than when nbgrader made the student's version."""
    known = {
        key: value for key, value in cell.nbgrader.items() if isinstance(value, str | float | int)
    }
    content = {"cell_type": cell.type, "source": cell.text, "metadata": {"nbgrader": known}}
    if "checksum" not in known:
        return False
    try:
        now = compute_checksum(from_dict(content))  # type: ignore[no-untyped-call]
    except (TypeError, ValueError, KeyError, AttributeError):
        return True
    return bool(now != known["checksum"])


# --- the notebook


def _render(line: list[_Slot], source: Source) -> NotebookNode:
    names = {cell.name for cell in source.cells}
    used: set[str] = set()
    cells = []
    for number, slot in enumerate(line):
        wanted = slot.source.name if slot.source else slot.student.id if slot.student else ""
        taken = used if slot.source else used | names
        cell_id = wanted if _VALID_ID.match(wanted) and wanted not in taken else f"cell-{number}"
        while cell_id in taken:
            cell_id += "-"
        used.add(cell_id)
        cells.append({"id": cell_id, **_content(slot)})
    notebook: NotebookNode = from_dict(  # type: ignore[no-untyped-call]
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": dict(source.kernelspec)},
            "cells": cells,
        }
    )
    return notebook


def _content(slot: _Slot) -> dict[str, Any]:
    ours, theirs = slot.source, slot.student
    kind = ours.cell_type if ours else theirs.type if theirs else "raw"
    metadata: dict[str, Any] = {"nbgrader": ours.metadata} if ours else {}
    content: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": _source(slot)}
    if kind == "code":
        content |= {"outputs": [], "execution_count": None}
    elif theirs is not None and theirs.attachments and not (ours and ours.ours):
        content["attachments"] = theirs.attachments
    return content


def _source(slot: _Slot) -> str:
    ours, theirs = slot.source, slot.student
    if ours is not None and ours.ours:
        return ours.text
    if ours is not None and ours.role is Role.TASK and not (theirs and theirs.text.strip()):
        # A task is a text of the instructor's; a student may have written into it.
        return ours.text
    return theirs.text if theirs is not None else ""
