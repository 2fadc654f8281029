"""Every named submission through the real pipeline, and the pipeline's own accidents."""

import errno
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import nbformat
import pytest
from nbgrader.api import Gradebook
from submissions.cases import CASES
from submissions.course import POINTS, TESTS, TOPIC, WHY, WHY_POINTS, Handed, make_course

from gradschool.authoring.course import Course
from gradschool.classroom import grade as grade_module
from gradschool.classroom.grade import RECORD, Status, grade
from gradschool.classroom.gradebook import read_marks
from gradschool.classroom.lessons import ClassroomError
from gradschool.grading import store, writer
from gradschool.grading.engine import Engine
from gradschool.grading.errors import StorageError
from gradschool.grading.record import Run

TESTED = sum(POINTS.values())
ORDINARY = [f"ordinary_{n}" for n in range(3)]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("named") / "course")


@pytest.fixture(scope="module")
def run(course):
    """The whole class, graded once."""
    for name, case in CASES.items():
        handed = Handed(course, name)
        case.build(handed)
        handed.write()
    for name in ORDINARY:
        Handed(course, name).write()
    unknown = course.root / "submitted" / "right" / "astrology"
    unknown.mkdir()
    return grade(root=course.root, workers=2, progress=False)


@pytest.fixture(scope="module")
def results(run):
    return {result.job.student: result for result in run.results if result.job.topic == TOPIC}


@pytest.fixture(scope="module")
def book(course, run):
    """Scores, comments and flags of everybody, as nbgrader reads them."""
    return read_book(course)


def read_book(course):
    found = {}
    with Gradebook(course.gradebook_url) as gradebook:
        for submission in gradebook.assignment_submissions(TOPIC):
            (notebook,) = submission.notebooks
            found[submission.student_id] = {
                "scores": {grade.name: grade.score for grade in notebook.grades},
                "manual": {grade.name: grade.needs_manual_grade for grade in notebook.grades},
                "comments": {comment.name: comment.comment for comment in notebook.comments},
                "flagged": bool(notebook.flagged),
                "penalty": notebook.late_submission_penalty,
            }
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_named_submission(name, course, results, book):
    case, result = CASES[name], results[name]
    assert result.status is case.status, result.reason
    if case.reason is not None:
        assert bool(result.reason) == bool(case.reason), result.reason
        assert re.search(case.reason, result.reason), result.reason
    if case.status is Status.FAILED:
        assert name not in book
        return
    found = book[name]
    scores = {
        exercise: sum(found["scores"][cell] for cell in cells) for exercise, cells in TESTS.items()
    }
    assert scores == {exercise: case.points(exercise) for exercise in POINTS}, result.reason
    assert not any(found["manual"].values())
    for exercise, words in case.comment.items():
        assert re.search(words, found["comments"][exercise])
    assert found["flagged"] is case.flagged
    graded = nbformat.read(course.autograded(name, TOPIC), as_version=4)
    nbformat.validate(graded)
    outputs = [cell.outputs for cell in graded.cells if cell.cell_type == "code"]
    assert not case.quiet or case.quiet not in str(outputs)
    assert course.feedback(name, TOPIC).is_file()


def grade_by_hand(course, student, points, comment):
    """What formgrader does when somebody enters points and a comment for the written answer."""
    with Gradebook(course.gradebook_url) as gradebook:
        found = gradebook.find_grade(WHY, TOPIC, TOPIC, student)
        found.manual_score, found.needs_manual_grade = points, False
        gradebook.find_comment(WHY, TOPIC, TOPIC, student).manual_comment = comment
        gradebook.db.commit()


def test_a_blank_written_answer_has_no_points_and_needs_nobody(book):
    assert book["right"]["scores"][WHY] == 0
    assert book["right"]["comments"][WHY] == "No response."


def test_a_written_answer_waits_for_a_person_whose_points_stay(tmp_path):
    course = make_course(tmp_path / "course")
    for name in ("writes", "leaves"):
        handed = Handed(course, name)
        if name == "writes":
            handed.answer(WHY, "There is no number to divide by.")
        handed.write()
    assert grade(root=course.root, pages=False, progress=False).ok
    marks = read_marks(course, TOPIC)
    assert marks.waiting == 1
    assert marks.totals.to_dict() == {"leaves": TESTED / (TESTED + WHY_POINTS), "writes": 1}
    assert read_book(course)["writes"]["manual"] == {**dict.fromkeys(marks.cells, False), WHY: True}

    grade_by_hand(course, "writes", 1.5, "Nearly.")
    for text in ("There is no number to divide by.", "0 / 0 is no number."):
        again = Handed(course, "writes")
        again.answer(WHY, text)
        again.write()
        grade(root=course.root, force=True, pages=False, progress=False)
        book = read_book(course)["writes"]
        assert (book["scores"][WHY], book["comments"][WHY]) == (1.5, "Nearly.")
        assert book["manual"][WHY]  # nbgrader asks for another look
        marks = read_marks(course, TOPIC)
        assert marks.waiting == 0
        assert marks.totals["writes"] == (TESTED + 1.5) / (TESTED + WHY_POINTS)


