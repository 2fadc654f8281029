"""From source/ to release/ by the real nbgrader, with the repository's own configuration."""

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from nbgrader.api import Gradebook

from gradschool.authoring import TOPICS, Course, UnknownTopicError
from gradschool.authoring.release import ReleaseError, release, stale
from gradschool.authoring.solutions import STUB, ClearSolutions, release_preprocessors

REPOSITORY = Path(__file__).parent.parent
FUNCTION = '''\
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
'''
PREDICTION = """\
predict = dict(
    a=...,  # 1 + 1
    b=...,  # 2 + 2
)
### BEGIN SOLUTION
predict = dict(a=2, b=4)
### END SOLUTION
"""
TEST = """\
assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-3) == -6
### END HIDDEN TESTS
"""


def cell(name, source, *, points=0):
    grading = {"grade": points > 0, "solution": not points, "locked": points > 0, "task": False}
    grading |= {"grade_id": name, "schema_version": 3} | ({"points": points} if points else {})
    return v4.new_code_cell(source, id=name, metadata={"nbgrader": grading})


def lesson():
    title = v4.new_markdown_cell("# Doubling", id="doubling")
    cells = [title, cell("double", FUNCTION), cell("double-values", TEST, points=2)]
    cells += [cell("predict", PREDICTION), cell("predict-a", "assert predict['a'] == 2", points=1)]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def put(course, topic, nb):
    course.source(topic).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, course.source(topic))


