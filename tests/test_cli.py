"""The command line: what it says, and the exit code that a script can rely on."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradschool.cli import main

ROOT = Path(__file__).parent.parent


def gradschool(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def course(tmp_path):
    """A copy of the course's first topic."""
    for name in ("source/tensors", "release/tensors"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_folder_that_is_no_course_is_refused(tmp_path):
    result = gradschool("release", "--root", tmp_path)
    assert result.exit_code == 2
    assert "has no nbgrader_config.py" in result.output


def test_unknown_topic_is_named_with_the_known_ones(course):
    for command in ("release", "lint", "class", "grade", "report"):
        result = gradschool(command, "tensorz", "--root", course)
        assert result.exit_code == 1, command
        assert "'tensorz'" in result.output, command
        assert "tensors" in result.output, command


def test_committed_release_is_what_source_gives():
    """The bytes are compared."""
    result = gradschool("release", "--check", "--root", ROOT)
    assert (result.exit_code, result.output) == (0, "")


def test_a_committed_notebook_breaks_no_rule():
    result = gradschool("lint", "tensors", "--root", ROOT)
    assert (result.exit_code, result.output) == (0, "notebooks: no finding\n")


def test_stale_release_needs_a_look_and_release_mends_it(course):
    path = course / "release/tensors/tensors.ipynb"
    path.write_text(path.read_text().replace("# Tensors", "# Tensoren"))
    checked = gradschool("release", "--check", "--root", course)
    assert checked.exit_code == 1
    assert "release/tensors/tensors.ipynb is not what source/ gives" in checked.output
    assert "[stale]" in gradschool("lint", "--root", course).output
    assert (
        gradschool("release", "--root", course).output == "released release/tensors/tensors.ipynb\n"
    )
    assert gradschool("release", "--check", "--root", course).exit_code == 0


def test_failing_notebook_is_named_with_cell_and_error(tmp_path):
    from nbformat import v4, write

    cells = [v4.new_markdown_cell("# Lesson"), v4.new_code_cell("1 / 0", id="divide")]
    write(v4.new_notebook(cells=cells), tmp_path / "bad.ipynb")
    result = gradschool("execute", tmp_path / "bad.ipynb")
    assert result.exit_code == 1
    assert (
        "cell divide under “Lesson” failed with ZeroDivisionError: division by zero."
        in result.output
    )
    assert gradschool("execute", "--allow-errors", tmp_path / "bad.ipynb").exit_code == 0


def test_grading_without_submissions_says_what_to_do(course):
    gradschool("release", "--root", course)
    result = gradschool("grade", "--root", course)
    assert result.exit_code == 1
    assert "gradschool class" in result.output
