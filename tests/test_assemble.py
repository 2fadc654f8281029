"""A student's notebook and the source: what is run in the end, whatever the student's looks like."""

import json
import random
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from gradschool.grading.assemble import assemble, recognises
from gradschool.grading.source import Role, Source, SourceCell

CELLS = (
    SourceCell("setup", Role.LOCKED, "code", "import math"),
    SourceCell("one", Role.SOLUTION, "code", "# YOUR CODE HERE"),
    SourceCell("one-a", Role.TEST, "code", "assert one == 1", points=2),
    SourceCell("one-b", Role.TEST, "code", "assert one\nassert hidden", points=1),
    SourceCell("read", Role.LOCKED, "markdown", "Read this."),
    SourceCell("two", Role.SOLUTION, "code", "# YOUR CODE HERE"),
    SourceCell("two-a", Role.TEST, "code", "assert two == 2", points=3),
    SourceCell("why", Role.ANSWER, "markdown", "YOUR ANSWER HERE", points=2),
    SourceCell("plot", Role.TASK, "markdown", "Plot it.", points=1),
)
SOURCE = Source("notebook", CELLS, lesson=frozenset({"title", "lesson"}))
NAMES = [cell.name for cell in CELLS]
OURS = {cell.name: cell for cell in CELLS if cell.ours}


def handed_in():
    """What an honest student hands in: the release, a text of the lesson, and answers."""
    cells = {
        cell.name: (new_code_cell if cell.cell_type == "code" else new_markdown_cell)(
            cell.text, id=cell.name, metadata={"nbgrader": cell.metadata}
        )
        for cell in CELLS
    }
    cells["one-b"].source = "assert one"  # what is hidden is not released
    for name, answer in {"one": "one = 1", "two": "two = 2", "why": "Because."}.items():
        cells[name].source = answer
    for name, cell in cells.items():
        if name in OURS:
            cell.metadata.nbgrader.checksum = compute_checksum(cell)
    lesson = new_markdown_cell("A lesson", id="lesson")
    return [new_markdown_cell("# Title", id="title"), *cells.values(), lesson]


def put_together(cells):
    # Through JSON, as a file would bring it.
    assembled = assemble({"cells": json.loads(json.dumps(cells))}, SOURCE)
    nbformat.validate(assembled.notebook)
    return assembled


def names(assembled):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in assembled.notebook.cells]


def graded(assembled):
    return [name for name in names(assembled) if name]


def index(cells, name):
    return next(place for place, cell in enumerate(cells) if cell.id == name)


def test_an_honest_notebook_is_left_as_it_is():
    assembled = put_together(handed_in())
    assert [cell.id for cell in assembled.notebook.cells] == ["title", *NAMES, "lesson"]
    by_id = {cell.id: cell for cell in assembled.notebook.cells}
    assert by_id["one"].source == "one = 1"
    assert by_id["one-b"].source == "assert one\nassert hidden"
    assert by_id["why"].source == "Because."
    assert not assembled.notes
    assert not assembled.comments


@pytest.mark.parametrize(
    "damage",
    [
        lambda cell: cell.metadata.nbgrader.update(solution=False, grade=False, points=99),
        lambda cell: cell.metadata.nbgrader.update(locked=True, grade_id="renamed"),
        lambda cell: cell.metadata.clear(),
        lambda cell: cell.update(cell_type="raw"),
        lambda cell: cell.update(cell_type="code", outputs=[], execution_count=None),
    ],
)
def test_a_written_answer_stays_the_students_whatever_became_of_its_cell(damage):
    cells = handed_in()
    why = cells[index(cells, "why")]
    why.attachments = {"drawing.png": {"image/png": "iVBORw0KGgo="}}
    damage(why)
    again = put_together(cells).notebook.cells
    cell = again[index(again, "why")]
    assert (cell.cell_type, cell.source) == ("markdown", "Because.")
    assert cell.attachments == why.attachments
    assert cell.metadata.nbgrader == CELLS[NAMES.index("why")].metadata


def test_the_settings_are_those_of_the_source():
    cells = handed_in()
    for cell in cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=99, grade=True, solution=True, locked=False)
            cell.metadata.update(tags=["skip-execution"], editable=False)
    assembled = put_together(cells)
    for cell in assembled.notebook.cells:
        wanted = next((one.metadata for one in CELLS if one.name == cell.id), None)
        assert cell.metadata == ({"nbgrader": wanted} if wanted else {})
    assert "settings" in assembled.notes[0]


