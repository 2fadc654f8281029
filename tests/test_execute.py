"""Notebooks run in real kernels; what comes of it is a record, never an exception."""

import json

import nbformat
import pytest
from nbformat import v4

from gradschool.authoring.execute import Outcome, execute


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook whose cells are the given lines of code, under one heading."""

    def write(*sources):
        cells = [v4.new_markdown_cell("# Lesson\n\n## Part `one`", id="lesson")]
        cells += [v4.new_code_cell(text, id=f"code-{n}") for n, text in enumerate(sources, 1)]
        path = tmp_path / "lesson.ipynb"
        nbformat.write(v4.new_notebook(cells=cells), path)
        return path

    return write


def test_notebook_that_runs_gives_outputs_and_what_it_wrote_to_stderr(notebook, capfd):
    path = notebook(
        "import os, sys, pathlib\nprint(os.environ['OMP_NUM_THREADS'])",
        "print('careful', file=sys.stderr)",
        "print(pathlib.Path.cwd(), list(pathlib.Path.cwd().glob('*.ipynb')))",
        "import urllib.request\ntry:\n    urllib.request.urlopen('http://example.org', timeout=9)\n"
        "except OSError as error:\n    print('no network', error)",
    )
    before = path.read_bytes()
    run = execute(path)
    assert (run.outcome, run.error, run.cell_id) == ("ran", "", "")
    printed = [cell.outputs[0].text for cell in run.notebook.cells[1:]]
    assert printed[0] == "1\n"
    assert "gradschool-run-" in printed[2]
    assert printed[2].endswith(" []\n")
    assert "refused" in printed[3]
    assert run.stderr == {"code-2": "careful\n"}
    assert 0 < run.seconds < 60
    assert str(run) == f"{path} ran in {run.seconds:.1f} s."
    assert path.read_bytes() == before
    assert capfd.readouterr() == ("", "")


def test_tag_for_students_does_not_hide_an_error(notebook):
    path = notebook("raise ValueError('tagged')")
    nb = nbformat.read(path, 4)
    nb.cells[1].metadata["tags"] = ["raises-exception"]
    nbformat.write(nb, path)
    assert execute(path).error == "ValueError: tagged"
    assert execute(path, allow_errors=True).outcome is Outcome.RAN


def test_cell_that_raises_is_named_with_its_heading_and_error(notebook, tmp_path):
    path = notebook("x = 1", "open('made.txt', 'w').close(); raise ValueError('odd\\nvalue')", "x")
    run = execute(path, cwd=tmp_path)
    assert run.outcome is Outcome.FAILED
    assert (run.cell_id, run.cell_index, run.heading) == ("code-2", 2, "Part `one`")
    assert run.error == "ValueError: odd\nvalue"
    assert str(run) == f"{path}: cell code-2 under “Part `one`” failed with ValueError: odd."
    assert run.notebook.cells[2].outputs[0].ename == "ValueError"
    assert run.notebook.cells[3].outputs == []
    assert (tmp_path / "made.txt").exists()


def test_errors_are_passed_over_on_demand(notebook):
    run = execute(notebook("raise NotImplementedError", "print('on')"), allow_errors=True)
    assert run.outcome == "ran"
    assert run.notebook.cells[1].outputs[0].ename == "NotImplementedError"
    assert run.notebook.cells[2].outputs[0].text == "on\n"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import time\ntime.sleep(60)", "TimeoutError: the notebook is limited to 3 s"),
        ("import os\nos._exit(1)", "DeadKernelError: the kernel died"),
    ],
)
def test_cell_that_hangs_or_kills_its_kernel_failed(notebook, code, error):
    run = execute(notebook("1", code), timeout=3)
    assert (run.outcome, run.cell_id, run.error) == ("cell failed", "code-2", error)
    assert run.seconds < 20


def test_file_that_is_no_notebook_could_not_run(tmp_path):
    path = tmp_path / "lesson.ipynb"
    assert str(execute(path)).startswith(f"{path} could not run: cannot be read")
    path.write_text("{")
    assert "cannot be read as a notebook (NotJSONError" in str(execute(path))
    path.write_text(
        json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []})
    )
    assert "has notebook format 3" in execute(path).error


def test_missing_folder_could_not_run(notebook, tmp_path):
    run = execute(notebook("1"), cwd=tmp_path / "nowhere")
    assert run.outcome == "could not run"
    assert "nowhere" in run.error
