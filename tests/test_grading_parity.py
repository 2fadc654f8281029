"""The same submissions through stock nbgrader and through ours: the same rows in the gradebook.

The submissions are those that nbgrader itself carries, in its documentation and its tests, and
some of our own with everything that nbgrader can grade. What ends differently has its own test.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import nbgrader
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from submissions.autograde import CELL_SECONDS
from submissions.course import metadata

from gradschool.authoring.course import scripts_on_path
from gradschool.grading.preprocessors import AUTOGRADE, SANITIZE

PACKAGE = Path(nbgrader.__file__).parent
GUIDE = PACKAGE / "docs" / "source" / "user_guide"
FILES = PACKAGE / "tests" / "apps" / "files"

# {assignment: (source, {student: what was handed in})}, of nbgrader's own test files
OF_NBGRADER = {
    "p1": ("submitted-unchanged", {
        "unchanged": "submitted-unchanged",
        "changed": "submitted-changed",
        "cheat": "submitted-cheat-attempt",
        "cheat-too": "submitted-cheat-attempt-alternative",
        "test-edited": "submitted-grade-cell-changed",
        "lock-edited": "submitted-locked-cell-changed",
    }),
    "squares": ("test", {"itself": "test", "with-output": "test-with-output"}),
    "simple": ("autotest-simple", {
        "unchanged": "autotest-simple-unchanged", "changed": "autotest-simple-changed",
    }),
    "hashed": ("autotest-hashed", {
        "unchanged": "autotest-hashed-unchanged", "changed": "autotest-hashed-changed",
    }),
    "hidden": ("autotest-hidden", {
        "unchanged": "autotest-hidden-unchanged",
        "right": "autotest-hidden-changed-right",
        "wrong": "autotest-hidden-changed-wrong",
    }),
    "multi": ("autotest-multi", {
        "unchanged": "autotest-multi-unchanged", "changed": "autotest-multi-changed",
    }),
    "relative": ("open_relative_file", {"reads": "open_relative_file"}),
    "environment": ("validating-environment-variable", {"itself": "validating-environment-variable"}),
    "timeout": ("timeout", {"loops": "timeout"}),
    "nothing": ("validation-zero-points", {"itself": "validation-zero-points"}),
}  # fmt: skip
OLD = {"version-1": "test-v1", "version-2": "test-v2"}


def mixed():
    """A notebook with every kind of cell that nbgrader knows."""
    free, graded = {"locked": False, "solution": True}, {"grade": True}
    cells = [
        new_code_cell("import math", metadata=metadata("imports")),
        new_code_cell("### BEGIN SOLUTION\na = 2\n### END SOLUTION", metadata=metadata("a", **free)),
        new_code_cell("assert a == 2", metadata=metadata("a-test", points=2, **graded)),
        new_code_cell("1.5 if a == 2 else 0.5", metadata=metadata("a-part", points=3, **graded)),
        new_code_cell("'a string'", metadata=metadata("a-text", points=1, **graded)),
        new_code_cell("-1", metadata=metadata("a-negative", points=1, **graded)),
        new_markdown_cell("Why?", metadata=metadata("why", points=2, **graded, **free)),
        new_code_cell("### BEGIN SOLUTION\nb = 3\n### END SOLUTION",
                      metadata=metadata("b", points=2, **graded, **free)),
        new_markdown_cell("Plot it.", metadata=metadata("plot", points=4, task=True)),
    ]  # fmt: skip
    return new_notebook(cells=cells)


def _set(notebook, name, text):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            cell.source = text


def answered(notebook):
    _set(notebook, "a", "a = 2")
    _set(notebook, "why", "Because.")
    _set(notebook, "b", "b = 3")


def half_answered(notebook):
    _set(notebook, "a", "a = 3")
    _set(notebook, "b", "raise ValueError('not yet')")


def without_an_answer(notebook):
    answered(notebook)
    notebook.cells = [c for c in notebook.cells if c.metadata.nbgrader.grade_id not in ("a", "b")]


def raises_at_once(notebook):
    notebook.cells.insert(0, new_code_cell("1 / 0"))


def warns(notebook):
    answered(notebook)
    _set(notebook, "a", WARNS)


# A number that prints a warning when it is compared, and so in the test cell.
WARNS = """
import sys

class Two(int):
    def __eq__(self, other):
        print('warning', file=sys.stderr)
        return int(self) == other

