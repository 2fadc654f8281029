"""A small course, an invented class, and real nbgrader from the submissions to the gradebook."""

import fcntl
import json
import os
import pickle
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from rich.console import Console

from gradschool.authoring.course import Course
from gradschool.authoring.release import release
from gradschool.classroom import analysis, sample
from gradschool.classroom.analysis import State
from gradschool.classroom.answers import AnswersError, load
from gradschool.classroom.findings import Outcome, read_findings
from gradschool.classroom.grade import RECORD, Status, grade
from gradschool.classroom.gradebook import Marks, read_marks, scores
from gradschool.classroom.lessons import ClassroomError, Lesson, read_lesson
from gradschool.classroom.table import class_table, topic_table

TOPIC = "tensors"
SIZE = 8
SEED = 10

# Stands for gradschool.checks, without its seconds of importing torch in every kernel.
HELPERS = """
class CheckFailure(AssertionError):
    def _render_traceback_(self):
        return [str(self)]

class NotAttempted(CheckFailure): pass
class WrongAnswer(CheckFailure): pass
class StudentError(CheckFailure): pass

def check(name, argument, expected, hint):
    function = globals().get(name)
    if function is None:
        raise NotAttempted(f"{name}: it is not defined")
    try:
        result = function(argument)
    except NotImplementedError:
        raise NotAttempted(f"{name}: not attempted yet") from None
    except Exception as error:
        raise StudentError(f"{name}: your code raised {type(error).__name__}") from None
    if result != expected:
        raise WrongAnswer(f"{name}: {hint}")
"""
# (id, level, name, solution, {test cell: (argument, expected, hint, points)})
EXERCISES = [
    ("T-E01", 1, "double", "return 2 * x", {
        "values": ("3", "6", "twice, not squared", 2),
        "zero": ("0", "0", "zero has a double too", 1),
    }),
    ("T-E02", 3, "mean", "return sum(xs) / len(xs) if xs else 0", {
        "values": ("[1, 2, 6]", "3", "divide by how many there are", 2),
        "empty": ("[]", "0", "the mean of nothing is 0 here", 2),
    }),
    ("T-E03", 5, "shout", "return text.upper() + '!'", {
        "values": ("'hé'", "'HÉ!'", "capitals & a mark: <b>HÉ!</b>", 3),
    }),
]  # fmt: skip
ARGUMENTS = {"double": "x", "mean": "xs", "shout": "text"}
ANSWERS = """
from gradschool.classroom.answers import Answers, Wrong

ANSWERS = {
    "double": Answers(
        right=("def double(x):\\n    return x + x", "double = lambda x: 2 * x"),
        wrong=(
            Wrong("def double(x):\\n    return x ** 2", "twice, not squared", ("double-zero",)),
            Wrong("def double(x):\\n    return 2 * x + 1", "twice, not squared"),
        ),
    ),
    "mean": Answers(
        right=("def mean(xs):\\n    return sum(xs) / max(1, len(xs))",),
        wrong=(
            Wrong("def mean(xs):\\n    return sum(xs) / len(xs)", "ZeroDivisionError", ("mean-values",)),
            Wrong("def mean(xs):\\n    return sum(xs)", "divide by how many", ("mean-empty",)),
        ),
    ),
    "shout": Answers(
        right=("def shout(text):\\n    return f'{text.upper()}!'",),
        wrong=(Wrong("def shout(text):\\n    return text.upper()", "capitals & a mark: <b>HÉ!</b>"),),
    ),
}
"""


def _nbgrader(name, **flags):
    usual = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    return {"nbgrader": {**usual, "grade_id": name, **flags}}


def _cells():
    yield new_markdown_cell("# A small lesson", id="title")
    yield new_code_cell(HELPERS.strip(), id="helpers", metadata=_nbgrader("helpers"))
    for number, level, name, body, tests in EXERCISES:
        points = sum(test[-1] for test in tests.values())
        text = (
            f"### Exercise {number} · `{name}`\n\n"
            f"*Layer 2 · level {level}/5 · 3 minutes · {points} points*\n\nDo it."
        )
        yield new_markdown_cell(text, id=number.lower())
        solution = f"def {name}({ARGUMENTS[name]}):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
        metadata = _nbgrader(name, solution=True, locked=False)
        yield new_code_cell(solution, id=name, metadata=metadata)
        for test, (argument, expected, hint, worth) in tests.items():
            source = f"check({name!r}, {argument}, {expected}, {hint!r})"
            metadata = _nbgrader(f"{name}-{test}", grade=True, points=worth)
            yield new_code_cell(source, id=f"{name}-{test}", metadata=metadata)


