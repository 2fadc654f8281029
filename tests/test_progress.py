"""The picture of what is passed, in a real kernel: it follows the tests, and nothing else."""

import os
import re

import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbformat import v4

from gradschool import checks
from gradschool.checks import progress as progress_call
from gradschool.figures.style import contrast

FIRST = """
from gradschool import checks

@checks.test("{name}")
def first(exercise):
    checks.equal(exercise(2), 4, hint="twice")
"""
SECOND = """
from gradschool import checks

@checks.test("{name}")
def second(exercise):
    checks.equal(exercise(0), 0)

@checks.test("{name}")
def third(exercise):
    checks.equal(exercise(-1), -2)
"""
STUB = "def {name}(x):\n    raise NotImplementedError()"
RIGHT = "def {name}(x):\n    return 2 * x"
WRONG = "def {name}(x):\n    return x + 2"  # right for 2, wrong for 0
RAISES = "def {name}(x):\n    return x / 0"


class Live:
    """A notebook that is open: cells run one after the other in one kernel."""

    def __init__(self, client):
        self._client = client
        self._cells = client.nb.cells

    def run(self, source):
        """Run a new cell; the same source is the same cell again."""
        cell = v4.new_code_cell(source)
        self._cells.append(cell)
        self._client.execute_cell(cell, len(self._cells) - 1)
        assert not [one for one in cell.outputs if one.get("name") == "stderr"]
        return cell

    def declare(self, **cells):
        """Run a set-up cell; what it shows is looked at by `board`."""
        words = ", ".join(f"{name}={count}" for name, count in cells.items())
        self.shown = self.run(f"from gradschool import checks\nchecks.progress({words})")

    @property
    def board(self):
        """The picture under the set-up cell, as it is now."""
        (output,) = self.shown.outputs
        return output.data

    @property
    def text(self):
        return self.board["text/plain"]


def open_notebook(**environment):
    nb = v4.new_notebook()
    client = NotebookClient(nb, kernel_name="python3", allow_errors=True, timeout=120)
    return client, client.setup_kernel(env={**os.environ, **environment})


@pytest.fixture(scope="module")
def live():
    client, kernel = open_notebook()
    with kernel:
        yield Live(client)


def test_nothing_is_attempted_at_first(live):
    live.declare(double=2, triple=3)
    assert live.text == "Exercises: 0 of 2 passed. Not attempted: double, triple."


def test_the_picture_follows_the_tests_where_it_stands(live):
    name = "follows"
    live.declare(follows=2, other=1)
    for source in (STUB, FIRST, SECOND):
        live.run(source.format(name=name))
    assert live.text == "Exercises: 0 of 2 passed. Not attempted: follows, other."
    live.run(RIGHT.format(name=name))
    assert "Not attempted: follows" in live.text
    live.run(FIRST.format(name=name))
    assert "Partly: follows (1 of 2). Not attempted: other." in live.text
    live.run(SECOND.format(name=name))
    assert live.text == "Exercises: 1 of 2 passed. Passed: follows. Not attempted: other."


@pytest.mark.parametrize("answer", [WRONG, RAISES])
def test_a_test_cell_that_fails_makes_an_exercise_wrong_until_it_passes(live, answer):
    name = "mended" if answer is WRONG else "repaired"
    live.declare(**{name: 2})
    cells = [FIRST.format(name=name), SECOND.format(name=name)]
    live.run(answer.format(name=name))
    for cell in cells:
        live.run(cell)
    wrong = f"Wrong: {name} (1 of 2)." if answer is WRONG else f"Wrong: {name}."
    assert live.text == f"Exercises: 0 of 1 passed. {wrong}"
    live.run(RIGHT.format(name=name))
    for cell in cells:
        assert "Wrong" in live.text
        live.run(cell)
    assert live.text == f"Exercises: 1 of 1 passed. Passed: {name}."


def test_a_test_cell_counts_once_however_often_it_runs(live):
    live.declare(once=2)
    live.run(RIGHT.format(name="once"))
    for _ in range(3):
        live.run(FIRST.format(name="once"))
    assert "Partly: once (1 of 2)" in live.text


def test_an_edited_solution_counts_only_when_it_is_tested(live):
    live.declare(edited=1)
    live.run(RIGHT.format(name="edited"))
    live.run(FIRST.format(name="edited"))
    live.run("def edited(x):\n    return 0")
    assert "Passed: edited" in live.text
    live.run(FIRST.format(name="edited"))
    assert "Wrong: edited" in live.text
    live.run(STUB.format(name="edited"))
    live.run(FIRST.format(name="edited"))
    assert "Not attempted: edited" in live.text


