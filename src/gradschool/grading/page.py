"""The page that a student gets back: what was right, what was wrong, what to think about next.

It is made of the graded notebook, of the gradebook, and of what the student handed in. Of the
outputs of the graded run nothing is shown but what `told` lets through; beside a student's own code
stands the output that was handed in with it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gradschool.authoring.markdown import headings
from gradschool.grading import prose, told
from gradschool.grading.assemble import text_of
from gradschool.grading.outlet import CUT
from gradschool.grading.record import node
from gradschool.grading.score import NO_RESPONSE
from gradschool.grading.told import Public, Test

Cell = Mapping[str, Any]


class State(StrEnum):
    """How an exercise came out."""

    RIGHT = "right"
    PARTLY = "partly right"
    WRONG = "wrong"
    BLANK = "not attempted"
    WAITING = "waits for your instructor"


SYMBOLS = {
    State.RIGHT: "✓",
    State.PARTLY: "◐",
    State.WRONG: "✗",
    State.BLANK: "○",
    State.WAITING: "…",
}


@dataclass(frozen=True)
class Grade:
    """What the gradebook says of a cell; `waiting` for a person."""

    score: float
    points: float
    waiting: bool = False


@dataclass(frozen=True)
class Comment:
    """What the gradebook says to the student beside an answer."""

    text: str
    by_person: bool = False


@dataclass(frozen=True)
class Marks:
    """What the gradebook says of a submission.

    Attributes:
        grades: By the name of the cell.
        comments: By the name of the cell.
        penalty: The points taken away because it was late.
    """

    grades: Mapping[str, Grade] = field(default_factory=dict)
    comments: Mapping[str, Comment] = field(default_factory=dict)
    penalty: float = 0.0

    @property
    def score(self) -> float:
        """All points, without those taken away."""
        return sum(grade.score for grade in self.grades.values()) - self.penalty

    @property
    def points(self) -> float:
        """The most that there are."""
        return sum(grade.points for grade in self.grades.values())

    @property
    def waiting(self) -> float:
        """The points that a person has not decided about yet."""
        return sum(grade.points for grade in self.grades.values() if grade.waiting)


@dataclass(frozen=True)
class Material:
    """All that a page is made of.

    Attributes:
        title: Of the assignment.
        student: What to call the student.
        graded: The cells of the graded notebook.
        handed_in: The cells of the notebook as it was handed in; empty if it cannot be read.
        released: The cells of the notebook as students got it; empty if it is not there.
        marks: What the gradebook says.
    """

    title: str
    student: str
    graded: Sequence[Cell] = field(repr=False)
    handed_in: Sequence[Cell] = field(repr=False)
    released: Sequence[Cell] = field(repr=False)
    marks: Marks = field(repr=False)


# --- what the template shows


@dataclass(frozen=True)
class Output:
    """One output as it was handed in: text, or a picture with words."""

    text: str
    picture: str = ""


@dataclass(frozen=True)
class Piece:
    """A cell on the page.

    Attributes:
        kind: `text`, `code`, or `tests` for a place where the tests of an exercise stand.
        body: The text or the code as HTML.
        own: Whether it is the student's, at least in part.
        outputs: Of a student's own cell, as they were handed in.
        error: What ended the cell when it was graded, or "".
        exercise: The anchor of the exercise, for `tests`.
    """

    kind: str
    body: str = ""
    own: bool = False
    outputs: tuple[Output, ...] = ()
    error: str = ""
    exercise: str = ""


@dataclass(frozen=True)
class TestCell:
    """A test cell: what it asked as far as a student may see it, and how it came out."""

    name: str
    source: Markup
    grade: Grade
    passed: tuple[str, ...]
    hidden: int
    line: str = ""
    attempted: bool = True

    @property
    def right(self) -> bool:
        """Whether it gave all its points."""
        return self.grade.score >= self.grade.points and not self.line


@dataclass(frozen=True)
class Exercise:
    """An exercise: the answer, its tests, and what came of them."""

    anchor: str
    label: str
    name: str
    task: Markup
    answer: tuple[Piece, ...]
    tests: tuple[TestCell, ...]
    grades: tuple[Grade, ...]
    comment: Comment | None

    @property
    def score(self) -> float:
        """The points it got."""
        return sum(grade.score for grade in self.grades)

    @property
    def points(self) -> float:
        """The most it gives."""
        return sum(grade.points for grade in self.grades)

    @property
    def state(self) -> State:
        """How it came out."""
        if any(grade.waiting for grade in self.grades):
            return State.WAITING
        if self.score >= self.points:
            return State.RIGHT
        if self.score > 0:
            return State.PARTLY
        return State.BLANK if self._blank else State.WRONG

    @property
    def _blank(self) -> bool:
        untouched = self.comment is not None and self.comment.text.startswith(NO_RESPONSE)
        failed = [test for test in self.tests if not test.right]
        broken = any(piece.error for piece in self.answer)
        return untouched or (
            bool(failed) and not broken and not any(test.attempted for test in failed)
        )

    @property
    def next(self) -> tuple[str, ...]:
        """What to think about: why the cell failed, and the lines of the tests that did, once."""
        if self.state is State.BLANK:
            return ("make a first try: the task has hints to unfold",) if self.task else ()
        errors = [f"your cell ended with {piece.error}" for piece in self.answer if piece.error]
        lines = [test.line for test in self.tests if test.line and test.attempted]
        if self.comment is not None and self.comment.by_person:
            lines.append("read your instructor’s comment below")
        return tuple(dict.fromkeys(errors + lines))


# --- from the notebook to the page


def render(material: Material) -> str:
    """The page as HTML: one file without scripts, which asks nothing of anybody."""
    reader = _Reader(material)
    exercises = reader.exercises()
    counts = {state: sum(one.state is state for one in exercises) for state in State}
    return (
        _templates()
        .get_template("feedback.html.j2")
        .render(
            title=material.title,
            student=material.student,
            marks=material.marks,
            exercises=exercises,
            counts={state: count for state, count in counts.items() if count},
            symbols=SYMBOLS,
            notebook=prose.below(reader.notebook(), 2),
        )
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("gradschool.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda points: f"{points:.2f}".rstrip("0").rstrip(".")
    environment.filters["below"] = prose.below
    environment.filters["prose"] = lambda text: prose.below(prose.markdown(text), 3)
    return environment


class _Reader:
    """Reads one submission."""

    def __init__(self, material: Material) -> None:
        self._cells = material.graded
        self._marks = material.marks
        self._released = {text_of(cell.get("source")) for cell in material.released}
        # Text as it was handed out may hold HTML; what a student wrote is shown as it is written.
        self._outputs = {
            text_of(cell.get("source")): tuple(_outputs(cell)) for cell in material.handed_in
        }
        self._public = Public.of(
            piece for cell in (*material.released, *material.handed_in) for piece in _known(cell)
        )
        self._anchors: dict[int, str] = {}

    def exercises(self) -> list[Exercise]:
        """The exercises in their order, those that give points."""
        found = [self._exercise(group) for group in self._groups()]
        return [exercise for exercise in found if exercise.grades]

    def _groups(self) -> Iterator[list[int]]:
        """The indices of the cells of each exercise: from its answer to its last test."""
        starts = [
            index for index, cell in enumerate(self._cells) if _flag(cell, "solution", "task")
        ]
        first = next((index for index, cell in enumerate(self._cells) if _is_test(cell)), None)
        if first is not None and first < min(starts, default=len(self._cells)):
            starts.insert(0, first)
        for start, end in pairwise([*starts, len(self._cells)]):
            last = max(
                (i for i in range(start, end) if _flag(self._cells[i], "grade")), default=start
            )
            yield list(range(start, last + 1))

    def _exercise(self, group: list[int]) -> Exercise:
        cells = [self._cells[index] for index in group]
        name = _name(cells[0])
        anchor = f"exercise-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}"
        tests = [cell for cell in cells if _is_test(cell)]
        label, task = self._task(group[0], name)
        if tests:
            self._anchors |= {index: anchor for index in group if _is_test(self._cells[index])}
        graded = [cell for cell in cells if _name(cell) in self._marks.grades]
        return Exercise(
            anchor=anchor,
            label=label,
            name=name,
            task=task,
            answer=tuple(self._piece(cell) for cell in cells if self._is_answer(cell)),
            tests=tuple(map(self._test, tests)),
            grades=tuple(self._marks.grades[_name(cell)] for cell in graded),
            comment=self._marks.comments.get(name),
        )

    def _is_answer(self, cell: Cell) -> bool:
        """Whether it is the answer, or what the student wrote below it."""
        if _flag(cell, "solution", "task"):
            return True
        return not _name(cell) and text_of(cell.get("source")) not in self._released

    def _task(self, start: int, name: str) -> tuple[str, Markup]:
        """The short name and the text of an exercise, from the cell that announces it."""
        for cell in reversed(self._cells[:start]):
            if _flag(cell, "solution", "grade"):
                break
            source = text_of(cell.get("source"))
            for heading in headings(node({**cell, "source": source})):
                if heading.text.startswith("Exercise ") and f"`{name}`" in heading.text:
                    label = heading.text.removeprefix("Exercise ").partition(" ")[0]
                    text = "\n".join(source.split("\n")[heading.line + 1 :])
                    return label, prose.markdown(text, trusted=source in self._released)
        return "", Markup()

    def _test(self, cell: Cell) -> TestCell:
        test, grade = told.read_test(text_of(cell.get("source"))), self._marks.grades[_name(cell)]
        failure = _error(cell)
        printed = "".join(text_of(output.get("text")) for output in cell.get("outputs", ()))
        said = set(printed.split("\n"))
        passed = tuple(
            label
            for label in test.visible
            if failure is None or any(one.endswith(f": {label}") for one in said)
        )
        attempted = failure is None or failure.get("ename") != "NotAttempted"
        # Where output was cut, ticks may be missing, and what failed may have been hidden.
        hidden = passed == test.visible or CUT in printed
        line = self._line(failure, test, hidden=hidden) if failure else ""
        source = prose.code(test.shown)
        return TestCell(_name(cell), source, grade, passed, test.hidden, line, attempted)

    def _line(self, failure: Cell, test: Test, *, hidden: bool) -> str:
        name, said = str(failure.get("ename")), text_of(failure.get("evalue"))
        if not test.visible:
            # A test without our checks: only its traceback tells how far it came.
            code = _stopped_at(failure)
            visible = code in {line.strip() for line in test.shown.split("\n")}
            hidden = not visible
            if visible and name == "AssertionError" and not said.strip():
                return f"this does not hold: `{code}`"
        return told.line(name, said, test, self._public, hidden=hidden and bool(test.hidden))

    # --- the whole notebook

    def notebook(self) -> str:
        """All cells in their order; where the tests of an exercise stood, a link to them."""
        pieces = []
        for index, cell in enumerate(self._cells):
            anchor = self._anchors.get(index)
            if anchor is None:
                pieces.append(self._piece(cell))
            elif self._anchors.get(index - 1) != anchor:
                pieces.append(Piece("tests", exercise=anchor))
        macros: Any = _templates().get_template("cells.html.j2").module
        return str(macros.notebook(pieces))

    def _piece(self, cell: Cell) -> Piece:
        source = text_of(cell.get("source"))
        trusted = source in self._released
        own = not trusted and not _flag(cell, "locked")
        if cell.get("cell_type") != "code":
            trusted = trusted or _flag(cell, "locked")
            body = prose.markdown(source, cell.get("attachments"), trusted=trusted)
            return Piece("text", body, own)
        if not own:
            source = told.read_test(source).shown
        outputs = self._outputs.get(source, ()) if own else ()
        return Piece("code", prose.code(source), own, outputs, self._ended(cell, source))

    def _ended(self, cell: Cell, source: str) -> str:
        """What ended a cell of the student's when it was graded; "" for nothing."""
        failure = _error(cell)
        if failure is None:
            return ""
        try:
            compile(source, "your cell", "exec")
        except SyntaxError as error:
            if failure.get("ename") == type(error).__name__:
                # Found out here and now, so that it is told as Python tells it.
                return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
        except ValueError:
            pass
        name, said = str(failure.get("ename")), text_of(failure.get("evalue"))
        return told.error(name, said, self._public)


