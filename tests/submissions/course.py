"""A small course of one topic, for submissions of every kind: four quick exercises and a question."""

import json
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gradschool.authoring.course import Course
from gradschool.authoring.release import release

TOPIC = "tensors"
SETUP = "import numpy as np\nimport torch\n\nfrom gradschool import checks"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
OF_LENGTH_FIVE = """
import torch
from gradschool import checks

@checks.test("unit")
def of_length_five(unit):
    found = unit(torch.tensor([3.0, 4.0]))
    checks.equal(found, torch.tensor([0.6, 0.8]), hint="divide by the length")
"""
# (name, arguments, solution, {test: (source, points)})
EXERCISES = [
    ("double", "x", "return 2 * x", {
        "values": ("assert double(3) == 6", 2),
        "edges": ("assert double(0) == 0\n" + HIDDEN.format("assert double(-1.5) == -3"), 1),
    }),
    ("mean", "xs", "return sum(xs) / len(xs)", {
        "values": ("import numpy.testing\nnumpy.testing.assert_allclose(mean([1, 2, 6]), 3)", 2),
    }),
    ("unit", "v", "return v / v.norm()", {
        "values": (OF_LENGTH_FIVE, 3),
    }),
    ("shout", "text", "return text.upper() + '!'", {
        "values": ("assert shout('hé') == 'HÉ!'", 2),
    }),
]  # fmt: skip
POINTS = {name: sum(worth for _, worth in tests.values()) for name, _, _, tests in EXERCISES}
TESTS = {
    name: {f"{name}-{test}": worth for test, (_, worth) in tests.items()}
    for name, _, _, tests in EXERCISES
}
RIGHT = {name: f"def {name}({arguments}):\n    {body}\n" for name, arguments, body, _ in EXERCISES}
# A written answer: everybody leaves it blank who does not say otherwise.
WHY, WHY_POINTS = "why", 2
QUESTION = f"""### Exercise T-E05 · `{WHY}`

*Layer 4 · level 2/5 · 5 minutes · {WHY_POINTS} points*

Why is the mean of no numbers not 0?

| points | for |
|---|---|
| {WHY_POINTS} | the reason |
"""
MODEL = "### BEGIN SOLUTION\nThere is nothing to divide by.\n### END SOLUTION"
# Seconds: enough for any of these cells on a busy machine, and soon over for an endless loop.
CELL_SECONDS = 4


def metadata(name, **flags):
    usual = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    return {"nbgrader": {**usual, "grade_id": name, **flags}}


def _cells():
    yield new_markdown_cell("# A small lesson", id="title")
    yield new_code_cell(SETUP, id="setup", metadata=metadata("setup"))
    for number, (name, arguments, body, tests) in enumerate(EXERCISES, 1):
        points = sum(worth for _, worth in tests.values())
        text = (
            f"### Exercise T-E{number:02} · `{name}`\n\n"
            f"*Layer 2 · level 1/5 · 3 minutes · {points} points*\n\nDo it."
        )
        yield new_markdown_cell(text, id=f"exercise-{name}")
        solution = (
            f"def {name}({arguments}):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
        )
        answer = metadata(name, solution=True, locked=False)
        yield new_code_cell(solution, id=name, metadata=answer)
        for test, (source, worth) in tests.items():
            graded = metadata(f"{name}-{test}", grade=True, points=worth)
            yield new_code_cell(source, id=f"{name}-{test}", metadata=graded)
        yield new_markdown_cell(f"That was {name}.", id=f"after-{name}")
    yield new_markdown_cell(QUESTION, id=f"exercise-{WHY}")
    by_hand = metadata(WHY, grade=True, solution=True, locked=False, points=WHY_POINTS)
    yield new_markdown_cell(MODEL, id=WHY, metadata=by_hand)


def make_course(root: Path) -> Course:
    """Write the course to a folder, and release it."""
    course = Course(root)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=list(_cells()), metadata={"kernelspec": kernel})
    course.source(TOPIC).parent.mkdir(parents=True)
    nbformat.write(notebook, course.source(TOPIC))
    config = Path(__file__).parents[2] / "nbgrader_config.py"
    shutil.copy(config, root)
    with (root / config.name).open("a") as file:
        file.write(f"\nc.Execute.timeout = {CELL_SECONDS}\n")
    release(root=root)
    return course


class Handed:
    """What one student hands in: the released notebook, to be changed before it is written.

    Attributes:
        course: The course.
        student: The id.
        folder: Where it goes.
        notebook: The notebook; None when a builder has written the file itself.
    """

    def __init__(self, course: Course, student: str, *, right: bool = True) -> None:
        self.course = course
        self.student = student
        self.folder = course.submitted(student, TOPIC).parent
        self.folder.mkdir(parents=True, exist_ok=True)
        self.notebook = nbformat.read(course.release(TOPIC), as_version=4)
        if right:
            for name, code in RIGHT.items():
                self.answer(name, code)

    @property
    def path(self) -> Path:
        return self.folder / f"{TOPIC}.ipynb"

    def index(self, name: str) -> int:
        return next(i for i, cell in enumerate(self.notebook.cells) if cell.id == name)

    def cell(self, name: str):
        return self.notebook.cells[self.index(name)]

    def answer(self, name: str, code: str) -> None:
        self.cell(name).source = code

    def insert(self, place: int, code: str) -> None:
        self.notebook.cells.insert(place, new_code_cell(code, id=f"own-{place}"))

    def write(self) -> None:
        if self.notebook is not None:
            self.raw(json.dumps(self.notebook).encode())

    def raw(self, content: bytes) -> None:
        """Hand in these bytes in place of a notebook."""
        self.path.write_bytes(content)
        self.notebook = None
