"""The instructor's report: one self-contained page on a class.

Everything is computed here or in `analysis` and `charts`; the template only lays it out. What
comes from students (their names, and the lines that their code caused) is escaped by Jinja.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from gradschool.authoring.course import Course
from gradschool.classroom import charts
from gradschool.classroom.analysis import (
    LOW_TOTAL,
    Concern,
    Misconception,
    State,
    concerns,
    misconceptions,
    states,
)
from gradschool.classroom.charts import Chart
from gradschool.classroom.findings import read_findings
from gradschool.classroom.gradebook import Marks, read_marks
from gradschool.classroom.lessons import ClassroomError

# How many lines a topic's list of misconceptions shows at once; the others can be unfolded.
FIRST_LINES = 12
SYMBOLS = {
    State.FULL: "●",
    State.PARTIAL: "◐",
    State.ZERO: "○",
    State.BLANK: "·",
    State.WAITING: "?",
}


@dataclass(frozen=True)
class TopicReport:
    """What the page shows about one topic."""

    marks: Marks
    states: dict[str, dict[str, State]]
    misconceptions: list[Misconception]
    concerns: list[Concern]

    @property
    def topic(self) -> str:
        """The topic's name."""
        return self.marks.lesson.topic

    @property
    def title(self) -> str:
        """The topic's name as a heading."""
        return self.marks.lesson.title

    @property
    def charts(self) -> list[tuple[str, Chart]]:
        """The pictures with their headings; none for a topic in which nobody is graded."""
        if self.marks.cells.empty:
            return []
        return [
            ("How the scores are distributed", charts.distribution(self.marks)),
            ("How each exercise went", charts.outcomes(self.marks, self.states)),
            ("Difficulty and discrimination", charts.difficulty(self.marks)),
        ]

    @property
    def blanks(self) -> int:
        """How many answers were not attempted."""
        return sum(state is State.BLANK for row in self.states.values() for state in row.values())

    @property
    def symbols(self) -> dict[State, str]:
        """What stands for each state that can be met here."""
        waiting = self.marks.waiting
        return {state: mark for state, mark in SYMBOLS.items() if waiting or state != State.WAITING}

    def label(self, exercise: str) -> str:
        """The exercise's short label, `E08`."""
        return dict(zip(self.marks.lesson.names, self.marks.lesson.labels, strict=True))[exercise]


def write_report(*, root: Path, topics: Sequence[str] = (), out: Path) -> Path:
    """Write the page on a class.

    Args:
        root: The course's folder.
        topics: The topics to report on; all in which somebody is graded when empty.
        out: The file to write.

    Returns:
        `out`.

    Raises:
        ClassroomError: Nobody is graded.
    """
    course = Course(root.resolve())
    reports = [_report_on(course, topic) for topic in course.require(topics)]
    if not topics:
        reports = [report for report in reports if not report.marks.cells.empty]
    if all(report.marks.cells.empty for report in reports):
        msg = "Nobody is graded yet, so there is nothing to report: run `gradschool grade` first."
        raise ClassroomError(msg)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(_page(reports), encoding="utf-8", newline="\n")
    return out


def _report_on(course: Course, topic: str) -> TopicReport:
    marks = read_marks(course, topic)
    findings = read_findings(course, marks.lesson, marks.students)
    found = states(marks, findings)
    return TopicReport(marks, found, misconceptions(findings), concerns(marks, found))


def _page(reports: Sequence[TopicReport]) -> str:
    graded = [report.marks for report in reports if not report.marks.cells.empty]
    environment = Environment(
        loader=PackageLoader("gradschool.classroom"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda points: f"{points:.1f}".removesuffix(".0")
    environment.filters["mean"] = lambda mean: "–" if math.isnan(mean) else f"{mean:.1f}"
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    return environment.get_template("report.html.j2").render(
        reports=reports,
        overview=charts.overview(graded),
        students=_names(reports),
        concerns=_concerns_by_student(reports),
        low_total=LOW_TOTAL,
        symbols=SYMBOLS,
        first_lines=FIRST_LINES,
        weak=charts.WEAK,
    )


def _names(reports: Sequence[TopicReport]) -> dict[str, str]:
    """The display name of everybody that the page is about, in the gradebook's order."""
    return {
        student: report.marks.name(student)
        for report in reports
        for student in (*report.marks.names, *report.marks.students, *report.marks.missing)
    }


def _concerns_by_student(
    reports: Sequence[TopicReport],
) -> Mapping[str, list[tuple[TopicReport, Concern]]]:
    """The reasons for concern, those with the most topics first."""
    listed: dict[str, list[tuple[TopicReport, Concern]]] = {}
    for report in reports:
        for concern in report.concerns:
            listed.setdefault(concern.student, []).append((report, concern))
    return dict(sorted(listed.items(), key=lambda item: -len(item[1])))
