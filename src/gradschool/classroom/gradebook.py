"""What the gradebook says about a topic, read through nbgrader and never written."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment
from sqlalchemy import make_url

from gradschool.authoring.course import Course
from gradschool.classroom.lessons import ClassroomError, Lesson, read_lesson


@dataclass(frozen=True)
class Marks:
    """The scores of a class in one topic.

    Attributes:
        lesson: The exercises, and the points of each graded cell.
        names: The display name of everybody by student id.
        cells: A row for each graded student, a column for each graded cell; NaN where a written answer
            waits for somebody to grade it.
        missing: Who is known, but has nothing graded in this topic.
    """

    lesson: Lesson
    names: dict[str, str]
    cells: pd.DataFrame
    missing: tuple[str, ...]

    @property
    def exercises(self) -> pd.DataFrame:
        """A row for each graded student, a column for each exercise, by its name; NaN as in `cells`."""
        columns = {
            name: self.cells[list(cells)].sum(axis=1, skipna=False)
            for name, cells in self.lesson.tests.items()
        }
        return pd.DataFrame(columns, index=self.cells.index, dtype=float)

    @property
    def points(self) -> pd.Series:
        """The most that each exercise gives."""
        return pd.Series(self.lesson.exercise_points, dtype=float)

    @property
    def shares(self) -> pd.DataFrame:
        """As `exercises`, as shares of the points, from 0 to 1."""
        return self.exercises / self.points

    @property
    def totals(self) -> pd.Series:
        """The share of the points that each graded student has, from 0 to 1.

        What waits to be graded is not lost yet: it counts on neither side.
        """
        return self.exercises.sum(axis=1) / self.exercises.notna().mul(self.points).sum(axis=1)

    @property
    def waiting(self) -> int:
        """How many written answers wait for somebody to grade them."""
        return int(self.exercises.isna().to_numpy().sum())

    @property
    def students(self) -> list[str]:
        """The ids of the graded students, in the order of the gradebook."""
        return [str(student) for student in self.cells.index]

    @property
    def ranking(self) -> list[str]:
        """The ids of the graded students, the highest total first."""
        return [str(one) for one in self.totals.sort_values(ascending=False, kind="stable").index]

    def scores_of(self, student: str) -> dict[str, float]:
        """The points of a graded student by exercise; NaN as in `cells`."""
        row = self.exercises.loc[[student]].to_numpy()[0]
        return {name: float(points) for name, points in zip(self.lesson.names, row, strict=True)}

    def name(self, student: str) -> str:
        """What to call a student: the display name, or else the id."""
        return self.names.get(student) or student


def read_marks(course: Course, topic: str) -> Marks:
    """Read the scores of a topic.

    Raises:
        ClassroomError: The gradebook, or the topic in it, is missing or is another version's.
    """
    lesson = read_lesson(course, topic)
    check_gradebook(course.gradebook_url)
    with Gradebook(course.gradebook_url) as gradebook:
        try:
            gradebook.find_assignment(topic)
        except MissingEntry:
            msg = f"The gradebook does not know {topic!r}: run `gradschool release {topic}` first."
            raise ClassroomError(msg) from None
        names = {
            student.id: " ".join(filter(None, (student.first_name, student.last_name)))
            for student in gradebook.students
        }
        rows = _rows(gradebook.assignment_submissions(topic))
    _check_cells(lesson, rows)
    # Last names sort the gradebook; a student without one comes last, by id.
    order = [student for student in names if student in rows]
    table = [[rows[student].get(cell, 0.0) for cell in lesson.points] for student in order]
    cells = pd.DataFrame(table, index=order, columns=[*lesson.points], dtype=float)
    known = dict.fromkeys([*names, *handed_in(course, topic)])
    missing = tuple(student for student in known if student not in rows)
    return Marks(lesson, names, cells, missing)


def scores(root: Path, topic: str) -> pd.DataFrame:
    """The points of every graded student in every graded cell of a topic; NaN as in `Marks.cells`."""
    return read_marks(Course(root.resolve()), topic).cells


def handed_in(course: Course, topic: str) -> list[str]:
    """The ids of those with a folder in `submitted/` for this topic, sorted."""
    shelf = course.submitted("any", topic).parent.parent.parent
    return sorted(path.name for path in shelf.glob("*") if (path / topic).is_dir())


def _rows(submissions: Iterable[SubmittedAssignment]) -> dict[str, dict[str, float]]:
    """Scores by student and graded cell; without those whose submission was never graded."""
    rows: dict[str, dict[str, float]] = {}
    for submission in submissions:
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if any(map(_has_score, grades)):
            rows[submission.student_id] = {grade.name: _points(grade) for grade in grades}
    return rows


def _points(grade: Grade) -> float:
    waiting = grade.needs_manual_grade and not _has_score(grade)
    return math.nan if waiting else float(grade.score)


def _has_score(grade: Grade) -> bool:
    return grade.auto_score is not None or grade.manual_score is not None


def check_gradebook(url: str) -> None:
    """Refuse to open a missing SQLite file, which would make an empty one.

    Raises:
        ClassroomError: It is missing.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        msg = f"There is no gradebook {address.database}: run `gradschool release` first."
        raise ClassroomError(msg)


def _check_cells(lesson: Lesson, rows: dict[str, dict[str, float]]) -> None:
    graded = {cell for row in rows.values() for cell in row}
    if unknown := sorted(graded - set(lesson.points)):
        msg = (
            f"The gradebook has graded cells of {lesson.topic!r} that the released notebook has not "
            f"({', '.join(unknown)}): run `gradschool release {lesson.topic}`, then grade again."
        )
        raise ClassroomError(msg)