def test_an_interrupted_test_has_not_run(live):
    live.declare(stopped=1)
    live.run(RIGHT.format(name="stopped"))
    stop = "\n\n@checks.test('stopped')\ndef last(stopped):\n    if broken:\n        raise KeyboardInterrupt"
    for broken, state in ((False, "Passed"), (True, "Not attempted")):
        live.run(f"broken = {broken}")
        live.run(FIRST.format(name="stopped") + stop)
        assert f"{state}: stopped" in live.text


def test_predictions_count_too(live):
    live.declare(predict=2)
    live.run("predict = dict(a=3, b=4)")
    for key in "ab":
        live.run(f"@checks.prediction('predict', {key!r})\ndef truth():\n    return 3")
    assert live.text == "Exercises: 0 of 1 passed. Wrong: predict (1 of 2)."


def test_a_test_of_something_else_changes_nothing(live):
    live.declare(declared=1)
    live.run(RIGHT.format(name="stranger"))
    live.run(FIRST.format(name="stranger"))
    assert live.text == "Exercises: 0 of 1 passed. Not attempted: declared."


def test_a_written_answer_is_left_to_a_person(live):
    live.declare(tested=1, essay=0)
    assert live.text.startswith("Exercises: 0 of 1 passed.")
    assert live.text.endswith("Graded by hand: essay.")
    assert "✎" in live.board["text/html"]


def test_it_can_be_shown_again_anywhere(live):
    live.declare(again=1)
    live.run(RIGHT.format(name="again"))
    live.run(FIRST.format(name="again"))
    (output,) = live.run("checks.progress()").outputs
    assert output.data == live.board
    live.declare(again=1)  # the set-up cell runs again, and nothing is forgotten
    assert "Passed: again" in live.text


def test_the_picture_says_the_same_in_words_and_in_symbols(live):
    live.declare(done=1, bad=1, part=2, left=1, essay=0)
    for name, answer in {"done": RIGHT, "bad": RAISES, "part": RIGHT}.items():
        live.run(answer.format(name=name))
        live.run(FIRST.format(name=name))
    soup = BeautifulSoup(live.board["text/html"], "html.parser")
    (picture,) = soup.find_all(role="img")
    assert picture["aria-label"] == live.text
    shown = " ".join(picture.get_text(" ").split())
    for words in ("✓ done", "✗ bad", "◐ part 1 of 2", "· left", "✎ essay", "1 of 4 passed"):
        assert words in shown
    assert len(live.board["text/html"]) < 8_000
    assert not soup.find_all(["script", "style", "img", "link"])


def test_its_colours_are_seen_on_a_light_and_on_a_dark_page(live):
    live.declare(tinted=1, essay=0)
    colours = re.findall(r"background:(#\w+)", live.board["text/html"])
    assert len(set(colours)) == 4
    for colour in colours:
        assert contrast("#ffffff", colour) >= 4.5  # the symbol on it
        assert contrast("#111111", colour) >= 3  # it on JupyterLab's dark page


def test_it_begins_anew_with_the_kernel():
    for _ in range(2):
        client, kernel = open_notebook()
        with kernel:
            live = Live(client)
            (said,) = live.run("from gradschool import checks\nchecks.progress()").outputs
            assert said.text.startswith("There is nothing to show yet")
            live.declare(fresh=1)
            assert "Not attempted: fresh" in live.text
            live.run(RIGHT.format(name="fresh"))
            live.run(FIRST.format(name="fresh"))
            assert "Passed: fresh" in live.text


def test_nothing_is_shown_while_nbgrader_runs_the_notebook():
    client, kernel = open_notebook(NBGRADER_EXECUTION="validate")
    with kernel:
        live = Live(client)
        live.declare(quiet=1)
        assert live.shown.outputs == []
        live.run(RIGHT.format(name="quiet"))
        (said,) = live.run(FIRST.format(name="quiet")).outputs
        assert said.text.startswith("✓ quiet")


def test_outside_a_notebook_it_is_a_line(capsys):
    checks.progress(double=1, essay=0)
    namespace = {"double": lambda x: 2 * x}
    exec(FIRST.format(name="double"), namespace)  # noqa: S102 - as a kernel does
    progress_call()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Exercises: 0 of 1 passed. Not attempted: double. Graded by hand: essay."
    assert lines[-1] == "Exercises: 1 of 1 passed. Passed: double. Graded by hand: essay."
