"""The map of the course, in notebooks/README.md."""

import re
from pathlib import Path

import pytest

from gradschool.authoring.course import Course
from gradschool.authoring.notebook import read

ROOT = Path(__file__).parent.parent
COURSE = Course(ROOT)
MAP = ROOT / "notebooks/README.md"
LINKS = set(re.findall(r"\]\((?!https?:)(.*?)\)", MAP.read_text()))


def test_every_notebook_stands_in_the_index():
    notebooks = {path.name for path in COURSE.open_notebooks()}
    lessons = {f"../release/{topic}/{topic}.ipynb" for topic in COURSE.topics()}
    assert notebooks | lessons <= LINKS


@pytest.mark.parametrize("link", sorted(LINKS))
def test_link_leads_to_a_file(link):
    assert (MAP.parent / link).is_file()


def test_every_part_that_the_map_names_exists():
    rows = re.findall(r"^\| (.*?) \| (.*?) \| (.*?) \|$", MAP.read_text(), flags=re.MULTILINE)
    named = set()
    for _, introduced, returns in rows:
        named |= set(re.findall(r"([a-z-]+) (\d)", introduced))
        for clause in re.findall(r"[a-z-]+ \d.*?(?=; [a-z-]+ \d|$)", returns):
            topic = clause.split()[0]
            named |= {(topic, part) for part in re.findall(r"(?:^\S+ |; | and )(\d)", clause)}
    assert {topic for topic, _ in named} == set(COURSE.topics())
    parts = {
        (topic, part)
        for topic in COURSE.topics()
        for cell in read(COURSE.source(topic)).cells
        if cell.cell_type == "markdown"
        for part in re.findall(r"^## Part (\d)", cell.source, flags=re.MULTILINE)
    }
    assert named <= parts
    assert len(named) > 15
