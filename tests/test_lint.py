"""Each rule of the lint against the least notebook that breaks it, and one that breaks none."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nbformat import v4

from gradschool.authoring import Course, UnknownTopicError
from gradschool.authoring.exercises import Exercise, ExerciseError, exercises
from gradschool.authoring.lint import RULES, Finding, Rule, lint
from gradschool.authoring.regions import public
from gradschool.authoring.tidy import tidied

REPOSITORY = Path(__file__).parent.parent
FACTS = "*Layer 2 · level 1/5 · 4 minutes · 3 points*"
HINTS = """
<details><summary>Hint 1: a nudge</summary>

What is twice?

</details>
<details><summary>Hint 2: the idea</summary>

Add it to itself.

</details>
"""
HEADING = f"## Exercise T-E01 · `double`\n\n{FACTS}\n\nWrite it.\n{HINTS}"
SOLUTION = '''\
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    doubled = x + x
    assert doubled == 2 * x
    return doubled
    ### END SOLUTION
'''
TEST = """\
import torch
assert double(torch.tensor(2)) == 4
### BEGIN HIDDEN TESTS
assert double(torch.tensor(-3)) == -6
### END HIDDEN TESTS
"""
EDGES = "for zero in (0, 0.0):\n    assert double(zero) == 0, f'{zero}/s'"
PREDICT = (
    """\
## Exercise T-E02 · `predict`

*Layer 1 · level 1/5 · 1 minute · 1 point*

![a tensor as a row of boxes](row.png) and <img src="x.svg" alt="a box">, but `![](code)`:

```markdown
# Not a heading
![](no image)
```
"""
    + HINTS
)
PREDICTION = """\
predict = dict(
    a=...,  # the shape of torch.tensor(7)
)
### BEGIN SOLUTION
predict = dict(a=())
### END SOLUTION
"""
QUESTION = (
    """\
## Exercise T-E04 · `explain`

*Layer 4 · level 2/5 · 5 minutes · 3 points*

| points | for |
|---|---|
| 1 | the reason |
| 2 | an example |
"""
    + HINTS
)
MODEL = "### BEGIN SOLUTION\nBecause a number and itself are two of it.\n### END SOLUTION"
FIGURE = """\
import matplotlib.pyplot as plt
from gradschool import figures

plt.style.use("default")
figure, axes = plt.subplots()
figures.show(figure, alt="an empty pair of axes")
"""
THIRD = f"## Exercise T-E03 · `triple`\n*Layer 4 · level 5/5 · 9 minutes · 2 points*\n{HINTS}"
SETUP = "from gradschool import checks\n\nchecks.progress(double=2, explain=0, predict=1)"


def text(source):
    return v4.new_markdown_cell(source)


def code(source):
    return v4.new_code_cell(source)


def solution(name, source):
    return graded(name, source, solution=True)


def check(name, source, points=1):
    return graded(name, source, grade=True, locked=True, points=points)


def graded(name, source, **grading):
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    flags |= {"grade_id": name, "schema_version": 3, **grading}
    return v4.new_code_cell(source, metadata={"nbgrader": flags})


def by_hand(name, source, points):
    code = graded(name, source, grade=True, solution=True, points=points)
    return v4.new_markdown_cell(source, metadata=code.metadata)


def good_cells():
    shape = "import torch\nassert predict['a'] == torch.tensor(7).shape"
    return {
        "title": text("# Doubling"),
        "setup": graded("setup", SETUP, locked=True),
        "maths": text(r"$f:\mathbb{R}\to\mathbb{R}$, 3 GB/s/core, see https://x.org/home/a"),
        "figure": code(FIGURE),
        "heading": text(HEADING),
        "double": solution("double", SOLUTION),
        "double-values": check("double-values", TEST, points=2),
        "double-edges": check("double-edges", EDGES),
        "question": text(QUESTION),
        "explain": by_hand("explain", MODEL, points=3),
        "predict-heading": text(PREDICT),
        "predict": solution("predict", PREDICTION),
        "predict-a": check("predict-a", shape),
    }


def notebook(cells):
    return tidied(v4.new_notebook(cells=list(cells.values())))


def write(path, nb):
    """As it is: nbformat's own writer would mend or refuse what these tests are about."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(nb))


