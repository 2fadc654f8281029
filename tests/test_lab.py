"""Starting JupyterLab, and what the button Validate says."""

import shutil
from pathlib import Path

import pytest

from gradschool.authoring.notebook import dumps, grade_id, read
from gradschool.lab.start import exchange_exists
from gradschool.lab.validation import validate

RELEASED = Path(__file__).parent.parent / "release" / "tensors" / "tensors.ipynb"
KEPT = {"setup", "flatten_batch", "flatten_batch-values", "flatten_batch-edges"}


@pytest.fixture
def handed(tmp_path):
    """One exercise of the released lesson, with its set-up."""
    path = tmp_path / "tensors.ipynb"
    notebook = read(RELEASED)
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) in KEPT]
    path.write_text(dumps(notebook))
    return path


def change(path, name, source):
    notebook = read(path)
    for cell in notebook.cells:
        if grade_id(cell) == name:
            cell.source = source
    path.write_text(dumps(notebook))


def test_a_changed_set_up_is_named_and_an_exercise_once(handed):
    change(handed, "setup", "import torch")
    found = validate(handed)
    assert found.summary.startswith("0 of 2 ")
    changed, not_attempted = found.lines
    assert changed.startswith("! setup: this cell was changed")
    assert not_attempted == "○ flatten_batch: not attempted yet"


def test_all_right_still_leaves_hidden_tests(handed):
    change(handed, "flatten_batch", "flatten_batch = lambda x: x.flatten(1)")
    before = handed.read_bytes()
    found = validate(handed)
    assert found.summary.startswith("2 of 2 ")
    assert not found.lines
    assert "hidden tests" in found.note
    assert handed.read_bytes() == before


def test_a_wrong_answer_gets_its_hint(handed):
    change(handed, "flatten_batch", "flatten_batch = lambda x: x.flatten()")
    (line,) = validate(handed).lines
    assert "this also melts the batch axis away" in line
    assert "\n" not in line


def test_a_changed_test_is_named(handed):
    change(handed, "flatten_batch-values", "print('passed')")
    assert any(line.startswith("! flatten_batch-values") for line in validate(handed).lines)


def test_a_notebook_without_tests_says_so(tmp_path):
    start = RELEASED.parents[2] / "notebooks" / "00-start-here.ipynb"
    shutil.copy(start, tmp_path)
    found = validate(tmp_path / start.name)
    assert found.summary == "There are no tests in this notebook."


@pytest.mark.parametrize("course", ["gradschool", "another"])
def test_an_exchange_counts_if_the_course_is_in_it(tmp_path, course):
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'gradschool'\n"
        f"c.Exchange.root = {str(tmp_path / 'exchange')!r}\n"
    )
    (tmp_path / "exchange" / course).mkdir(parents=True)
    assert exchange_exists(tmp_path) is (course == "gradschool")