def test_outputs_are_cleared_and_the_kernel_is_ours():
    cells = handed_in()
    cells[1].outputs = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    cells[1].execution_count = 7
    cell = put_together(cells).notebook.cells[1]
    assert (cell.outputs, cell.execution_count) == ([], None)
    kernel = put_together(cells).notebook.metadata.kernelspec
    assert kernel.name == "python3"


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_cell_of_ours_comes_back_wherever_it_went(name):
    for damage in (
        lambda cells, place: cells.pop(place),
        lambda cells, place: cells.insert(0, cells.pop(place)),
        lambda cells, place: cells.append(cells.pop(place)),
        lambda cells, place: cells.insert(0, cells[place]),
        lambda cells, place: cells.append(cells[place]),
        lambda cells, place: cells[place].update(source="pass"),
        lambda cells, place: cells[place].update(source=""),
        lambda cells, place: cells[place].update(cell_type="raw", source="x"),
        lambda cells, place: cells[place].metadata.nbgrader.update(grade_id="renamed"),
        lambda cells, place: cells[place].metadata.clear(),
    ):
        cells = handed_in()
        damage(cells, index(cells, name))
        assembled = put_together(cells)
        # A read-only cell may stand further up than it did, and nobody need look at that.
        locked = OURS[name].role is Role.LOCKED
        found, wanted = graded(assembled), NAMES
        assert found == wanted or (locked and found.index(name) < wanted.index(name)), damage
        assert [one for one in found if one != name] == [one for one in wanted if one != name]
        cell = assembled.notebook.cells[names(assembled).index(name)]
        assert (cell.source, cell.cell_type) == (OURS[name].text, OURS[name].cell_type)
        unnoticed = cells == handed_in() or locked
        assert unnoticed or any(name in note for note in assembled.notes)


def test_tests_follow_an_answer_that_was_moved():
    cells = handed_in()
    cells.append(cells.pop(index(cells, "one")))
    found = graded(put_together(cells))
    assert found[-3:] == ["one", "one-a", "one-b"]


def test_an_exercise_moved_as_a_whole_stays_where_it_is():
    cells = handed_in()
    place = index(cells, "two")
    moved = [cells.pop(place), cells.pop(place)]
    cells[2:2] = moved
    found = graded(put_together(cells))
    assert found.index("two") < found.index("two-a") < found.index("one") < found.index("one-a")


def test_own_cells_stay_and_a_helper_below_the_answer_is_defined_before_its_test():
    cells = handed_in()
    cells.insert(index(cells, "one"), new_code_cell("before = 1", id="x"))
    cells.insert(index(cells, "one") + 1, new_code_cell("after = 1", id="y"))
    del cells[index(cells, "one-a")]
    order = [cell.id for cell in put_together(cells).notebook.cells]
    assert order[2:7] == ["x", "one", "y", "one-a", "one-b"]


def test_a_missing_answer_is_an_empty_cell_before_its_tests():
    cells = handed_in()
    del cells[index(cells, "two")]
    assembled = put_together(cells)
    assert graded(assembled) == NAMES
    assert assembled.notebook.cells[names(assembled).index("two")].source == ""
    assert assembled.comments == {"two": "The cell for this answer was missing."}


def test_the_last_of_several_answers_counts_and_the_others_still_run():
    cells = handed_in()
    first = new_code_cell("helper = 1", metadata=cells[index(cells, "one")].metadata)
    cells.insert(0, first)
    assembled = put_together(cells)
    assert assembled.notebook.cells[0].source == "helper = 1"
    assert "nbgrader" not in assembled.notebook.cells[0].metadata
    assert graded(assembled) == NAMES
    assert "last one counts" in assembled.comments["one"]


def test_an_answer_without_metadata_is_known_by_its_id():
    cells = handed_in()
    cells[index(cells, "one")].metadata = {}
    assembled = put_together(cells)
    assert assembled.notebook.cells[names(assembled).index("one")].source == "one = 1"


def test_an_answer_turned_into_text_is_code_again():
    cells = handed_in()
    cells[index(cells, "one")] = new_markdown_cell(
        "one = 1", id="one", metadata=cells[index(cells, "one")].metadata
    )
    cell = put_together(cells).notebook.cells[2]
    assert (cell.cell_type, cell.source) == ("code", "one = 1")