def _name(cell: Cell) -> str:
    return str(_settings(cell).get("grade_id", ""))


def _settings(cell: Cell) -> Mapping[str, Any]:
    found = cell.get("metadata", {}).get("nbgrader")
    return found if isinstance(found, Mapping) else {}


def _flag(cell: Cell, *names: str) -> bool:
    return any(_settings(cell).get(name) for name in names)


def _is_test(cell: Cell) -> bool:
    return cell.get("cell_type") == "code" and _flag(cell, "grade") and not _flag(cell, "solution")


def _error(cell: Cell) -> Cell | None:
    """The last error of a graded cell."""
    errors = [one for one in cell.get("outputs", ()) if one.get("output_type") == "error"]
    return errors[-1] if errors else None


def _stopped_at(failure: Cell) -> str:
    """The line of the test cell at which a traceback begins."""
    lines = _ESCAPES.sub("", "\n".join(map(str, failure.get("traceback", ())))).split("\n")
    arrows = (re.match(r"-+> *\d+ (.*)", line) for line in lines)
    return next((found[1].strip() for found in arrows if found), "")


# --- what was handed in: any data of any shape

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_MOST_TEXT, _MOST_LINES, _MOST_PICTURE, _MOST_OUTPUTS = 20_000, 200, 2_000_000, 30
_PICTURES = ("image/png", "image/jpeg")