a = Two(2)
"""
STUDENTS = {
    "untouched": lambda notebook: None,
    "answered": answered,
    "half-answered": half_answered,
    "without-an-answer": without_an_answer,
    "raises-at-once": raises_at_once,
    "warns": warns,
}


def copy(source, *parts):
    target = Path(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(FILES / f"{source}.ipynb", target)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course with everything handed in, before anything is graded."""
    scripts_on_path()
    root = tmp_path_factory.mktemp("parity") / "course"
    shutil.copytree(GUIDE / "source" / "ps1", root / "source" / "ps1")
    shutil.copytree(GUIDE / "submitted", root / "submitted")
    shutil.copy(FILES / "autotests.yml", root)
    for assignment, (source, students) in OF_NBGRADER.items():
        copy(source, root, "source", assignment, "p1.ipynb")
        for student, handed in students.items():
            copy(handed, root, "submitted", student, assignment, "p1.ipynb")
    for student, handed in OLD.items():
        copy(handed, root, "submitted", student, "squares", "p1.ipynb")
    (root / "submitted" / "reads" / "relative" / "data.txt").write_text("x")
    (root / "source" / "mixed").mkdir()
    nbformat.write(mixed(), root / "source" / "mixed" / "p1.ipynb")
    shutil.copy(FILES / "data.txt", root / "source" / "mixed")
    assert end(begin(root, "release", "ps1", "mixed", *OF_NBGRADER)) == {}
    for student, change in STUDENTS.items():
        notebook = nbformat.read(root / "release" / "mixed" / "p1.ipynb", as_version=4)
        change(notebook)
        path = root / "submitted" / student / "mixed" / "p1.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        path.with_name("timestamp.txt").write_text("2026-03-02 12:00:00")
    # To where the solutions are; the links must still be links in the copies that are graded.
    link = root / "submitted" / "answered" / "mixed" / "linked.txt"
    link.symlink_to(root / "source" / "mixed" / "p1.ipynb")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment("mixed", duedate="2026-03-01 12:00:00")
    return root