def test_the_others_are_graded_and_untouched(run, results, book):
    for name in ORDINARY:
        assert results[name].status is Status.GRADED
        assert not results[name].reason
        assert sum(book[name]["scores"].values()) == sum(POINTS.values())


def test_the_run_says_that_something_needs_a_look(run):
    assert not run.ok
    assert {result.job.student for result in run.trouble} >= {
        name for name, case in CASES.items() if case.reason
    }


def test_a_submission_for_an_unknown_topic_is_named(run):
    (stranger,) = [result for result in run.results if result.job.topic == "astrology"]
    assert stranger.status is Status.FAILED
    assert stranger.reason == "there is no topic 'astrology': it was not looked at"


def test_a_second_run_grades_nothing_and_says_the_same(course, run, book):
    before = {path: path.read_bytes() for path in (course.root / "autograded").rglob("*.ipynb")}
    again = grade(root=course.root, workers=2, progress=False)
    assert again.count(Status.GRADED) == 0
    assert [(one.job, one.reason) for one in again.results] == [
        (one.job, one.reason) for one in run.results
    ]
    assert read_book(course) == book
    assert all(path.read_bytes() == content for path, content in before.items())


# --- the grader's own accidents

SMALL = ["right", "wrong", "half_right", "blank", "test_deleted", "own_helpers"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small class, not graded yet."""
    course = make_course(tmp_path_factory.mktemp("small") / "course")
    for name in SMALL:
        handed = Handed(course, name)
        CASES[name].build(handed)
        handed.write()
    return course


@pytest.fixture(scope="module")
def graded_small(small, tmp_path_factory):
    """The small class again, graded without any accident."""
    course = Course(shutil.copytree(small.root, tmp_path_factory.mktemp("graded") / "course"))
    grade(root=course.root, workers=2, progress=False)
    return course


@pytest.fixture(scope="module")
def wanted(graded_small):
    return read_book(graded_small)


@pytest.fixture
def own(small, tmp_path):
    return Course(shutil.copytree(small.root, tmp_path / "course"))


@pytest.fixture
def own_graded(graded_small, tmp_path):
    return Course(shutil.copytree(graded_small.root, tmp_path / "course"))


def records(course):
    return len(list(course.root.glob(f"autograded/*/*/{RECORD}")))


def start(course):
    command = [sys.executable, "-m", "gradschool", "grade", "--root", course.root, "--workers", "2"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_killed_at_random_moments_it_ends_with_the_same_gradebook(own, wanted):
    dice = random.Random(5)
    for number in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        process = start(own)
        # Somewhere while it starts, or shortly before or after a submission is done.
        enough, begin = records(own) + dice.choice([0, 1, 1, 2]), time.monotonic()
        while process.poll() is None and (records(own) < enough or time.monotonic() - begin < 1):
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.5))
        process.send_signal(number)
        process.communicate(timeout=60)
        for path in own.root.glob("autograded/*/*/*.ipynb"):
            json.loads(path.read_bytes())
        with sqlite3.connect(own.root / "gradebook.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    done = records(own)
    run = grade(root=own.root, workers=2, progress=False)
    assert run.count(Status.UNCHANGED) == done
    assert run.count(Status.GRADED) == len(SMALL) - done
    assert read_book(own) == wanted
    assert all(own.feedback(name, TOPIC).is_file() for name in SMALL)


def test_a_full_disk_is_named_and_nothing_is_lost(own, wanted, monkeypatch):
    real, calls = store.tempfile.mkstemp, []

    def mkstemp(**words):
        calls.append(words)
        if len(calls) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(**words)

    with monkeypatch.context() as patch:
        patch.setattr(store.tempfile, "mkstemp", mkstemp)
        with pytest.raises(ClassroomError, match="the disk is full: free some space"):
            grade(root=own.root, workers=2, pages=False, progress=False)
    kept = read_book(own)
    assert kept
    assert all(kept[name] == wanted[name] for name in kept)
    grade(root=own.root, workers=2, pages=False, progress=False)
    assert read_book(own) == wanted


def save(book):
    book.save("right", TOPIC, TOPIC, {"double-values": 1.0}, {"double": None})


def test_a_full_database_is_named_and_undone(own_graded, wanted):
    with writer.GradebookWriter(own_graded.gradebook_url, "gradschool") as book:
        book._pragma(f"max_page_count={book._pragma('page_count')}")
        with pytest.raises(StorageError, match="the disk is full: free some space"):
            book.save("new", TOPIC, TOPIC, {}, {"double": "x" * 500_000})
    found = read_book(own_graded)
    assert {name: found[name] for name in wanted} == wanted


def test_a_locked_gradebook_is_named(own_graded, wanted, monkeypatch):
    monkeypatch.setattr(writer, "PATIENCE_SECONDS", 0.1)
    other = sqlite3.connect(own_graded.root / "gradebook.db")
    other.execute("BEGIN IMMEDIATE")
    with (
        writer.GradebookWriter(own_graded.gradebook_url, "gradschool") as book,
        pytest.raises(StorageError, match="another program keeps it locked"),
    ):
        save(book)
    other.close()
    assert read_book(own_graded) == wanted


def test_a_gradebook_that_may_not_be_written_is_named(own_graded, wanted):
    # Rights of files do not hold for root, who may be running this.
    url = f"sqlite:///file:{own_graded.root / 'gradebook.db'}?mode=ro&uri=true"
    with (
        writer.GradebookWriter(url, "gradschool", log_ahead=False) as book,
        pytest.raises(StorageError, match="may not be written"),
    ):
        save(book)
    assert read_book(own_graded) == wanted


def test_a_file_that_is_no_gradebook_is_named(own):
    (own.root / "gradebook.db").write_bytes(b"something else " * 1000)
    with pytest.raises(ClassroomError, match="it is not a gradebook"):
        grade(root=own.root, progress=False)


def test_the_gradebook_is_left_in_the_mode_it_had(own_graded):
    connection = sqlite3.connect(own_graded.root / "gradebook.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert not list(own_graded.root.glob("gradebook.db-*"))


def test_a_warm_process_that_is_killed_costs_nobody_a_point(own, wanted, monkeypatch):
    class Fragile(Engine):
        runs = 0

        def execute(self, notebook, **words):
            Fragile.runs += 1
            if Fragile.runs == 3:
                self._zygote._process.kill()
            return super().execute(notebook, **words)

    with monkeypatch.context() as patch:
        patch.setattr(grade_module, "Engine", Fragile)
        run = grade(root=own.root, workers=2, pages=False, progress=False)
    for result in run.results:
        assert result.status in (Status.GRADED, Status.OUR_FAULT), result.reason
        assert (result.job.student in read_book(own)) == (result.status is Status.GRADED)
    grade(root=own.root, workers=2, pages=False, progress=False)
    assert read_book(own) == wanted


def test_our_fault_leaves_the_score_that_was_there(own_graded, wanted, monkeypatch):
    class Broken(Engine):
        def start(self):
            pass

        def execute(self, notebook, **words):
            return Run(notebook, (), ours="the sandbox fell over")

    monkeypatch.setattr(grade_module, "Engine", Broken)
    run = grade(root=own_graded.root, force=True, pages=False, progress=False)
    assert run.count(Status.OUR_FAULT) == len(SMALL)
    assert "not by the student's fault: the sandbox fell over" in run.results[0].reason
    assert read_book(own_graded) == wanted


def test_grading_again_keeps_what_a_person_entered_and_counts_being_late(own_graded):
    with (own_graded.root / "nbgrader_config.py").open("a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    late = own_graded.submitted("right", TOPIC).with_name("timestamp.txt")
    late.write_text("2026-03-02 12:00:00")
    with Gradebook(own_graded.gradebook_url) as gradebook:
        gradebook.update_or_create_assignment(TOPIC, duedate="2026-03-01 12:00:00")
        found = gradebook.find_grade("double-values", TOPIC, TOPIC, "wrong")
        found.manual_score, found.extra_credit, found.needs_manual_grade = 1.5, 0.25, False
        gradebook.find_comment("double", TOPIC, TOPIC, "wrong").manual_comment = "Nearly."
        gradebook.db.commit()
    run = grade(
        root=own_graded.root, students=["right", "wrong"], force=True, pages=False, progress=False
    )
    assert run.count(Status.GRADED) == 2
    book = read_book(own_graded)
    assert book["wrong"]["scores"]["double-values"] == 1.75
    assert book["wrong"]["manual"]["double-values"]
    assert book["wrong"]["comments"]["double"] == "Nearly."
    assert book["wrong"]["penalty"] is None
    assert book["right"]["penalty"] == sum(POINTS.values())