def _known(cell: Cell) -> Iterable[str]:
    """All text of a cell that a student had before."""
    yield text_of(cell.get("source"))
    for output in _outputs(cell):
        yield output.text


def _outputs(cell: Cell) -> Iterator[Output]:
    """The outputs that were handed in with a cell, as far as they can be shown."""
    outputs = cell.get("outputs")
    for output in outputs[:_MOST_OUTPUTS] if isinstance(outputs, list) else ():
        if isinstance(output, Mapping):
            shown = _output(output)
            if shown.text.strip() or shown.picture:
                yield shown


def _output(output: Cell) -> Output:
    kind, data = output.get("output_type"), output.get("data")
    if kind == "stream":
        return Output(_cut(text_of(output.get("text"))))
    if kind == "error":
        lines = output.get("traceback")
        shown = "\n".join(map(text_of, lines)) if isinstance(lines, list) else ""
        return Output(_cut(shown or f"{output.get('ename')}: {output.get('evalue')}"))
    if not isinstance(data, Mapping):
        return Output("")
    picture = next((_picture(data, one) for one in _PICTURES if one in data), "")
    return Output(_cut(text_of(data.get("text/plain"))), picture)


def _picture(data: Cell, kind: str) -> str:
    content = "".join(text_of(data[kind]).split())
    safe = len(content) < _MOST_PICTURE and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", content)
    return f"data:{kind};base64,{content}" if safe else ""


def _cut(text: str) -> str:
    text = _ESCAPES.sub("", text_of(text))
    lines = text[:_MOST_TEXT].split("\n")
    cut = len(text) > _MOST_TEXT or len(lines) > _MOST_LINES
    return "\n".join(lines[:_MOST_LINES]).rstrip() + ("\n… (shortened)" if cut else "")
