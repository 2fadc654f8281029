"""The course itself, through the whole loop with real nbgrader: release, class, grade, feedback.

Slow (each submission is a real lesson in a real kernel), so everything shares one graded class.
"""

import html
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from nbgrader.api import Gradebook

from gradschool.authoring.course import Course
from gradschool.authoring.notebook import grade_id, is_test_cell, read
from gradschool.classroom.grade import configuration, grade
from gradschool.classroom.gradebook import read_marks
from gradschool.classroom.lessons import read_lesson
from gradschool.classroom.report import write_report
from gradschool.classroom.sample import expected_scores, hand_ins, known_answers, make_class
from gradschool.grading.feedback import Pages

ROOT = Path(__file__).parent.parent
TOPICS = Course(ROOT).topics()
SIZE = 8
REFERENCE, BLANK = "the_reference", "the_blank"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A copy of the course with the sample class and two more: source/ itself, and release/."""
    root = tmp_path_factory.mktemp("course")
    for name in ("source", "release", "tests/answers"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    subprocess.run([sys.executable, "-m", "gradschool", "release"], cwd=root, check=True)
    course = Course(root)
    students = make_class(root=root, size=SIZE)
    for topic in TOPICS:
        for student, path in ((REFERENCE, course.source(topic)), (BLANK, course.release(topic))):
            course.submitted(student, topic).parent.mkdir(parents=True)
            shutil.copy(path, course.submitted(student, topic))
    run = grade(root=root, pages=False, progress=False)
    return SimpleNamespace(root=root, course=course, students=students, run=run)


@pytest.fixture(scope="module", params=TOPICS)
def topic(request, graded):
    lesson = read_lesson(graded.course, request.param)
    known = known_answers(graded.root / "tests" / "answers", lesson)
    marks = read_marks(graded.course, request.param)
    return SimpleNamespace(name=request.param, lesson=lesson, known=known, marks=marks)


def errors(path):
    """What each test cell of a graded notebook ended in, by its name."""
    return {
        grade_id(cell): f"{output.ename}: {output.evalue}"
        for cell in read(path).cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }


def test_everybody_was_graded(graded):
    assert len(graded.students) == SIZE
    assert graded.run.ok, [result for result in graded.run.results if result.reason]
    assert len(graded.run.results) == (len(graded.students) + 2) * len(TOPICS)


def test_reference_scores_everything_and_blank_nothing(topic):
    totals = topic.marks.totals
    assert totals[REFERENCE] == 1
    assert totals[BLANK] == 0
    assert not topic.marks.cells.loc[BLANK].isna().any()


def test_only_what_somebody_wrote_waits_for_a_person(graded, topic):
    waiting = topic.marks.exercises.isna()
    written = [exercise.name for exercise in topic.lesson.exercises if exercise.written]
    assert waiting.any().sum() == len(written)
    assert waiting.loc[REFERENCE, written].all()
    with Gradebook(graded.course.gradebook_url) as gradebook:
        for student in waiting.index:
            submission = gradebook.find_submission(topic.name, student)
            assert submission.needs_manual_grade == waiting.loc[student].any()


def test_the_course_has_a_written_answer(graded):
    lessons = [read_lesson(graded.course, topic) for topic in TOPICS]
    assert any(exercise.written for lesson in lessons for exercise in lesson.exercises)


def test_every_student_scores_what_is_expected_in_every_cell(graded, topic):
    expected = expected_scores(graded.students, topic.lesson, topic.known)
    found = topic.marks.cells.loc[expected.index, expected.columns]
    # Nobody graded by hand, so that what waits is NaN on both sides.
    pd.testing.assert_frame_equal(found, expected)


def test_every_wrong_answer_earns_its_hint_in_the_graded_notebook(graded, topic):
    told = 0
    for student in graded.students:
        said = errors(graded.course.autograded(student.id, topic.name))
        for name, handed in hand_ins(student, topic.lesson, topic.known).items():
            if handed.kind == "wrong":
                lines = [said[cell] for cell in topic.lesson.tests[name] if cell in said]
                assert any(handed.hint in line for line in lines), (student.id, name, lines)
                told += 1
    assert told > 11


def test_release_runs_to_its_end_and_says_what_is_not_attempted(graded, topic):
    graded_blank = read(graded.course.autograded(BLANK, topic.name))
    for cell in graded_blank.cells:
        outputs = cell.get("outputs", ())
        errors = [output for output in outputs if output.output_type == "error"]
        assert [error.ename for error in errors] == ["NotAttempted"] * is_test_cell(cell), cell.id
        # One line, no traceback.
        assert all(len(error.traceback) == 1 for error in errors), cell.id
        assert all("\n" not in error.traceback[0] for error in errors), cell.id
        assert not [output for output in outputs if output.get("name") == "stderr"], cell.id


def test_feedback_holds_the_hints_and_no_hidden_test(graded, topic):
    pages = Pages(configuration(graded.root))
    told = 0
    for student in graded.students:
        page = html.unescape(pages.make(student.id, topic.name, topic.name).read_text())
        said = errors(graded.course.autograded(student.id, topic.name))
        for name, handed in hand_ins(student, topic.lesson, topic.known).items():
            cells = [cell for cell in topic.lesson.tests[name] if handed.hint in said.get(cell, "")]
            if handed.kind == "wrong" and cells:
                assert handed.hint in page, (student.id, name, handed.hint)
                told += 1
        assert "HIDDEN TESTS" not in page
    assert told > 11


def test_validate_on_the_command_line_shows_one_line_and_no_traceback(graded):
    path = graded.course.release(TOPICS[0])
    program = Path(sys.executable).parent / "nbgrader"
    done = subprocess.run(
        [program, "validate", path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "○" in done.stdout
    assert "not " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_report_names_the_class(graded):
    page = write_report(root=graded.root, out=graded.root / "report.html").read_text()
    for student in graded.students:
        assert student.last_name in page
