"""The kernel's shell makes of each cell what IPython's own makes of it.

That the cells then do the same is in test_engine.py.
"""

import random
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from gradschool.authoring.course import Course
from gradschool.authoring.notebook import read
from gradschool.grading.shell import Transformers

ROOT = Path(__file__).parent.parent

# What IPython's own syntax is made of, and what it must not be mistaken in.
PARTS = (
    *("%", "%%", "!", "!!", "?", "??", ",", ";", "/", "=", "==", "!=", "@", "#", ":", "'", '"""'),
    *("x", "y.z", "1", "time", "ls", "if x:", "lambda:", "f'", "(", ")", "[", "]", "{", "}"),
    *(" ", "    ", "\t", "\n", "\\\n", "\r\n", "\f", "\v", "\u2028", ">>> ", "In [1]: ", "...:"),
)


def transformed(manager, cell):
    try:
        return manager.transform_cell(cell)
    except (SyntaxError, IndexError):  # the latter by a mistake of IPython's
        return "no Python"


@pytest.mark.filterwarnings("ignore")  # IPython's, of lines that end oddly
def test_cells_become_the_same_python():
    chance = random.Random(7)
    ours, theirs = Transformers(), TransformerManager()
    for _ in range(20_000):
        cell = "".join(chance.choices(PARTS, k=chance.randint(1, 12)))
        wanted = transformed(theirs, cell)
        # without taking it apart nobody says so early that a cell cannot be Python
        assert transformed(ours, cell) == wanted or wanted == "no Python", cell


def test_the_lessons_cells_become_the_same_python():
    course = Course(ROOT)
    ours, theirs = Transformers(), TransformerManager()
    for topic in course.topics():
        for cell in read(course.source(topic)).cells:
            assert ours.transform_cell(cell.source) == theirs.transform_cell(cell.source)
