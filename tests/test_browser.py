"""A student's hour and an instructor's, in real JupyterLab in a real browser.

One JupyterLab and one page serve all of the student's tests: they go through the hour in order.
"""

import getpass
from types import SimpleNamespace
from urllib.parse import urlsplit

import nbformat
import pytest
from running_lab import SECONDS, Lab, Notebook, copy_course, wait_for

from gradschool.authoring.notebook import grade_id

START = "00-start-here.ipynb"
LESSON = "tensors/tensors.ipynb"
LOCAL = {"localhost", "127.0.0.1"}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A student's JupyterLab where there is no exchange."""
    folder = tmp_path_factory.mktemp("alone")
    lab = Lab(copy_course(folder / "course"), folder / "home")
    yield lab
    lab.stop()


def watched_page(browser):
    """A page that notes what a user would trip over: errors, and what did not come."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.trouble = []
    page.on("console", lambda said: said.type == "error" and page.trouble.append(said.text))
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on(
        "response", lambda got: got.status >= 400 and page.trouble.append(f"{got.status} {got.url}")
    )
    page.on(
        "request", lambda request: _is_outside(request.url) and page.trouble.append(request.url)
    )
    return page


def _is_outside(url):
    return urlsplit(url).scheme.startswith("http") and urlsplit(url).hostname not in LOCAL


def places(path):
    """Where a notebook's cells are, by their name."""
    cells = nbformat.read(path, as_version=4).cells
    return {grade_id(cell): index for index, cell in enumerate(cells) if grade_id(cell)}


def test_it_opens_on_the_start_page_and_shows_nothing_of_an_instructors(alone, browser):
    page = watched_page(browser)
    start = Notebook(page, alone.opened, START)
    assert page.locator(".jp-NotebookPanel h1").first.inner_text() == "Start here"
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    assert page.locator("#jp-MainMenu").get_by_text("Nbgrader").count() == 0
    start.command("apputils:activate-command-palette")
    palette = page.locator("#modal-command-palette")
    palette.locator("input").fill("nbgrader")
    palette.locator(".lm-CommandPalette-emptyMessage").wait_for()
    assert page.trouble == []
    page.close()


def test_only_a_notebook_in_the_students_folder_is_validated(alone):
    assert alone.post("gradschool/validate", {"path": "../nbgrader_config.py"}) == 404
    assert alone.post("gradschool/validate", {"path": "missing.ipynb"}) == 404


@pytest.fixture(scope="module")
def lesson(alone, browser):
    """The released lesson, run from the top."""
    notebook = Notebook(watched_page(browser), alone.url(f"lab/tree/{LESSON}"), LESSON)
    notebook.at = places(alone.work / LESSON)
    notebook.run_all()
    return notebook


def test_a_lesson_runs_to_its_end_and_says_what_is_not_attempted(lesson):
    assert "not attempted" in lesson.go_to(lesson.at["trace_of_product-cost"]).inner_text()
    assert lesson.page.trouble == []


def test_a_wrong_answer_earns_a_line_and_a_picture_and_a_right_one_a_tick(lesson):
    answer, test = lesson.at["flatten_batch"], lesson.at["flatten_batch-values"]
    lesson.write(answer, "def flatten_batch(x):\n    return x.flatten()")
    lesson.run(answer)
    tested = lesson.run(test)
    assert "this also melts the batch axis away: all items end up in one row" in tested.inner_text()
    assert "Traceback" not in tested.inner_text()
    assert "expected" in tested.locator("img").get_attribute("alt")
    lesson.write(answer, "def flatten_batch(x):\n    return x.flatten(1)")
    lesson.run(answer)
    assert "✓ flatten_batch" in lesson.run(test).inner_text()


def test_validate_says_what_is_missing_and_that_hidden_tests_remain(lesson):
    page = lesson.page
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".gradschool-validation")
    dialog.wait_for(timeout=1000 * SECONDS)
    said = dialog.inner_text()
    assert "3 of " in said
    assert "flatten_batch" not in said
    assert "starter_kit: not attempted yet" in said
    assert "hidden tests" in said
    page.get_by_role("button", name="Ok", exact=True).click()


def test_a_locked_cell_can_neither_be_edited_nor_deleted(lesson):
    test = lesson.at["flatten_batch-memory"]
    before = lesson.sources()
    lesson.write(test, "print('it passes')")
    lesson.go_to(test)
    lesson.page.keyboard.press("d")
    lesson.page.keyboard.press("d")
    lesson.page.keyboard.press("x")
    assert lesson.sources() == before