def places(course):
    tensors = {"source": course.source("tensors"), "release": course.release("tensors")}
    return tensors | {"notebooks": course.root / "notebooks" / "start-here.ipynb"}


@pytest.fixture
def course(tmp_path):
    """An empty course with the repository's dependencies."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return Course(tmp_path)


@pytest.fixture
def good(course):
    """A course that breaks no rule."""
    nb = notebook(good_cells())
    write(places(course)["source"], nb)
    write(places(course)["notebooks"], nb)
    nb.cells = [public(cell) for cell in nb.cells]
    write(places(course)["release"], nb)
    return course


# What can be done to the good notebook: to its cells, or to what `tidy` makes of them.


def put(name, source, new=None):
    """Replace a cell's source, or a part of it."""

    def edit(cells):
        assert new is None or source in cells[name].source
        cells[name].source = source if new is None else cells[name].source.replace(source, new)

    return edit


def add(*extra):
    return lambda cells: cells.update({f"extra-{n}": cell for n, cell in enumerate(extra)})


def drop(name):
    return lambda cells: cells.pop(name)


def to_top(name):
    """Move a cell below the set-up cell."""

    def edit(cells):
        first = {above: cells.pop(above) for above in ("title", "setup")}
        moved = {**first, name: cells.pop(name), **cells}
        cells.clear()
        cells.update(moved)

    return edit


def rename(name, new):
    return lambda cells: cells[name].metadata.nbgrader.update(grade_id=new)


def find(nb, cell_id):
    return next(cell for cell in nb.cells if cell.id == cell_id)


def grading(cell_id, **values):
    return lambda nb: find(nb, cell_id).metadata.nbgrader.update(values)


def fields(cell_id, **values):
    return lambda nb: find(nb, cell_id).update(values)


@dataclass(frozen=True)
class Bad:
    """What breaks one rule.

    `edit` changes the good cells, `damage` the tidy notebook made of them. The rule must name
    `cell` and say `message`; `also` are rules that cannot but be broken with it.
    """

    rule: str
    cell: str
    edit: Callable = lambda cells: None
    damage: Callable = lambda nb: None
    place: str = "source"
    message: str = ""
    also: frozenset = frozenset()
    files: dict = field(default_factory=dict)