def make_course(root):
    """A released course with one topic, and the known answers to it."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=list(_cells()), metadata={"kernelspec": kernel})
    course = Course(root)
    course.source(TOPIC).parent.mkdir(parents=True)
    nbformat.write(notebook, course.source(TOPIC))
    shutil.copy(Path(__file__).parents[1] / "nbgrader_config.py", root)
    answers = root / "tests" / "answers"
    answers.mkdir(parents=True)
    (answers / f"{TOPIC}.py").write_text(ANSWERS, encoding="utf-8")
    release(root=root)
    return course


def graded_class(factory):
    """The class that the slow tests share: made, joined by three bad submissions, graded once.

    The processes of a parallel run share it too: pytest-xdist 3.8 cannot keep the group together
    under pytest 9.2, which no longer reads the `_nodeid` that it writes.
    """
    parallel = "PYTEST_XDIST_WORKER" in os.environ
    folder = factory.getbasetemp().parent if parallel else factory.getbasetemp()
    course, record = Course(folder / "classroom"), folder / "classroom.pickle"
    with (folder / "classroom.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.is_file():
            record.write_bytes(pickle.dumps(_make_and_grade(course.root)))
    students = sample.roster(SIZE, seed=SEED)
    run = pickle.loads(record.read_bytes())
    return SimpleNamespace(course=course, root=course.root, students=students, run=run)


def _make_and_grade(root):
    course = make_course(root)
    sample.make_class(root=root, size=SIZE, seed=SEED)
    for student, content in {"torn_page": "{ not a notebook", "hollow": ""}.items():
        path = course.submitted(student, TOPIC)
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    misnamed = course.submitted("misnamed", TOPIC).with_name("my work.ipynb")
    misnamed.parent.mkdir(parents=True)
    shutil.copy(course.release(TOPIC), misnamed)
    return grade(root=root, progress=False)


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    return graded_class(tmp_path_factory)


@pytest.fixture
def own_copy(graded, tmp_path):
    """The graded class again, for a test that changes it."""
    root = shutil.copytree(graded.root, tmp_path / "course")
    return Course(root)


@pytest.fixture(scope="session")
def lesson(graded):
    return read_lesson(graded.course, TOPIC)


@pytest.fixture(scope="session")
def known(graded, lesson):
    return sample.known_answers(graded.root / "tests" / "answers", lesson)


def marks_of(scores, *, topic=TOPIC, names=None, missing=()):
    """Marks made by hand: one test cell an exercise, each worth the largest score in it."""
    scores = pd.DataFrame(scores).astype(float)
    exercises = tuple(
        SimpleNamespace(id=f"T-E{number + 1:02d}", name=name, level=3)
        for number, name in enumerate(scores)
    )
    lesson = Lesson(
        topic=topic,
        notebook=new_notebook(),
        exercises=exercises,
        tests={name: (f"{name}-values",) for name in scores},
        points={f"{name}-values": max(1.0, scores[name].max()) for name in scores},
    )
    cells = scores.rename(columns=lambda name: f"{name}-values")
    cells.index = [str(student) for student in cells.index]
    return Marks(lesson, names or {}, cells, tuple(missing))


# --- the known answers


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x = 1", "defines no ANSWERS"),
        ("1 / 0", "cannot be run: ZeroDivisionError"),
        ("ANSWERS = {'mean': 3}", "'mean' is a int; make it Answers"),
        (
            "from gradschool.classroom.answers import *\nANSWERS = {'maen': Answers((), ())}",
            "'maen'",
        ),
        (
            "from gradschool.classroom.answers import *\nANSWERS = {'mean': Answers((), ())}",
            "no right",
        ),
    ],
)
def test_a_bad_file_of_answers_is_named_with_its_fault(tmp_path, text, complaint):
    path = tmp_path / "tensors.py"
    path.write_text(text)
    with pytest.raises(AnswersError, match=complaint) as caught:
        load(path, known=["mean"])
    assert str(path) in str(caught.value)


def test_a_missing_file_of_answers_is_named(tmp_path):
    with pytest.raises(AnswersError, match=r"There is no file of answers .*gpu\.py"):
        load(tmp_path / "gpu.py")


# --- the invented class


def test_a_class_looks_like_one():
    students = sample.roster(24)
    habits = [student.habit for student in students]
    assert set(habits) == set(sample.Habit)
    assert habits.count(sample.Habit.PERFECT) == habits.count(sample.Habit.BLANK) == 1
    assert habits.count(sample.Habit.HALFWAY) >= 3
    assert any(not student.first_name.isascii() for student in students)
    assert all(student.id.isascii() and student.id.isidentifier() for student in students)
    assert students[0].id == "ada_amin"


def test_a_class_larger_than_the_list_of_names_has_no_namesakes():
    assert len({student.id for student in sample.roster(200)}) == 200


@pytest.mark.parametrize("size", [0, 4, 901])
def test_a_class_has_a_sensible_size(size):
    with pytest.raises(sample.SampleError, match=f"not {size}"):
        sample.roster(size)


def test_the_same_seed_makes_the_same_roster_and_another_seed_another():
    assert sample.roster(seed=1) == sample.roster(seed=1) != sample.roster(seed=2)


def _files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_the_same_seed_hands_in_the_same_bytes(own_copy):
    before = _files(own_copy.root / "submitted")
    sample.make_class(root=own_copy.root, size=SIZE, seed=SEED)
    assert _files(own_copy.root / "submitted") == before
    sample.make_class(root=own_copy.root, size=SIZE, seed=SEED + 1)
    assert _files(own_copy.root / "submitted") != before


def test_only_solution_cells_differ_from_the_release(graded, lesson):
    released = json.loads(graded.course.release(TOPIC).read_text(encoding="utf-8"))
    for student in graded.students:
        path = graded.course.submitted(student.id, TOPIC)
        handed = json.loads(path.read_text(encoding="utf-8"))
        for before, after in zip(released["cells"], handed["cells"], strict=True):
            if before["id"] in lesson.names:
                after["source"] = before["source"]
        assert handed == released


def test_a_real_submission_is_never_overwritten(own_copy):
    shutil.rmtree(own_copy.root / "submitted")
    # Even of a topic that the class does not hand in.
    real = own_copy.submitted("ada_amin", "gpu")
    real.parent.mkdir(parents=True)
    real.write_text("mine")
    with pytest.raises(sample.SampleError, match="ada_amin"):
        sample.make_class(root=own_copy.root)
    assert real.read_text() == "mine"
    assert [path.name for path in (own_copy.root / "submitted").iterdir()] == ["ada_amin"]


def test_what_a_class_needs_is_named_when_it_is_missing(own_copy):
    answers = own_copy.root / "tests" / "answers" / f"{TOPIC}.py"
    answers.write_text(ANSWERS + "\ndel ANSWERS['shout']", encoding="utf-8")
    with pytest.raises(AnswersError, match="no answers to shout"):
        sample.make_class(root=own_copy.root)
    own_copy.release(TOPIC).unlink()
    with pytest.raises(ClassroomError, match="gradschool release"):
        sample.make_class(root=own_copy.root)
    (own_copy.root / "gradebook.db").unlink()
    with pytest.raises(ClassroomError, match="There is no gradebook"):
        sample.make_class(root=own_copy.root)


def test_ability_tells_in_a_large_class(lesson, known):
    students = sample.roster(300)
    totals = sample.expected_scores(students, lesson, known).sum(axis=1)
    ability = pd.Series({student.id: student.ability for student in students})
    assert totals.corr(ability) > 0.5
    assert totals.max() == sum(lesson.points.values())
    kinds = {
        handed.code
        for student in students
        for handed in sample.hand_ins(student, lesson, known).values()
    }
    assert {wrong.code for answers in known.values() for wrong in answers.wrong} <= kinds
    assert {right for answers in known.values() for right in answers.right} <= kinds


# --- grading


def test_everybody_scores_what_was_expected_in_every_cell(graded, lesson, known):
    expected = sample.expected_scores(graded.students, lesson, known, seed=SEED)
    found = scores(graded.root, TOPIC)
    pd.testing.assert_frame_equal(found, expected.loc[found.index], check_like=True)
    assert len(found) == SIZE
    assert 0 < expected.to_numpy().sum() < expected.size * 3


def test_bad_submissions_stop_nobody_and_are_reported_in_plain_words(graded):
    reasons = {result.job.student: result.reason for result in graded.run.trouble}
    assert reasons == {
        "torn_page": "tensors.ipynb is not a notebook: what it holds is not JSON",
        "hollow": "tensors.ipynb is empty",
        "misnamed": "there is no tensors.ipynb in the submission, only my work.ipynb",
    }
    assert not graded.run.ok
    assert graded.run.count(Status.GRADED) == SIZE
    assert all(graded.course.feedback(student.id, TOPIC).is_file() for student in graded.students)


def test_nobody_is_graded_twice(own_copy):
    again = grade(root=own_copy.root, progress=False)
    assert again.count(Status.GRADED) == 0
    assert again.count(Status.UNCHANGED) == SIZE
    assert len(again.trouble) == 3


def test_a_changed_submission_is_graded_again_and_quietly(own_copy, capfd):
    path = own_copy.submitted("ada_amin", TOPIC)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "double":
            # What a child process writes must not reach the terminal either.
            cell.source = "import os\nos.system('echo loud >&2; echo loud')\ndouble = abs"
    nbformat.write(notebook, path)
    run = grade(root=own_copy.root, topics=[TOPIC], students=["ada_amin"], progress=False)
    assert run.ok
    assert run.count(Status.GRADED) == 1
    row = scores(own_copy.root, TOPIC).loc["ada_amin"]
    assert (row["double-values"], row["double-zero"]) == (0, 1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "not JSON"),
        (b"[]", "cannot be read"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "cells"),
        (b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "format 3"),
    ],
    ids=["binary", "a list", "no cells", "an old format"],
)
def test_any_damage_is_the_submissions_own(own_copy, content, reason):
    path = own_copy.submitted("ada_amin", TOPIC)
    path.write_bytes(content)
    (result,) = grade(root=own_copy.root, students=["ada_amin"], progress=False).results
    assert result.status is Status.FAILED
    assert reason in result.reason
    assert str(path.parent) not in result.reason


def test_a_removed_gradebook_is_not_taken_for_a_graded_class(own_copy):
    with Gradebook(own_copy.gradebook_url) as gradebook:
        gradebook.remove_submission(TOPIC, "ada_amin")
    assert (own_copy.autograded("ada_amin", TOPIC).parent / RECORD).is_file()
    run = grade(root=own_copy.root, students=["ada_amin"], progress=False)
    assert run.count(Status.GRADED) == 1


def test_what_cannot_be_graded_is_named(own_copy):
    with pytest.raises(ClassroomError, match="Nothing was handed in by nobody"):
        grade(root=own_copy.root, students=["ada_amin", "nobody"])
    shutil.rmtree(own_copy.root / "submitted")
    with pytest.raises(ClassroomError, match="gradschool class"):
        grade(root=own_copy.root)


# --- reading what came out


def test_the_gradebook_is_read_and_left_as_it_is(graded):
    path = graded.root / "gradebook.db"
    before = path.read_bytes()
    marks = read_marks(graded.course, TOPIC)
    assert path.read_bytes() == before
    assert marks.name("hong_tran") == "Hồng Trần"
    assert marks.name("torn_page") == "torn_page"
    assert set(marks.missing) == {"torn_page", "hollow", "misnamed"}
    assert marks.points.to_dict() == {"double": 3, "mean": 4, "shout": 3}
    assert marks.totals.max() == 1


def test_a_score_given_by_hand_counts(own_copy):
    with Gradebook(own_copy.gradebook_url) as gradebook:
        found = gradebook.find_grade("shout-values", TOPIC, TOPIC, "greta_ilves")
        found.manual_score = 1.5
        gradebook.db.commit()
    assert scores(own_copy.root, TOPIC).loc["greta_ilves", "shout-values"] == 1.5


def test_findings_tell_what_happened_to_each_answer(graded, lesson, known):
    outcomes = {
        "wrong": {Outcome.WRONG, Outcome.RAISED},
        "blank": {Outcome.NOT_ATTEMPTED},
        "broken": {Outcome.BROKEN},
    }
    findings = read_findings(graded.course, lesson, [student.id for student in graded.students])
    kinds = set()
    for student in graded.students:
        for name, handed in sample.hand_ins(student, lesson, known, seed=SEED).items():
            mine = [one for one in findings if (one.student, one.exercise) == (student.id, name)]
            failed = [cell for cell in lesson.tests[name] if not sample._passed(handed, cell)]
            assert [one.cell for one in mine] == failed
            assert {one.outcome for one in mine} <= outcomes.get(handed.kind, set())
            assert not mine or any(handed.hint in one.text for one in mine)
            assert not any(one.text.startswith(name) for one in mine)
            kinds.add(handed.kind)
    assert kinds == {"right", "wrong", "blank", "broken"}
    broken = {one.text for one in findings if one.outcome is Outcome.BROKEN}
    assert broken == {
        "the solution cell fails with SyntaxError: unmatched ')' (line 3)",
        "the solution cell fails with NameError: name 'my_old_attempt' is not defined",
    }


# --- what the scores say


def test_discrimination_is_the_correlation_with_the_rest():
    rng = np.random.default_rng(0)
    ability = rng.normal(size=40)
    table = pd.DataFrame({f"q{n}": (ability + rng.normal(size=40) > 0) * n for n in range(1, 6)})
    found = analysis.discrimination(table)
    for name in table:
        rest = table.drop(columns=name).sum(axis=1)
        assert found[name] == pytest.approx(np.corrcoef(table[name], rest)[0, 1])


def test_discrimination_by_hand():
    # x = (0, 1, 1), rest = (0, 1, 3): Sxy = 4/3, Sxx = 2/3, Syy = 14/3
    found = analysis.discrimination(pd.DataFrame({"x": [0, 1, 1], "y": [0, 1, 3]}))
    assert found["x"] == found["y"] == pytest.approx((4 / 3) / ((2 / 3) * (14 / 3)) ** 0.5)


@pytest.mark.parametrize(
    "table",
    [
        {"x": [0.1 + 0.2, 0.3, 0.3], "y": [0, 1, 2]},
        {"x": [0, 1], "y": [0, 1]},
        {"x": [0, 1, 2]},
        {"x": []},
    ],
    ids=["constant", "two students", "no rest", "nobody"],
)
def test_discrimination_is_undefined_where_it_says_nothing(table):
    assert analysis.discrimination(pd.DataFrame(table, dtype=float)).isna()["x"]


def test_facility_is_the_mean_share_of_the_points():
    found = analysis.facility(marks_of({"easy": [2, 2, 2, 1], "hard": [0, 0, 0, 3]}))
    assert found.to_dict() == {"easy": 0.875, "hard": 0.25}


def test_misconceptions_count_a_student_once_for_a_line(graded, lesson):
    findings = read_findings(graded.course, lesson, [student.id for student in graded.students])
    found = analysis.misconceptions([*findings, *findings])
    sizes = [len(one.students) for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert all(len(set(one.students)) == len(one.students) for one in found)
    assert not any(one.outcome is Outcome.NOT_ATTEMPTED for one in found)


def test_who_may_need_help_and_why():
    marks = marks_of(
        {"a": {"good": 2, "low": 0, "lazy": 2}, "b": {"good": 2, "low": 1, "lazy": 2},
         "c": {"good": 2, "low": 1, "lazy": 0}},
        missing=["absent"],
    )  # fmt: skip
    states = analysis.states(marks, [])
    states["lazy"]["c"] = State.BLANK
    reasons = {one.student: one.reasons for one in analysis.concerns(marks, states)}
    assert reasons == {
        "absent": (analysis.NOTHING_GRADED,),
        "low": ("33% of the points",),
        "lazy": ("1 of 3 exercises not attempted",),
    }


def test_what_waits_for_a_person_is_not_lost():
    marks = marks_of({
        "code": {"ann": 4, "bob": 2, "cas": 0, "dan": 1},
        "more": {"ann": 3, "bob": 1, "cas": 2, "dan": 0},
        "words": {"ann": 3, "bob": float("nan"), "cas": float("nan"), "dan": 0},
    })  # fmt: skip
    assert marks.waiting == 2
    assert marks.totals.to_dict() == {"ann": 1, "bob": 3 / 7, "cas": 2 / 7, "dan": 0.1}
    states = analysis.states(marks, [])
    assert [row["words"] for row in states.values()] == [
        State.FULL, State.WAITING, State.WAITING, State.ZERO,
    ]  # fmt: skip
    assert np.isnan(analysis.facility(marks)["words"])
    assert analysis.facility(marks)["code"] == 7 / 16
    told = analysis.discrimination(marks.exercises)
    assert np.isnan(told["words"])
    assert told["code"] == analysis.discrimination(marks.exercises[["code", "more"]])["code"]


# --- the table


def _shown(table, width=120):
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_the_table_shows_everybody_with_marks_totals_and_means(graded, known, lesson):
    lines = _shown(topic_table(graded.root, TOPIC)).splitlines()
    rows = {line.split("  ")[0].strip(): line.split("  ")[1:] for line in lines}
    expected = sample.expected_scores(graded.students, lesson, known, seed=SEED).sum(axis=1)
    for student in graded.students:
        row = " ".join(rows[f"{student.first_name} {student.last_name}"])
        assert f"{expected[student.id] / 10:.0%}" in row
        assert ("·" in row) == (State.BLANK in _states(graded)[student.id].values())
    assert "none" in " ".join(rows["torn_page"])
    assert f"{expected.mean() / 10:.0%}" in " ".join(rows["Mean"])


def _states(graded):
    marks = read_marks(graded.course, TOPIC)
    return analysis.states(marks, read_findings(graded.course, marks.lesson, marks.students))


def test_thirteen_exercises_fit_in_120_columns_and_plain_is_ascii():
    table = {
        f"exercise_{n}": {f"student_{i}": (i + n) % 3 * 5 for i in range(24)} for n in range(13)
    }
    marks = marks_of(
        table, names={f"student_{i}": "Maximiliana Oberhuber-Longname" for i in range(24)}
    )
    states = analysis.states(marks, [])
    shown = _shown(class_table(marks, states))
    assert max(map(len, shown.splitlines())) <= 120
    assert shown.count("◐ 5") == 13 * 8
    assert "…" not in shown
    plain = _shown(class_table(marks, states, plain=True))
    assert plain.isascii()
    assert plain.count("~ 5") == 13 * 8


def test_the_table_says_how_many_written_answers_wait():
    marks = marks_of({"code": {"ann": 2, "bob": 1}, "words": {"ann": float("nan"), "bob": 3}})
    shown = _shown(class_table(marks, analysis.states(marks, [])))
    words = " ".join(shown.split())
    assert "? ungraded" in words
    assert "1 written answer waits to be graded by hand" in words
    (row,) = [line for line in shown.splitlines() if line.strip().startswith("ann")]
    assert row.split()[1:] == ["●", "2", "?", "100%"]
    nobody = marks_of({"code": {"ann": 2}, "words": {"ann": float("nan")}})
    assert "nan" not in _shown(class_table(nobody, analysis.states(nobody, []), plain=True))


def test_where_nothing_waits_the_table_does_not_speak_of_it():
    marks = marks_of({"code": {"ann": 2, "bob": 1}})
    assert "wait" not in _shown(class_table(marks, analysis.states(marks, [])))


def test_a_class_in_which_nobody_is_graded_has_a_table_without_means():
    marks = marks_of({"a": pd.Series(dtype=float)}, missing=["absent"])
    shown = _shown(class_table(marks, {}))
    assert "absent" in shown
    assert "Mean" not in shown