def test_a_task_keeps_what_the_student_wrote_and_comes_back_when_emptied():
    cells = handed_in()
    place = index(cells, "plot")
    cells[place].source = "Plot it. Here: …"
    assert put_together(cells).notebook.cells[place].source == "Plot it. Here: …"
    cells[place].source = ""
    assert put_together(cells).notebook.cells[place].source == "Plot it."


def test_pasted_pictures_are_kept_and_nonsense_in_their_place_is_not():
    cells = handed_in()
    cells[index(cells, "why")].attachments = {"a.png": {"image/png": "AAAA"}, "b": 3}
    cell = put_together(cells).notebook.cells[8]
    assert cell.attachments == {"a.png": {"image/png": "AAAA"}}


def test_depth_is_no_matter():
    deep = []
    for _ in range(900):
        deep = [deep]
    cells = [json.loads(json.dumps(cell)) for cell in handed_in()]
    for key in ("points", "checksum", "extra"):
        cells[3]["metadata"]["nbgrader"][key] = deep
    cells[2].update(attachments={"a": {"b": deep}}, source=deep)
    assert graded(assemble({"cells": cells}, SOURCE)) == NAMES


def test_ids_are_unique_and_valid():
    cells = handed_in()
    own = [new_code_cell("", id=name) for name in ("one-a", "same", "same")]
    own.append({**new_code_cell(""), "id": "not valid!"})
    found = [cell.id for cell in put_together([*own, *cells]).notebook.cells]
    assert len(set(found)) == len(found)
    assert set(NAMES) <= set(found)


def test_a_notebook_without_any_of_the_cells_is_another_one():
    assert recognises({"cells": handed_in()}, SOURCE)
    assert recognises({"cells": [{"id": "one"}]}, SOURCE)
    assert not recognises({"cells": [{"id": "x", "metadata": {"nbgrader": None}}]}, SOURCE)


WEIRD = [None, True, 0, -1, 1.5, "", "x", "one", [], ["one"], {}, {"a": 1}, "\ud83d", "é" * 300]
KEYS = ["id", "cell_type", "source", "metadata", "attachments", "outputs"]
FLAGS = ["grade_id", "grade", "solution", "task", "locked", "points", "checksum", "schema_version"]


def weird_cells(dice):
    """Cells of an honest notebook, shuffled, dropped, copied, and with nonsense in them."""
    cells = json.loads(json.dumps(handed_in()))
    cells = dice.choices(cells, k=dice.randrange(1, 25))
    cells = [json.loads(json.dumps(cell)) for cell in cells]
    for cell in cells:
        for key in dice.sample(KEYS, dice.randrange(3)):
            cell[key] = deepcopy(dice.choice(WEIRD))
        metadata = cell.get("metadata")
        if isinstance(metadata, dict) and isinstance(metadata.get("nbgrader"), dict):
            for flag in dice.sample(FLAGS, dice.randrange(4)):
                metadata["nbgrader"][flag] = deepcopy(dice.choice(WEIRD))
        elif dice.random() < 0.3 and isinstance(metadata, dict):
            metadata["nbgrader"] = deepcopy(dice.choice(WEIRD))
        if dice.random() < 0.1:
            cell.pop(dice.choice(list(cell)))
    return cells


@pytest.mark.parametrize("seed", range(200))
def test_no_notebook_makes_it_fail_and_the_laws_hold(seed):
    assembled = assemble({"cells": weird_cells(random.Random(seed))}, SOURCE)
    notebook = assembled.notebook
    nbformat.validate(notebook)
    text = nbformat.writes(notebook)
    text.encode()
    found = graded(assembled)
    assert sorted(found) == sorted(NAMES)
    place = {name: found.index(name) for name in NAMES}
    assert place["one"] < place["one-a"] < place["one-b"]
    assert place["two"] < place["two-a"]
    assert all(place["setup"] < place[name] for name in NAMES if name != "setup")
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        assert name not in OURS or cell.source == OURS[name].text


@pytest.mark.parametrize("seed", range(20))
def test_assembling_twice_changes_nothing_more(seed):
    once = assemble({"cells": weird_cells(random.Random(seed))}, SOURCE).notebook
    twice = assemble(json.loads(nbformat.writes(once)), SOURCE).notebook
    assert twice.cells == once.cells