E01 = "exercise-t-e01-double"
E02 = "exercise-t-e02-predict"
E04 = "exercise-t-e04-explain"
END = "exercise-t-e02-predict-2"  # the id of a cell that is added at the end
TOLD = "```python\ndef f(x):\n  doubled = x + x\n  assert doubled == 2 * x\n  return doubled\n```"
OUTPUT = v4.new_output("stream", text="1")
BAD = [
    Bad(
        "leaked-solution",
        "double",
        damage=fields("double", source="def double(x):\n  doubled = x + x"),
        place="release",
        message="`doubled = x + x` is part of a solution",
    ),
    Bad(
        "leaked-solution",
        E01,
        damage=fields(E01, source="# assert\nassert double(torch.tensor(-3)) == -6"),
        place="release",
        message="gradschool release",
    ),
    Bad("leaked-marker", E01, damage=fields(E01, source="# END HIDDEN TESTS"), place="release"),
    Bad("told-in-lesson", END, add(text(TOLD)), message="the solution of `double`"),
    Bad("region", "double", put("double", "### END SOLUTION", ""), message="`BEGIN SOLUTION`"),
    Bad("region", "double", put("double", "### BEGIN SOLUTION", ""), message="`END SOLUTION`"),
    Bad("region", END, add(code("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"))),
    Bad("region", END, add(text(MODEL))),
    Bad("region", END, add(code("### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"))),
    Bad("loose-file", "", files={"copy.ipynb": "{}"}, message="copy.ipynb"),
    Bad("loose-file", "", files={"a/answers.py": "def f(x):\n    doubled = x + x"}),
    Bad("loose-file", "", files={"notes.md": "### BEGIN SOLUTION"}),
    Bad("duplicate-grade-id", "note", add(graded("note", "", locked=True)), message="`note`"),
    Bad("solution-name", "double", put("double", "def double", "def twice"), message="`double`"),
    Bad(
        "solution-name",
        "predict",
        put("predict", "### BEGIN SOLUTION\npredict = dict(a=())\n### END SOLUTION"),
        message="once its solution is out",
    ),
    Bad(
        "solution-region",
        "predict",
        put("predict", "predict = dict(a=())"),
        also=frozenset({"solution-name"}),
    ),
    Bad("solution-region", "explain", put("explain", "Because.")),
    Bad(
        "stub-raises",
        "double",
        put("double", "class double:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION"),
        message="as soon as the cell runs",
    ),
    Bad("test-name", "double-Edges", rename("double-edges", "double-Edges")),
    Bad("test-without-solution", "triple-a", add(check("triple-a", "pass")), message="`triple`"),
    Bad(
        "solution-without-test",
        "triple",
        add(text(THIRD), solution("triple", SOLUTION.replace("double(", "triple("))),
        message="`triple-values`",
        also=frozenset({"progress"}),
    ),
    Bad("test-before-solution", "predict-a", to_top("predict-a"), message="`predict`"),
    Bad("points", "predict-a", damage=grading("predict-a", points=1.0), message="1.0 points"),
    Bad(
        "points",
        "predict-a",
        damage=grading("predict-a", points=0),
        also=frozenset({"points-announced"}),
    ),
    Bad(
        "points",
        "explain",
        damage=grading("explain", points=0),
        also=frozenset({"points-announced", "rubric"}),
    ),
    Bad("points-announced", E04, put("question", "3 points", "4 points"), message="give 3"),
    Bad("points-announced", E01, put("heading", "3 points", "4 points"), message="give 3"),
    Bad("exercise-heading", E01, put("heading", "level 1/5", "level 1"), message="*Layer 2 ·"),
    Bad("exercise-heading", E01, put("heading", FACTS, ""), message="does not have the form"),
    Bad("exercise-heading", "double", drop("heading"), message="no heading announces `double`"),
    Bad("exercise-heading", "double", put("heading", "`double`", "`twice`"), message="`twice`"),
    Bad("exercise-heading", "double", to_top("predict-heading"), message="keep one"),
    Bad("exercise-heading", "explain", drop("question"), message="announces `explain`"),
    Bad("exercise-heading", "", add(text(THIRD)), message="`triple` is announced but"),
    Bad(
        "rubric",
        E04,
        put("question", "| 2 | an example |", "An example counts."),
        message="gives 1 points, the answer `explain` 3",
    ),
    Bad("rubric", E04, put("question", "| 2 | an example |", "| 2 | |")),
    Bad("hints", E01, put("heading", "Hint 1: a nudge", "Hint"), message="`double`"),
    Bad("hints", E02, put("predict-heading", "Add it to itself.\n", "")),
    Bad("hints", E04, put("question", HINTS, "Think."), message="two folded hints"),
    Bad(
        "progress",
        "setup",
        put("setup", "double=2", "double=3"),
        message="`checks.progress(double=2, explain=0, predict=1)`",
    ),
    Bad("progress", "setup", put("setup", "double=2, explain=0", "explain=0, double=2")),
    Bad("progress", "setup", put("setup", ", predict=1", "")),
    Bad("progress", "setup", put("setup", "from gradschool import checks")),
    Bad("progress", "doubling-3", drop("setup"), message="the first code cell"),
    Bad("exercise-id", "exercise-b-e01-double", put("heading", "T-E01", "B-E01"), message="with T"),
    Bad("exercise-id", "exercise-t-e01-predict", put("predict-heading", "T-E02", "T-E01")),
    Bad("ends-in-expression", "double-edges", put("double-edges", "assert double(1)\n1.0")),
    Bad("ends-in-expression", "double-values", put("double-values", TEST + "print('well done')")),
    Bad(
        "ends-in-expression",
        "double-values",
        put("double-values", TEST.replace("assert double(torch.tensor(2)) == 4", "double(2)")),
    ),
    Bad(
        "hidden-only",
        "double-edges",
        put("double-edges", "# Edges\n### BEGIN HIDDEN TESTS\npass\n### END HIDDEN TESTS"),
    ),
    Bad("borrowed-name", "double-edges", put("double-edges", "zero in", "z in"), message="`zero`"),
    Bad("borrowed-name", "double-edges", put("double-edges", "def f():\n    return figures")),
    Bad(
        "borrowed-name",
        "double-values",
        put(
            "double-values",
            TEST.replace("import torch\n", "").replace("TESTS\na", "TESTS\nimport torch\na"),
        ),
        message="`torch`",
    ),
    Bad("one-title", "other", add(text("# Other"))),
    Bad("one-title", "", put("title", "A text."), also=frozenset({"heading-skips-level"})),
    Bad("heading-skips-level", "deep", add(text("#### Deep #")), message="“Deep”"),
    Bad("alt-text", END, add(text("![ ](x.png)"))),
    Bad("alt-text", END, add(text("<p><IMG src='x.png' alt></p>"))),
    Bad("figure-not-shown", END, add(code("axes.plot([1, 2])\nplt.show()")), message="plt.show"),
    Bad("figure-not-shown", END, add(code("f, axes = plt.subplots()")), message="pyplot.subplots"),
    Bad("figure-not-shown", END, add(code("import seaborn as sns\nsns.heatmap([[1]])"))),
    Bad("figure-not-shown", END, add(code("figures.strides((2, 3))")), message="figures.strides"),
    Bad("import-not-provided", END, add(code("def f():\n    import yaml")), message="`yaml`"),
    Bad("import-not-provided", END, add(code("%%time\nfrom PIL import Image")), message="`PIL`"),
    Bad("import-not-provided", END, add(code("import os.path, fractals"))),
    Bad("absolute-path", END, add(text("Look in /home/ada/data")), message="/home/a"),
    Bad("absolute-path", END, add(code("file = '/tmp/data.csv'")), message="/tmp/data.csv"),
    Bad("absolute-path", END, add(text(r"or in C:\Users\ada")), place="notebooks"),
    Bad("syntax", END, add(code("def f(:")), message="cannot parse"),
    Bad(
        "syntax",
        "double-edges",
        put(
            "double-edges",
            "if double:\n    ### BEGIN HIDDEN TESTS\n    x = 1\n    ### END HIDDEN TESTS",
        ),
        message="what students get of it",
    ),
    Bad("notebook-format", "", damage=lambda nb: nb.update(nbformat_minor=4), message="4.4"),
    Bad("notebook-format", "", damage=fields("doubling", odd=1), message="odd"),
    Bad("cell-id", "3f2a", damage=fields("doubling", id="3f2a"), message="should be `doubling`"),
    Bad("top-level-metadata", "", damage=lambda nb: nb.metadata.update(widgets={})),
    Bad("top-level-metadata", "", damage=lambda nb: nb.metadata.language_info.update(version="3")),
    Bad("kernelspec", "", damage=lambda nb: nb.metadata.kernelspec.update(name="my-env")),
    Bad("cell-metadata", "doubling", damage=fields("doubling", metadata={"scrolled": True})),
    Bad("nbgrader-metadata", "double", damage=grading("double", schema_version=2)),
    Bad(
        "nbgrader-metadata",
        "double-edges",
        damage=grading("double-edges", points="1"),
        also=frozenset({"points", "points-announced"}),
    ),
    Bad("locked", "double-edges", damage=grading("double-edges", locked=False), message="is not"),
    Bad("locked", "explain", damage=grading("explain", locked=True), message="to fill in"),
    Bad("locked", "double", damage=grading("double", locked=True), place="release"),
    Bad(
        "test-view", "double-edges", damage=lambda nb: find(nb, "double-edges").metadata.pop("tags")
    ),
    Bad("test-view", "predict-a", damage=lambda nb: find(nb, "predict-a").metadata.pop("jupyter")),
    Bad("committed-output", "double", damage=fields("double", execution_count=3)),
    *(
        Bad("committed-output", "double", damage=fields("double", outputs=[OUTPUT]), place=place)
        for place in ("source", "release", "notebooks")
    ),
]


