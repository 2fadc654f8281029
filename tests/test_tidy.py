"""A notebook has one form in git, whoever saved it and however often it is tidied."""

import json

import nbformat
import pytest
from nbformat import v4

from gradschool.authoring.notebook import NotebookError
from gradschool.authoring.tidy import METADATA, cell_ids, tidied, tidy


def markdown(source):
    return v4.new_markdown_cell(source)


def code(source="", **nbgrader):
    return v4.new_code_cell(source, metadata={"nbgrader": nbgrader} if nbgrader else {})


def solution(name):
    return code("pass", grade=False, solution=True, locked=False, schema_version=3, grade_id=name)


def raw(nb, path):
    """Write it as it is: nbformat would mend or refuse what these tests are about."""
    path.write_text(json.dumps(nb))
    return path


class TestCellIds:
    def test_cells_are_numbered_under_the_nearest_heading(self):
        cells = [code(), markdown("# Tensors: a *first* look"), code(), code()]
        cells += [markdown("text\n\n## Größe\n\n```python\n# no heading\n```"), code()]
        assert cell_ids(cells) == [
            "top",
            "tensors-a-first-look",
            "tensors-a-first-look-2",
            "tensors-a-first-look-3",
            "groe",
            "groe-2",
        ]

    def test_cell_with_several_headings_has_the_first_and_the_next_cell_the_last(self):
        assert cell_ids([markdown("# One\n## Two"), code()]) == ["one", "two"]

    def test_a_marker_is_no_heading(self):
        answer = markdown("### BEGIN SOLUTION\nBecause.\n### END SOLUTION")
        assert cell_ids([markdown("# Why"), answer, code()]) == ["why", "why-2", "why-3"]

    def test_graded_cell_has_its_grade_id_which_nothing_else_gets(self):
        cells = [markdown("# flatten_batch"), solution("flatten_batch"), code()]
        assert cell_ids(cells) == ["flatten_batch-2", "flatten_batch", "flatten_batch-3"]

    def test_ids_differ_even_where_headings_repeat_or_grade_ids_do(self):
        cells = [markdown("# A"), markdown("# A 2"), markdown("# A"), solution("a"), solution("a")]
        ids = cell_ids(cells)
        assert len(set(ids)) == len(ids)
        assert ids[3] == "a"

    def test_ids_are_at_most_64_characters_and_never_empty(self):
        ids = cell_ids([markdown("# " + "long " * 40), code(), markdown("# ∂ ∇"), code()])
        assert max(map(len, ids)) <= 64
        assert ids[1].endswith("-2")
        assert ids[2:] == ["top", "top-2"]


class TestTidy:
    @pytest.fixture
    def messy(self, tmp_path):
        """A notebook as JupyterLab and nbgrader's menu leave it."""
        ran = {
            "cell_type": "code",
            "id": "3f2a",
            "execution_count": 7,
            "metadata": {"scrolled": True, "tags": ["kept"], "nbgrader": {"grade": False}},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}],
            "source": ["print(1)\n", "print(2)"],
        }
        test = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"nbgrader": {"grade": True, "grade_id": "f-values", "points": 2.0}},
            "outputs": [],
            "source": [],
        }
        title = {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}
        metadata = {"kernelspec": {"name": "conda-env-x"}, "language_info": {"version": "3.11.7"}}
        nb = {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": [title, ran, test]}
        return raw(nb, tmp_path / "messy.ipynb")

    def test_brings_it_into_form(self, messy):
        assert tidy(messy)
        nb = json.loads(messy.read_text())
        assert (nb["nbformat"], nb["nbformat_minor"], nb["metadata"]) == (4, 5, METADATA)
        assert [cell["id"] for cell in nb["cells"]] == ["title", "title-2", "f-values"]
        assert nb["cells"][1] == {
            "cell_type": "code",
            "execution_count": None,
            "id": "title-2",
            "metadata": {"tags": ["kept"]},
            "outputs": [],
            "source": ["print(1)\n", "print(2)"],
        }
        assert nb["cells"][2]["metadata"]["nbgrader"] == {
            "grade": True,
            "grade_id": "f-values",
            "locked": True,
            "points": 2,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }

    def test_folds_tests_and_lets_run_all_go_on_after_them(self, messy):
        tidy(messy)
        metadata = json.loads(messy.read_text())["cells"][2]["metadata"]
        assert metadata["jupyter"] == {"source_hidden": True}
        assert metadata["tags"] == ["raises-exception"]

    def test_is_idempotent_and_says_whether_it_changed_anything(self, messy):
        assert tidy(messy)
        once = messy.read_bytes()
        assert not tidy(messy)
        assert messy.read_bytes() == once
        assert once.endswith(b"}\n")

    def test_keeps_attachments_and_what_a_newer_schema_means(self):
        picture = markdown("![a cat](attachment:cat.png)")
        picture["attachments"] = {"cat.png": {"image/png": "aGk="}}
        essay = markdown("Write.")
        essay.metadata.nbgrader = {"grade": True, "solution": True, "grade_id": "essay"}
        essay.metadata.nbgrader |= {"points": 2.5, "schema_version": 1, "locked": False}
        nb = tidied(v4.new_notebook(cells=[picture, essay]))
        assert nb.cells[0].attachments == picture.attachments
        assert nb.cells[1].metadata.nbgrader.points == 2.5
        assert nb.cells[1].metadata.nbgrader.schema_version == 3

    def test_changes_nothing_in_the_notebook_that_it_was_given(self):
        nb = v4.new_notebook(cells=[markdown("# A"), code("1")])
        before = nbformat.writes(nb)
        tidied(nb)
        assert nbformat.writes(nb) == before

    def test_file_that_is_no_notebook_stays_as_it_is(self, tmp_path):
        path = tmp_path / "broken.ipynb"
        path.write_text("<html>")
        with pytest.raises(NotebookError, match=r"broken\.ipynb cannot be read"):
            tidy(path)
        assert path.read_text() == "<html>"
        raw({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"source": ""}]}, path)
        with pytest.raises(NotebookError, match="missing an expected key: metadata"):
            tidy(path)
