"""From how each cell ended to points and comments."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum, determine_grade
from submissions.course import metadata

from gradschool.grading.assemble import METADATA
from gradschool.grading.errors import OurFaultError
from gradschool.grading.record import CellRun, Run, Status
from gradschool.grading.score import score


def result(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def ran(*outputs, status=Status.OK, note="", points=5, ours=""):
    """One answer and one test of it, as they come back from the engine."""
    cells = [
        new_code_cell("x = 1", id="x", metadata=metadata("x", solution=True, locked=False)),
        new_code_cell(
            "assert x",
            id="x-test",
            metadata=metadata("x-test", grade=True, points=points),
            outputs=list(outputs),
        ),
    ]
    runs = (CellRun(0, "x", Status.OK), CellRun(1, "x-test", status, note))
    return Run(new_notebook(cells=cells), runs, ours=ours)


ERROR = new_output("error", ename="E", evalue="", traceback=[])


@pytest.mark.parametrize(
    ("text", "points"),
    [("2.5", 2.5), ("0", 0), ("5", 5), ("-1", 5), ("'text'", 5), ("True", 5), ("nan", 5)],
)
def test_a_number_at_the_end_is_partial_credit_as_in_nbgrader(text, points):
    run = ran(result(text))
    assert score(run).scores == {"x-test": points}
    assert determine_grade(run.notebook.cells[1])[0] == points
    assert not score(run).notes


@pytest.mark.parametrize("text", ["6", "1e9", "inf"])
def test_more_than_there_is_gets_all_points_and_a_look(text):
    run = ran(result(text))
    with pytest.raises(ValueError, match="greater than maximum"):
        determine_grade(run.notebook.cells[1])
    assert score(run).scores == {"x-test": 5}
    assert "more than its 5 points" in score(run).notes[0]


def test_a_result_without_text_is_no_crash():
    picture = new_output("execute_result", data={"image/png": "AAAA"}, execution_count=1)
    assert score(ran(picture)).scores == {"x-test": 5}


def test_what_counts_is_how_the_cell_ended_and_not_what_it_showed():
    stderr = new_output("stream", name="stderr", text="careful")
    assert score(ran(stderr)).scores == {"x-test": 5}
    assert score(ran(ERROR)).scores == {"x-test": 5}
    assert score(ran(status=Status.ERROR)).scores == {"x-test": 0}
    assert score(ran(result("5"), status=Status.ERROR)).scores == {"x-test": 0}


@pytest.mark.parametrize("status", [Status.TIMEOUT, Status.DIED, Status.FLOOD, Status.NOT_RUN])
@pytest.mark.parametrize("note", ["", "in the engine's words"])
def test_a_cell_cut_short_gets_nothing_and_says_why(status, note):
    scored = score(ran(result("5"), status=status, note=note))
    assert scored.scores == {"x-test": 0}
    assert "x-test` did not finish: " in scored.comments["x"]
    assert note in scored.comments["x"]
    assert scored.notes[0].startswith("x-test: ")


def test_an_ordinary_error_needs_no_words():
    scored = score(ran(ERROR, status=Status.ERROR))
    assert scored.comments == {"x": None}
    assert not scored.notes


def test_our_fault_is_nobodys_score():
    with pytest.raises(OurFaultError, match="the warm process has ended"):
        score(ran(ours="the warm process has ended"))


def test_a_cell_that_the_record_does_not_know_did_not_run():
    run = ran()
    assert score(Run(run.notebook, run.cells[:1])).scores == {"x-test": 0}


@pytest.mark.parametrize("make", [new_code_cell, new_markdown_cell])
@pytest.mark.parametrize(("touched", "points"), [(False, 0), (True, None)])
def test_an_answer_for_a_person_to_grade(make, touched, points):
    cell = make("YOUR ANSWER", metadata=metadata("why", grade=True, solution=True, points=2))
    cell.metadata.nbgrader.checksum = compute_checksum(cell)
    if touched:
        cell.source += "!"
    run = Run(new_notebook(cells=[cell]), (CellRun(0, cell.id, Status.OK),))
    scored = score(run)
    assert scored.scores == {"why": points} == {"why": determine_grade(cell)[0]}
    assert scored.comments == {"why": None if touched else "No response."}


def test_a_task_has_a_comment_and_no_score():
    cell = new_markdown_cell("Do it.", metadata=metadata("task", task=True, points=2))
    scored = score(Run(new_notebook(cells=[cell]), ()))
    assert (scored.scores, scored.comments) == ({}, {"task": None})


def test_what_the_assembly_says_comes_before_what_the_run_says():
    run = ran(status=Status.TIMEOUT, note="stopped after 3 s")
    run.notebook.metadata[METADATA] = {"comments": {"x": "There were two."}}
    comment = score(run).comments["x"]
    assert comment == "There were two.\n\nThe test `x-test` did not finish: stopped after 3 s."