def tree(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def released_course(tmp_path_factory):
    """A course of two topics, released."""
    course = Course(tmp_path_factory.mktemp("course"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    for topic in ("tensors", "gpu"):
        put(course, topic, lesson())
    (course.source("gpu").parent / "data.csv").write_text("1,2\n")
    assert release(root=course.root) == [course.release("tensors"), course.release("gpu")]
    return course


@pytest.fixture
def course(released_course, tmp_path):
    """A copy of it that a test may change."""
    shutil.copytree(released_course.root, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture
def submitted(course):
    """The gradebook knows a submission, so that nbgrader refuses to change its cells."""
    with Gradebook(course.gradebook_url) as gradebook:
        gradebook.add_student("ada")
        with warnings.catch_warnings():
            # nbgrader's own rows are not in the session yet when SQLAlchemy flushes
            warnings.filterwarnings("ignore", "Object of type <Submitted")
            gradebook.add_submission("tensors", "ada")
    return course


class TestCourse:
    def test_topics_are_those_with_a_notebook_in_the_order_of_the_course(self, released_course):
        assert released_course.topics() == ("tensors", "gpu")
        assert released_course.require(["gpu", "tensors"]) == ("tensors", "gpu")

    def test_unknown_topic_is_named_beside_the_known_ones(self, released_course):
        with pytest.raises(UnknownTopicError, match=r"'tensor' .*choose from tensors, gpu"):
            released_course.require(["gpu", "tensor"])

    def test_course_without_a_topic_says_so(self, tmp_path):
        assert Course(tmp_path).require() == ()
        with pytest.raises(UnknownTopicError, match="there are none yet"):
            Course(tmp_path).require([TOPICS[0]])

    def test_paths_are_nbgraders(self):
        course = Course(Path("/c"))
        assert course.submitted("ada", "gpu") == Path("/c/submitted/ada/gpu/gpu.ipynb")
        assert course.autograded("ada", "gpu") == Path("/c/autograded/ada/gpu/gpu.ipynb")
        assert course.feedback("ada", "gpu") == Path("/c/feedback/ada/gpu/gpu.html")


class TestSolutions:
    def clear(self, source):
        cleared, _ = ClearSolutions().preprocess_cell(cell("x", source), {"language": "python"}, 0)
        return cleared.source

    def test_stub_in_a_function_raises(self):
        assert self.clear(FUNCTION) == (
            'def double(x):\n    """Twice x."""\n'
            "    # YOUR CODE HERE\n    raise NotImplementedError()\n"
        )

    def test_prediction_asks_to_replace_the_dots_and_does_not_raise(self):
        cleared = self.clear(PREDICTION)
        assert cleared.endswith(")\n# YOUR CODE HERE: replace each ... above\n")
        exec(cleared, namespace := {})  # noqa: S102
        assert namespace["predict"] == {"a": ..., "b": ...}

    @pytest.mark.parametrize("source", ["x = 1", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"])
    def test_nothing_at_top_level_raises(self, source):
        assert self.clear(source) == "# YOUR CODE HERE"

    def test_every_method_of_a_class_raises_when_it_is_called(self):
        method = "    def {}(self):\n        ### BEGIN SOLUTION\n        return 1\n        ### END SOLUTION\n"
        cleared = self.clear("class Counter:\n" + method.format("one") + method.format("two"))
        assert cleared.count(STUB.splitlines()[1]) == 2
        exec(cleared, namespace := {})  # noqa: S102
        for name in ("one", "two"):
            with pytest.raises(NotImplementedError):
                getattr(namespace["Counter"](), name)()

    def test_of_a_written_answer_only_the_placeholder_is_left(self):
        answer = cell("why", "Of course:\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION", points=2)
        answer.cell_type = "markdown"
        answer.metadata.nbgrader.solution = True
        cleared, _ = ClearSolutions().preprocess_cell(answer, {"language": "python"}, 0)
        assert cleared.source == "Of course:\nYOUR ANSWER HERE"

    def test_our_stub_is_nbgraders(self):
        assert ClearSolutions().code_stub["python"] == STUB

    def test_nbgraders_other_steps_keep_their_order(self):
        names = [step.__name__ for step in release_preprocessors()]
        assert names.index("SaveCells") < names.index("ClearHiddenTests")
        assert names.index("ClearSolutions") < names.index("SaveCells")
        assert ClearSolutions in release_preprocessors()


class TestRelease:
    def test_student_gets_stubs_and_visible_tests(self, released_course):
        text = released_course.release("tensors").read_text()
        assert "raise NotImplementedError()" in text
        assert "assert double(2) == 4" in text
        for secret in ("return 2 * x", "b=4", "double(-3)", "BEGIN", "END"):
            assert secret not in text

    def test_cells_are_in_the_gradebook_with_their_hidden_tests(self, released_course):
        with Gradebook(released_course.gradebook_url) as gradebook:
            cells = gradebook.find_notebook("tensors", "tensors").grade_cells
            assert {cell.name: cell.max_score for cell in cells} == {
                "double-values": 2,
                "predict-a": 1,
            }
            source = gradebook.find_source_cell("double-values", "tensors", "tensors").source
        assert "double(-3)" in source

    def test_is_the_same_byte_for_byte_when_repeated(self, course, capfd):
        before = tree(course.root / "release")
        release(root=course.root)
        assert tree(course.root / "release") == before
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("where", ["in the course's folder", "elsewhere"])
    def test_is_what_nbgraders_own_command_makes(self, course, tmp_path, where):
        ours = tree(course.root / "release" / "tensors")
        gradebook = course.root / "gradebook.db"
        gradebook.unlink()
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", "tensors", "--force"]
        folder = course.root
        if where == "elsewhere":
            command.append(f"--course-dir={course.root}")
            folder = tmp_path
        # a new gradebook needs alembic, which lies in an environment that is not activated
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert tree(course.root / "release" / "tensors") == ours
        assert gradebook.exists()
        assert not (tmp_path / "gradebook.db").exists()

    def test_files_that_are_no_longer_made_go(self, course):
        (course.source("gpu").parent / "data.csv").unlink()
        release(root=course.root, topics=["gpu"])
        assert not (course.release("gpu").parent / "data.csv").exists()
        shutil.rmtree(course.source("gpu").parent)
        release(root=course.root)
        assert not course.release("gpu").parent.exists()

    def test_only_the_named_topic_is_released(self, course):
        course.release("tensors").write_text("kept")
        course.release("gpu").unlink()
        assert release(root=course.root, topics=["gpu"]) == [course.release("gpu")]
        assert course.release("tensors").read_text() == "kept"
        assert course.release("gpu").exists()

    def test_failure_leaves_release_and_gradebook_and_shows_what_nbgrader_says(self, course):
        nb = lesson()
        nb.cells[2].source = "assert double(2) == 4\n### BEGIN HIDDEN TESTS"
        nb.cells.append(cell("triple", "x = 1"))
        put(course, "gpu", nb)
        put(course, "tensors", v4.new_notebook())
        before = tree(course.root / "release"), tree(course.root)[course.root / "gradebook.db"]
        with pytest.raises(ReleaseError, match=r"(?s)source/gpu .*No end hidden tests"):
            release(root=course.root)
        after = tree(course.root / "release"), tree(course.root)[course.root / "gradebook.db"]
        assert after == before

    def test_cells_that_students_handed_in_cannot_go(self, submitted):
        nb = lesson()
        del nb.cells[-1]
        put(submitted, "tensors", nb)
        before = tree(submitted.root / "release")
        with pytest.raises(ReleaseError, match="there are submissions associated with it"):
            release(root=submitted.root, topics=["tensors"])
        assert tree(submitted.root / "release") == before

    def test_lesson_can_be_reworded_when_students_have_handed_in(self, submitted):
        nb = lesson()
        nb.cells[0].source = "# Doubling a number"
        put(submitted, "tensors", nb)
        release(root=submitted.root)
        assert "Doubling a number" in submitted.release("tensors").read_text()

    def test_folder_without_configuration_is_named(self, tmp_path):
        put(Course(tmp_path), "gpu", lesson())
        with pytest.raises(ReleaseError, match=r"no nbgrader_config\.py"):
            release(root=tmp_path)


class TestStale:
    def test_fresh_release_is_not_stale_and_nothing_is_touched(self, submitted):
        checkpoints = submitted.release("gpu").parent / ".ipynb_checkpoints"
        checkpoints.mkdir()
        (checkpoints / "gpu-checkpoint.ipynb").write_text("left by JupyterLab")
        before = tree(submitted.root)
        assert stale(root=submitted.root) == []
        assert tree(submitted.root) == before

    def test_missing_superfluous_and_different_files_are_named(self, submitted):
        tensors, gpu = submitted.release("tensors"), submitted.release("gpu")
        tensors.write_text(tensors.read_text() + "\n")
        gpu.unlink()
        (gpu.parent / "old.csv").write_text("")
        (submitted.root / "release" / "fractals").mkdir()
        (submitted.root / "release" / "fractals" / "x.ipynb").write_text("")
        expected = [submitted.root / "release/fractals/x.ipynb", gpu, gpu.parent / "old.csv"]
        assert stale(root=submitted.root) == [*expected, tensors]
        assert stale(root=submitted.root, topics=["gpu"]) == [gpu, gpu.parent / "old.csv"]

    def test_changed_cells_are_stale_though_nbgrader_would_refuse_to_record_them(self, submitted):
        nb = lesson()
        del nb.cells[-1]
        put(submitted, "tensors", nb)
        assert stale(root=submitted.root) == [submitted.release("tensors")]
