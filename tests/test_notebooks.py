"""Every notebook of the course runs from top to bottom, as a newcomer without a network runs it."""

import re
from functools import cache
from pathlib import Path

import pytest

from gradschool.authoring.course import Course
from gradschool.authoring.execute import Outcome, execute
from gradschool.authoring.notebook import read

COURSE = Course(Path(__file__).parent.parent)
SOURCES = [COURSE.source(topic) for topic in COURSE.topics()]
NOTEBOOKS = [*SOURCES, *COURSE.open_notebooks()]
# The course promises that a lesson takes less than a minute on a CPU.
LIMIT = 60

run = cache(execute)


def each(paths):
    """One case a notebook; the tests of a file share a worker, and so one run."""
    names = [f"{path.relative_to(COURSE.root).parts[0]}/{path.stem}" for path in paths]
    return pytest.mark.parametrize("path", paths, ids=names)


@each(NOTEBOOKS)
class TestNotebook:
    def test_runs_without_an_error(self, path):
        execution = run(path, timeout=LIMIT)
        assert execution.outcome is Outcome.RAN, str(execution)

    def test_writes_nothing_to_stderr(self, path):
        assert run(path, timeout=LIMIT).stderr == {}

    def test_every_picture_says_what_it_shows(self, path):
        for cell in run(path, timeout=LIMIT).notebook.cells:
            for output in cell.get("outputs", ()):
                if "image/png" in output.get("data", {}):
                    alt = re.search(r'<img alt="([^"]+)"', output.data.get("text/html", ""))
                    assert alt, f"{cell.id}: a picture without alt text"
                    assert len(alt[1]) > 30, f"{cell.id}: {alt[1]}"


@each(SOURCES)
def test_sections_of_a_lesson(path):
    """Four layers in each part, an error clinic, self-check, readiness and reading."""
    text = "\n".join(
        c.source for c in run(path, timeout=LIMIT).notebook.cells if c.cell_type == "markdown"
    )
    parts = re.split(r"^## (?=Part \d)", text, flags=re.MULTILINE)[1:]
    assert parts
    for part in parts:
        layers = re.findall(r"^### Layer (\d) · ", part, flags=re.MULTILINE)
        assert layers == ["1", "2", "3", "4"], part.splitlines()[0]
    for heading in ("Error clinic", "Where this returns", "Check yourself", "Further reading"):
        assert f"\n## {heading}" in text
    assert text.count("<details>") == text.count("</details>") > 20
    assert text.count("**Predict") >= 10


@each(SOURCES)
def test_every_point_of_the_curriculum_is_taught(path):
    """Cells carry the ids of what they teach as tags; docs/curriculum.md says what each id means."""
    title = path.stem.replace("-", " ")
    pages = re.split(r"^## ", (COURSE.root / "docs/curriculum.md").read_text(), flags=re.MULTILINE)
    (page,) = [page for page in pages if page.lower().startswith(title)]
    points = re.findall(r"^\| ([A-Z]-\d\d) \|", page, flags=re.MULTILINE)
    tags = {tag for cell in read(path).cells for tag in cell.metadata.get("tags", ())}
    taught = {tag for tag in tags if re.fullmatch(r"[A-Z]-\d\d", tag)}
    assert sorted(taught) == points
