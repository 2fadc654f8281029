"""A class in the terminal: students × exercises, one topic a table."""

import math
from collections.abc import Mapping
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from gradschool.authoring.course import Course
from gradschool.classroom.analysis import State, states
from gradschool.classroom.findings import read_findings
from gradschool.classroom.gradebook import Marks, read_marks

# A mark tells the states apart without colour; the plain ones are ASCII, for logs and pipes.
MARKS = {State.FULL: "●", State.PARTIAL: "◐", State.ZERO: "○", State.BLANK: "·", State.WAITING: "?"}
PLAIN_MARKS = {
    State.FULL: "+",
    State.PARTIAL: "~",
    State.ZERO: "-",
    State.BLANK: ".",
    State.WAITING: "?",
}
STYLES = {
    State.FULL: "green",
    State.PARTIAL: "yellow",
    State.ZERO: "red",
    State.BLANK: "dim",
    State.WAITING: "cyan",
}
LONGEST_NAME = 22


def topic_table(root: Path, topic: str, *, plain: bool = False) -> Table:
    """Read a topic's scores and show them (see `class_table`)."""
    course = Course(root.resolve())
    marks = read_marks(course, topic)
    findings = read_findings(course, marks.lesson, marks.students)
    return class_table(marks, states(marks, findings), plain=plain)


def class_table(
    marks: Marks, found: Mapping[str, Mapping[str, State]], *, plain: bool = False
) -> Table:
    """Students × exercises with marks, points and totals, and the means of the class at the foot.

    Args:
        marks: The scores.
        found: What `analysis.states` says about them.
        plain: No box, no colour, nothing but ASCII apart from names: for a pipe or a log.

    Returns:
        A table that shows thirteen exercises in 120 columns.
    """
    table = Table(
        title=f"{marks.lesson.topic}: {len(marks.cells)} students",
        caption=_legend(marks, plain=plain),
        box=None if plain else box.SIMPLE_HEAD,
        show_footer=not marks.cells.empty,
        padding=(0, 1, 0, 0),
        title_style="" if plain else "bold",
        caption_style="" if plain else "dim",
        caption_justify="left",
    )
    _add_columns(table, marks)
    for student in marks.ranking:
        table.add_row(*_row(marks, found, student, plain=plain))
    for student in marks.missing:
        table.add_row(Text(_shortened(marks.name(student))), *[""] * len(marks.points), "none")
    return table


def _add_columns(table: Table, marks: Marks) -> None:
    table.add_column("Student", Text("Mean"), no_wrap=True, max_width=LONGEST_NAME)
    means = marks.exercises.mean(skipna=False)
    for label, name in zip(marks.lesson.labels, marks.lesson.names, strict=True):
        header = f"{label}\n/{_number(marks.points[name])}"
        mean = "?" if math.isnan(means[name]) else f"{means[name]:.1f}"
        table.add_column(header, mean, justify="right", no_wrap=True)
    total = f"{marks.totals.mean():.0%}"
    table.add_column(f"Total\n/{_number(marks.points.sum())}", total, justify="right", no_wrap=True)


def _row(
    marks: Marks, found: Mapping[str, Mapping[str, State]], student: str, *, plain: bool
) -> list[Text]:
    symbols = PLAIN_MARKS if plain else MARKS
    row = [Text(_shortened(marks.name(student)))]
    points = marks.scores_of(student)
    for exercise, state in found[student].items():
        style = "" if plain else STYLES[state]
        pointless = state in (State.BLANK, State.WAITING)
        shown = "" if pointless else f" {_number(points[exercise])}"
        row.append(Text(f"{symbols[state]}{shown}", style=style))
    row.append(Text(f"{marks.totals[student]:.0%}", style="" if plain else "bold"))
    return row


def _legend(marks: Marks, *, plain: bool) -> str:
    symbols = PLAIN_MARKS if plain else MARKS
    shown = [state for state in symbols if state is not State.WAITING or marks.waiting]
    legend = "   ".join(f"{symbols[state]} {state}" for state in shown)
    if marks.missing:
        legend = f"{legend}   none: nothing graded"
    return f"{legend}\n{_waiting(marks)}" if marks.waiting else legend


def _waiting(marks: Marks) -> str:
    """How many written answers somebody has to grade, and what they mean for the totals."""
    many = (
        "1 written answer waits" if marks.waiting == 1 else f"{marks.waiting} written answers wait"
    )
    return f"{many} to be graded by hand: not in the totals until then"


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}."


def _number(points: float) -> str:
    return f"{points:.1f}".removesuffix(".0")