def test_a_restart_loses_nothing(lesson, alone):
    answer = lesson.at["flatten_batch"]
    lesson.write(answer, "def flatten_batch(x):\n    return x.flatten(1)  # mine")
    lesson.save()
    lesson.page.get_by_role("button", name="Restart the kernel", exact=True).click()
    lesson.page.get_by_role("button", name="Confirm Kernel Restart").click()
    lesson.wait_for_kernel()
    assert "# mine" in lesson.sources()[answer]
    assert "# mine" in (alone.work / LESSON).read_text()
    lesson.run(lesson.at["setup"])
    lesson.run(answer)
    assert "✓ flatten_batch" in lesson.run(lesson.at["flatten_batch-values"]).inner_text()
    assert lesson.page.trouble == []


# --- an instructor's hour, and what the student sees of it


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """An exchange, an instructor's JupyterLab on the course, and room for a student's."""
    folder = tmp_path_factory.mktemp("school")
    exchange, settings = folder / "exchange", folder / "settings"
    exchange.mkdir()
    exchange.chmod(0o777)  # as nbgrader asks for
    settings.mkdir()
    (settings / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'gradschool'\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
    )
    variables = {"JUPYTER_CONFIG_PATH": str(settings)}
    course = copy_course(folder / "course", "source/tensors")
    lab = Lab(course, folder / "instructor", "--instructor", variables=variables)
    yield SimpleNamespace(folder=folder, course=course, lab=lab, variables=variables)
    lab.stop()


@pytest.fixture(scope="module")
def formgrader(school, browser):
    return Formgrader(watched_page(browser), school.lab)


@pytest.fixture(scope="module")
def fetched(school, formgrader, browser):
    """The assignment released through the exchange, and fetched in the student's Assignment List."""
    formgrader.assignment("assign")
    formgrader.assignment("release")
    lab = Lab(
        copy_course(school.folder / "copy"), school.folder / "home", variables=school.variables
    )
    start = Notebook(watched_page(browser), lab.opened, START)
    start.menu("Nbgrader", "Assignment List")
    assert not (lab.work / LESSON).exists()
    start.page.get_by_text("Fetch", exact=True).click()
    wait_for((lab.work / LESSON).is_file, "nothing is fetched")
    yield SimpleNamespace(lab=lab, page=start.page)
    lab.stop()


def test_an_instructors_hour(school, formgrader, fetched):
    page = fetched.page
    answer(fetched.lab.work / LESSON)
    page.get_by_text("Submit", exact=True).click()
    page.get_by_text("Fetch Feedback", exact=True).wait_for()

    formgrader.assignment("collect")
    said = formgrader.autograde(getpass.getuser())
    assert "Successfully autograded" in said
    formgrader.grade_by_hand("explain_views", "2", "Nearly: how do you find out?")
    formgrader.assignment("generate-feedback")
    formgrader.assignment("release-feedback")

    page.get_by_text("Fetch Feedback", exact=True).click()
    (path,) = wait_for(
        lambda: list(fetched.lab.work.glob("tensors/feedback/*/*.html")), "no feedback has come"
    )
    text = path.read_text()
    assert "Nearly: how do you find out?" in text
    assert "this also melts the batch axis away" in text
    page.goto(fetched.lab.url(f"lab/tree/{path.relative_to(fetched.lab.work)}"))
    page.frame_locator(".jp-HTMLViewer iframe").get_by_role("heading", level=1).wait_for()
    assert fetched.page.trouble == []


def answer(path):
    """Hand in a wrong answer and a written one."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if grade_id(cell) == "flatten_batch":
            cell.source = "def flatten_batch(x):\n    return x.flatten()"
        if grade_id(cell) == "explain_views":
            cell.source = "They are two names for one block of numbers."
    nbformat.write(notebook, path)


class Formgrader:
    """nbgrader's pages for an instructor."""

    def __init__(self, page, lab):
        self.page = page
        self._lab = lab

    def assignment(self, action):
        """Press a button in the assignment's row."""
        self.page.goto(self._lab.url("formgrader/manage_assignments"))
        return self._press(self.page.locator("tr", has_text="tensors").locator(f".{action} a"))

    def autograde(self, student):
        """Press the button in the student's row."""
        self.page.goto(self._lab.url("formgrader/manage_submissions/tensors"))
        return self._press(self.page.locator("tr", has_text=student).locator(".autograde a"))

    def grade_by_hand(self, name, points, comment):
        """Give points and a comment, as a person who reads the answer does."""
        self.page.goto(self._lab.url("formgrader/gradebook/tensors/tensors"))
        self.page.get_by_text("Submission #1").click()
        # The fields take no entry before the page has fetched their values.
        self.page.wait_for_function(
            "window.formgrader?.grades?.loaded && formgrader.comments?.loaded"
        )
        self._enter(self.page.locator(f"input.score#{name}"), points)
        self._enter(self.page.locator(f"textarea#{name}-comment"), comment)

    def _enter(self, field, text):
        field.fill(text)
        with self.page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
            field.blur()
        assert saved.value.ok

    def _press(self, button):
        button.click()
        dialog = self.page.locator("#success-modal, #error-modal")
        dialog.wait_for(timeout=1000 * SECONDS)
        return dialog.inner_text()