def begin(root, task, *names):
    """Start `submissions/autograde.py`: `release`, or grade as `stock` or as `ours`."""
    program = Path(__file__).parent / "submissions" / "autograde.py"
    words = [sys.executable, "-Wignore", program, root, task, *names]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    """What failed, by `student/assignment`."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def rows(root):
    found = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    key = (assignment.name, submission.student_id, notebook.name)
                    found[key] = row(notebook)
    return found


def row(notebook):
    return {
        "score": notebook.score,
        "max_score": notebook.max_score,
        "penalty": notebook.late_submission_penalty,
        "needs_manual_grade": notebook.needs_manual_grade,
        "cells": {
            grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for grade in notebook.grades
        },
        "comments": {comment.name: comment.auto_comment for comment in notebook.comments},
    }


@pytest.fixture(scope="module")
def both(released, tmp_path_factory):
    """The folders graded by stock nbgrader and by ours, at the same time, and what failed."""
    roots = [
        shutil.copytree(released, tmp_path_factory.mktemp(whose) / "course", symlinks=True)
        for whose in ("stock", "ours")
    ]
    running = [begin(root, root.parent.name.rstrip("0")) for root in roots]
    failed = [end(process) for process in running]
    return SimpleNamespace(stock=roots[0], ours=roots[1], failed=failed)


@pytest.fixture
def ours(both):
    return rows(both.ours)


# Where stock nbgrader says nothing about an answer, and ours says why it has no points.
EXPLAINED = {
    ("timeout", "loops", "squares"): "stopped after",
    ("mixed", "without-an-answer", "a"): "was missing",
    ("mixed", "without-an-answer", "b"): "was missing",
}


def unexplained(found):
    """The rows without the comments that only ours has, each of which is looked at."""
    for (assignment, student, cell), words in EXPLAINED.items():
        comments = found[assignment, student, "p1"]["comments"]
        assert words in comments[cell]
        comments[cell] = None
    return found


def test_every_submission_has_the_same_rows(both, ours):
    wanted = rows(both.stock)
    assert set(both.failed[0]) == {f"{student}/squares" for student in OLD}
    assert not both.failed[1]
    for student in OLD:
        del ours["squares", student, "p1"], wanted["squares", student, "p1"]
    assert len(wanted) > 25
    for found in (ours, wanted):
        del found["mixed", "warns", "p1"]
    assert unexplained(ours) == wanted


def test_the_known_scores_of_nbgraders_own_submissions(ours):
    found = {key: value["score"] for key, value in ours.items()}
    assert sum(found[("ps1", "bitdiddle", f"problem{n}")] for n in (1, 2)) == 1.5
    assert sum(found[("ps1", "hacker", f"problem{n}")] for n in (1, 2)) == 3
    assert found[("p1", "changed", "p1")] == 2
    for student in ("unchanged", "cheat", "cheat-too"):
        assert found[("p1", student, "p1")] == 1


def test_the_submissions_cover_what_nbgrader_can_grade(ours):
    cells = [cell for value in ours.values() for cell in value["cells"].values()]
    assert {manual for _, _, manual in cells} == {True, False}
    assert any(auto not in (None, 0) and auto % 1 for auto, _, _ in cells)
    assert any(value["penalty"] for value in ours.values())


def test_a_written_answer_waits_for_a_person_unless_it_is_blank(ours):
    found = {student: ours["mixed", student, "p1"] for student in ("answered", "untouched")}
    assert found["answered"]["cells"]["why"] == (None, None, True)
    assert found["untouched"]["cells"]["why"] == (0, None, False)
    assert found["untouched"]["comments"]["why"] == "No response."


def test_grading_again_keeps_what_a_person_entered(both):
    for root in (both.stock, both.ours):
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            for student in ("answered", "half-answered"):
                for cell in ("a-test", "why", "plot"):
                    found = gradebook.find_grade(cell, "p1", "mixed", student)
                    found.manual_score, found.extra_credit = 1.25, 0.5
                    found.needs_manual_grade = False
                comment = gradebook.find_comment("why", "p1", "mixed", student)
                comment.manual_comment = "Well said."
            gradebook.db.commit()
    running = [begin(both.stock, "stock", "mixed"), begin(both.ours, "ours", "mixed")]
    assert [end(process) for process in running] == [{}, {}]
    stock, again = (
        {key[1]: one for key, one in rows(root).items() if key[0] == "mixed"}
        for root in (both.stock, both.ours)
    )
    for student in ("answered", "half-answered"):
        assert again[student] == stock[student]
    assert again["answered"]["cells"]["a-test"] == (2, 1.25, True)
    with Gradebook(f"sqlite:///{both.ours / 'gradebook.db'}") as gradebook:
        comment = gradebook.find_comment("why", "p1", "mixed", "answered")
        assert comment.comment == "Well said."
        assert gradebook.find_grade("why", "p1", "mixed", "answered").extra_credit == 0.5


# --- what ends differently, and why


def test_an_old_version_of_the_metadata_is_no_reason_to_stop(both):
    """Stock nbgrader gives up the whole batch; the names of the cells are all that we need."""
    found = rows(both.ours)
    for student in OLD:
        cells = found["squares", student, "p1"]["cells"]
        assert cells == found["squares", "itself", "p1"]["cells"]


def test_a_warning_on_stderr_costs_no_points(both):
    """Stock nbgrader gives 0 to a test cell that wrote anything to stderr."""
    found = [rows(root)["mixed", "warns", "p1"]["cells"] for root in (both.stock, both.ours)]
    assert [cells["a-test"][0] for cells in found] == [0, 2]


def test_a_link_is_not_followed_even_where_nbgrader_copies_it(both):
    """Stock nbgrader copies what a link points to, and the student's code can read it there."""
    copies = [root / "autograded/answered/mixed/linked.txt" for root in (both.stock, both.ours)]
    assert [copy.exists() for copy in copies] == [True, False]


def test_the_command_line_of_nbgrader_takes_it_by_configuration(released, tmp_path):
    """`nbgrader autograde` in a process of its own, with nothing but the configuration."""
    root = shutil.copytree(released, tmp_path / "course")
    lines = [
        "c = get_config()",
        f"c.CourseDirectory.course_id = 'parity'\nc.Execute.timeout = {CELL_SECONDS}",
        f"c.Autograde.sanitize_preprocessors = {SANITIZE!r}",
        f"c.Autograde.autograde_preprocessors = {AUTOGRADE!r}",
    ]
    (root / "nbgrader_config.py").write_text("\n".join(lines))
    command = [
        Path(sys.executable).with_name("nbgrader"),
        "autograde",
        "p1",
        "--student",
        "changed",
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rows(root)["p1", "changed", "p1"]["score"] == 2