def test_good_course_breaks_no_rule(good):
    assert lint(root=good.root) == []


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.rule)
def test_bad_notebook_is_reported_by_its_rule_and_no_other(bad, course):
    cells = good_cells()
    if bad.rule == "duplicate-grade-id":
        cells["note"] = graded("note", "", locked=True)
    bad.edit(cells)
    nb = notebook(cells)
    write(places(course)["source"], nb)
    if bad.place == "release":
        nb.cells = [public(cell) for cell in nb.cells]
    bad.damage(nb)
    path = places(course)[bad.place]
    write(path, nb)
    for name, content in bad.files.items():
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text(content)

    found = [finding for finding in lint(root=course.root) if course.root / finding.path == path]
    assert {finding.rule for finding in found} == {bad.rule} | bad.also, found
    named = [
        finding for finding in found if (finding.rule, finding.cell_id) == (bad.rule, bad.cell)
    ]
    assert named, found
    assert any(bad.message in str(finding) for finding in named), named


def test_every_rule_is_in_use_says_why_and_has_a_bad_notebook():
    def subclasses(rule):
        return {rule, *(sub for direct in rule.__subclasses__() for sub in subclasses(direct))}

    assert {type(rule) for rule in RULES} == subclasses(Rule) - {Rule}
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert set(names) == {bad.rule for bad in BAD}
    assert all(type(rule).__doc__ for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_a_rule_its_bad_notebooks_pass(rule, course, monkeypatch):
    """A rule earns its place: what it reports, nothing else does."""
    monkeypatch.setattr(type(rule), "check", lambda self, document: iter(()))
    bad = next(bad for bad in BAD if bad.rule == rule.name)
    with pytest.raises(AssertionError):
        test_bad_notebook_is_reported_by_its_rule_and_no_other(bad, course)


def test_finding_is_one_line_with_path_cell_rule_and_remedy():
    about_cell = Finding(Path("source/gpu/gpu.ipynb"), "to_device", "points", "do this")
    assert str(about_cell) == "source/gpu/gpu.ipynb: cell to_device: [points] do this"
    about_all = Finding(Path("x.ipynb"), "", "kernelspec", "do that")
    assert str(about_all) == "x.ipynb: [kernelspec] do that"


def test_findings_come_from_top_to_bottom_with_paths_relative_to_the_course(good):
    nb = notebook(good_cells())
    nb.cells[-1].id, nb.cells[0].id = "last", "first"
    write(good.source("tensors"), nb)
    found = lint(root=good.root, topics=["tensors"])
    assert [(f.path, f.cell_id) for f in found] == [
        (Path("source/tensors/tensors.ipynb"), "first"),
        (Path("source/tensors/tensors.ipynb"), "last"),
    ]


def test_unreadable_notebook_is_a_finding_and_the_others_are_judged(good):
    places(good)["source"].write_text("{")
    nb = notebook(good_cells())
    nb.metadata = {}
    write(places(good)["notebooks"], nb)
    rules = [finding.rule for finding in lint(root=good.root)]
    assert rules == ["unreadable", "unreadable", "top-level-metadata", "kernelspec"]


def test_named_topics_only_are_judged(good):
    write(places(good)["notebooks"], v4.new_notebook())
    assert lint(root=good.root, topics=["tensors"]) == []
    with pytest.raises(UnknownTopicError):
        lint(root=good.root, topics=["gpu"])


class TestExercises:
    def test_reads_what_is_announced_and_finds_the_cells(self):
        nb = notebook(good_cells())
        double, explain, predict = exercises(nb)
        tests = tuple(find(nb, name) for name in ("double-values", "double-edges"))
        assert double == Exercise("T-E01", "double", 2, 1, 4, 3, find(nb, "double"), tests)
        assert (double.written, double.graded_cells) == (False, tests)
        assert (explain.written, explain.test_cells) == (True, ())
        assert explain.graded_cells == (find(nb, "explain"),)
        assert (predict.id, predict.minutes, predict.points) == ("T-E02", 1, 1)
        assert [cell.id for cell in predict.test_cells] == ["predict-a"]

    def test_heading_of_any_depth_and_text_around_it_are_read(self):
        cells = good_cells()
        cells["heading"].source = f"## Practice\n\n#### Exercise T-E01 · `double`\n{FACTS}\nNow."
        assert exercises(notebook(cells))[0].name == "double"

    def test_wrong_announcement_is_an_error_that_names_it(self):
        cells = good_cells()
        del cells["heading"]
        with pytest.raises(ExerciseError, match="no heading announces `double`"):
            exercises(notebook(cells))
