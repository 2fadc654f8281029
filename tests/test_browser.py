"""A student's hour and an instructor's, in real JupyterLab in a real browser.

One JupyterLab and one page serve all of the student's tests: they go through the hour in order.
"""

from urllib.parse import urlsplit

import nbformat
import pytest
from running_lab import SECONDS, Lab, Notebook, copy_course

from gradschool.authoring.notebook import grade_id

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
    start = Notebook(page, alone.opened, "00-start-here.ipynb")
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
